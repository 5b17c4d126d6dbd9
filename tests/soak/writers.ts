import type { OrderId } from '../../src/domain/shared/ids.ts';
import type { EventLog, StreamId } from '../../src/application/ports.ts';
import { ids } from '../../src/infrastructure/system.ts';
import type { Chance } from './chance.ts';
import type { Known } from './known.ts';
import type { Command, Outcome, Part } from './protocol.ts';

export type Writing = {
  readonly log: EventLog;
  readonly chance: Chance;
  readonly known: Known;
  readonly hot: readonly StreamId[];
  readonly queueMax: number;
  /** An id that nobody else draws, whatever the seed. */
  readonly newId: () => Command['id'];
  /** Sends the command, reports it, and complains unless it ends in one of these ways. */
  readonly attempt: (command: Command, expected: readonly Outcome[]) => Promise<Outcome>;
  readonly complain: (detail: string) => void;
};

const DONE = ['appended', 'duplicate'] as const;
const ANY = ['appended', 'duplicate', 'conflict'] as const;
const BURST_OVER = 50;

type Action = (writing: Writing) => Promise<unknown>;

/** How often each is done, relative to the others. */
const ACTIONS: readonly (readonly [number, Action])[] = [
  [40, create],
  [12, appendToHot],
  [10, appendToKnown],
  [8, pay],
  [10, repeat],
  [5, appendOutdated],
  [3, appendAhead],
  [3, appendHalf],
  [3, appendAsStranger],
  [4, chain],
  [1, sendUnstorableAmongOthers],
  [0.3, burst],
];
const WEIGHTS = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

/** One random thing that a writer does. */
export function act(writing: Writing): Promise<unknown> {
  let left = (writing.chance.below(1_000_000) / 1_000_000) * WEIGHTS;
  const [, action] = ACTIONS.find(([weight]) => (left -= weight) < 0) ?? ACTIONS[0]!;
  return action(writing);
}

const order = (streamId: StreamId, expected: number, events = 1): Part => ({
  streamId,
  category: 'order',
  expected,
  events,
});
const payment = (streamId: StreamId, expected: number, events = 1): Part => ({
  ...order(streamId, expected, events),
  category: 'payment',
});

function newOrder({ chance, newId }: Writing): Command {
  const id = newId();
  return { id, parts: [order(ids.orderId(id), 0, chance.between(1, 3))] };
}

async function create(writing: Writing): Promise<void> {
  await writing.attempt(newOrder(writing), DONE);
}

async function appendToHot({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const streamId = chance.pick(hot);
  await attempt(
    { id: newId(), parts: [order(streamId, known.versionOf(streamId), chance.between(1, 2))] },
    ANY,
  );
}

async function appendToKnown({ known, newId, attempt }: Writing): Promise<void> {
  const streamId = known.anyStream();
  if (streamId) await attempt({ id: newId(), parts: [order(streamId, known.versionOf(streamId))] }, ANY);
}

/** Two streams in one command, as a payment is begun and claimed on its order. */
async function pay({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const id = newId();
  const streamId = chance.happens(0.5) ? chance.pick(hot) : (known.anyStream() ?? chance.pick(hot));
  const paymentId = ids.paymentId(streamId as OrderId, id);
  await attempt({ id, parts: [order(streamId, known.versionOf(streamId)), payment(paymentId, 0, 2)] }, ANY);
}

/** A stream only grows, so a version that was passed stays wrong. */
async function appendOutdated({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const streamId = known.anyStream() ?? chance.pick(hot);
  const version = known.versionOf(streamId);
  if (version > 0)
    await attempt({ id: newId(), parts: [order(streamId, chance.below(version))] }, ['conflict']);
}

async function appendAhead({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const streamId = chance.pick(hot);
  await attempt({ id: newId(), parts: [order(streamId, known.versionOf(streamId) + 1_000_000)] }, [
    'conflict',
  ]);
}

/** One of its streams is as expected, the other is not: neither may be written. */
async function appendHalf({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const streamId = chance.pick(hot);
  const version = known.versionOf(streamId);
  if (version === 0) return;
  const id = newId();
  const paymentId = ids.paymentId(streamId as OrderId, id);
  await attempt({ id, parts: [payment(paymentId, 0), order(streamId, version - 1)] }, ['conflict']);
}

async function appendAsStranger({ chance, known, hot, newId, attempt }: Writing): Promise<void> {
  const streamId = chance.pick(hot);
  const version = known.versionOf(streamId);
  if (version > 0)
    await attempt({ id: newId(), parts: [order(streamId, version)], stranger: true }, ['conflict']);
}

async function repeat({ known, attempt }: Writing): Promise<void> {
  const earlier = known.anyCommand();
  if (!earlier) return;
  const command = { ...earlier.command, again: true } as const;
  await attempt(
    command,
    earlier.standing === 'in' ? ['duplicate'] : command.nature === 'unstorable' ? ['unstorable'] : ANY,
  );
}

/** Three that build on each other, sent without waiting: the log takes them in their order. */
async function chain({ newId, attempt, complain }: Writing): Promise<void> {
  const id = newId();
  const orderId = ids.orderId(id);
  const paymentId = ids.paymentId(orderId, id);
  const outcomes = await Promise.all([
    attempt({ id, parts: [order(orderId, 0)], chained: true }, DONE),
    attempt(
      { id: newId(), parts: [order(orderId, 1), payment(paymentId, 0)], early: true, chained: true },
      ANY,
    ),
    attempt({ id: newId(), parts: [payment(paymentId, 1)], early: true, chained: true }, ANY),
  ]);
  const broken = outcomes.indexOf('conflict');
  const before = outcomes.slice(0, broken);
  // After a duplicate, somebody here who repeated the first may have appended to the stream as well.
  if (broken > 0 && before.every((outcome) => outcome === 'appended'))
    complain(`a command was overtaken by one sent after it: ${outcomes.join(', ')} of ${id}`);
}

async function sendUnstorableAmongOthers(writing: Writing): Promise<void> {
  const good = Array.from({ length: 4 }, () => writing.attempt(newOrder(writing), DONE));
  const bad = writing.attempt({ ...newOrder(writing), nature: 'unstorable' }, ['unstorable']);
  await Promise.all([...good, bad]);
}

/** More at once than may wait: what is over is refused at once, the others get in. */
async function burst(writing: Writing): Promise<void> {
  const { hot, chance, queueMax, newId, attempt, complain } = writing;
  const near = chance.pick(hot) as OrderId; // all of one shard, since each has its own queue
  const outcomes = await Promise.all(
    Array.from({ length: queueMax + BURST_OVER }, () => {
      const id = newId();
      return attempt({ id, parts: [payment(ids.paymentId(near, id), 0)] }, [...DONE, 'overloaded']);
    }),
  );
  const refused = outcomes.filter((outcome) => outcome === 'overloaded').length;
  if (refused < BURST_OVER) complain(`${refused} were refused of ${outcomes.length} that came at once`);
}

/** An order that some cannot handle, or not yet, and more events of it, which must wait behind the first. */
export async function writeTrouble(writing: Writing, nature: 'poison' | 'unreadable'): Promise<void> {
  const { newId, attempt } = writing;
  const id = newId();
  const streamId = ids.orderId(id);
  await attempt({ id, parts: [order(streamId, 0)], nature }, DONE);
  for (const version of [1, 2]) await attempt({ id: newId(), parts: [order(streamId, version)] }, ANY);
}
