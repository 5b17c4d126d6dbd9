import type { StreamId } from '../../src/application/ports.ts';
import type { Chance } from './chance.ts';
import type { Command, Standing } from './protocol.ts';

export type Repeatable = { readonly command: Command; readonly standing: Standing };

/** What a process has heard of the log: the least that any later read must find. */
export type Known = {
  /** Everything up to this version was acknowledged. */
  versionOf(streamId: StreamId): number;
  heardOf(command: Command, standing: Standing): void;
  sawVersion(streamId: StreamId, version: number): void;
  anyStream(): StreamId | undefined;
  anyCommand(): Repeatable | undefined;
};

const STREAMS_MAX = 3_000;
const COMMANDS_MAX = 1_000;

export function whatIsKnown(chance: Chance, hot: readonly StreamId[]): Known {
  const versions = new Map<StreamId, number>();
  const streams: StreamId[] = [];
  const commands: Repeatable[] = [];

  function sawVersion(streamId: StreamId, version: number): void {
    if (!versions.has(streamId) && !hot.includes(streamId)) remember(streams, streamId, STREAMS_MAX);
    versions.set(streamId, Math.max(version, versions.get(streamId) ?? 0));
  }

  /** Takes the place of any other once there are enough. */
  function remember<T>(list: T[], item: T, max: number): void {
    if (list.length < max) list.push(item);
    else list[chance.below(max)] = item;
  }

  return {
    versionOf: (streamId) => versions.get(streamId) ?? 0,
    heardOf: (command, standing) => {
      remember(commands, { command, standing }, COMMANDS_MAX);
      if (standing === 'unknown') return;
      for (const { streamId, expected, events } of command.parts) sawVersion(streamId, expected + events);
    },
    sawVersion,
    anyStream: () => (streams.length > 0 ? chance.pick(streams) : undefined),
    anyCommand: () => (commands.length > 0 ? chance.pick(commands) : undefined),
  };
}
