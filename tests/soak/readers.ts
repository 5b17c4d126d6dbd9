import type { EventLog, RecordedEvent, StreamId } from '../../src/application/ports.ts';
import type { Chance } from './chance.ts';
import { STRANGER, TENANT } from './commands.ts';
import type { Known } from './known.ts';

export type Reading = {
  readonly log: EventLog;
  readonly chance: Chance;
  readonly known: Known;
  readonly hot: readonly StreamId[];
  readonly complain: (detail: string) => void;
};

/** One random read, checked against what was acknowledged before it began. */
export async function read(reading: Reading): Promise<void> {
  const { chance, known, hot } = reading;
  const streamId = chance.happens(0.4) ? chance.pick(hot) : (known.anyStream() ?? chance.pick(hot));
  const action = chance.pick([readWhole, readWhole, load, readStored, readAsStranger]);
  await action(reading, streamId);
}

async function readWhole({ log, known, complain }: Reading, streamId: StreamId): Promise<void> {
  const floor = known.versionOf(streamId);
  const [events = []] = await log.readStreams(TENANT, [streamId]);
  const problem = problemOf(events, 0, floor);
  if (problem) complain(`${streamId} ${problem}`);
  known.sawVersion(streamId, events.length);
}

/** From a version that is known on, or from a snapshot: then the state must be that of its version. */
async function load({ log, chance, known, complain }: Reading, streamId: StreamId): Promise<void> {
  const floor = known.versionOf(streamId);
  const after = chance.below(floor + 1);
  const [loaded] = await log.loadStreams(TENANT, [{ streamId, after }]);
  if (!loaded) {
    if (floor > 0) complain(`${streamId} is absent, though ${floor} events were acknowledged`);
    return;
  }
  const { snapshot, events } = loaded;
  if (snapshot && (snapshot.state as { version: number }).version !== snapshot.version)
    complain(`${streamId} has a snapshot of version ${snapshot.version} with the state of another`);
  const problem = problemOf(events, snapshot?.version ?? after, floor);
  if (problem) complain(`${streamId} ${problem}`);
  const version = events.at(-1)?.version ?? snapshot?.version ?? after;
  known.sawVersion(streamId, version);
  if (version > 0 && chance.happens(0.1))
    log.offerSnapshot(streamId, loaded.category, { version, state: { version } });
}

async function readStored({ log, known, complain }: Reading): Promise<void> {
  const earlier = known.anyCommand();
  if (earlier?.standing !== 'in') return;
  const { id, parts } = earlier.command;
  const stored = await log.findCommand(parts[0].streamId, id);
  if (stored?.fingerprint !== `of ${id}`) complain(`command ${id} was acknowledged and is not found`);
}

async function readAsStranger({ log, complain }: Reading, streamId: StreamId): Promise<void> {
  const [events = []] = await log.readStreams(STRANGER, [streamId]);
  if (events.length > 0) complain(`${streamId} was read by another tenant`);
}

function problemOf(events: readonly RecordedEvent[], after: number, floor: number): string | undefined {
  const wrong = events.findIndex(({ version }, index) => version !== after + index + 1);
  if (wrong >= 0) return `reads as version ${events[wrong]!.version} where ${after + wrong + 1} was due`;
  const last = after + events.length;
  if (last < floor) return `ends at version ${last}, though ${floor} was acknowledged before it was read`;
  const back = events.findIndex(
    ({ position }, index) => index > 0 && position <= events[index - 1]!.position,
  );
  return back < 0 ? undefined : `has version ${events[back]!.version} before the version it follows`;
}
