import type { CommandId } from '../../src/domain/shared/ids.ts';
import type { StreamId } from '../../src/application/ports.ts';

export type Part = {
  readonly streamId: StreamId;
  readonly category: 'order' | 'payment';
  readonly expected: number;
  readonly events: number;
};

/** A command in few words, from which any process makes the same unit. */
export type Command = {
  readonly id: CommandId;
  readonly parts: readonly [Part, ...Part[]];
  /** Sent by a tenant whose streams these are not. */
  readonly stranger?: true;
  /** What its events are like; nothing unless said. */
  readonly nature?: Nature;
  /** Not the first time it is sent. */
  readonly again?: true;
  /** Sent before what it builds on was answered, so a conflict need not be the last word on it. */
  readonly early?: true;
  /** Others hear nothing of it: they could append to its streams before what is still to follow here. */
  readonly chained?: true;
};

/**
 * `unstorable`: PostgreSQL refuses its text. `poison`: subscriptions fail at it until it is healed. `unreadable`: a
 * process of the older build cannot read it.
 */
export type Nature = 'unstorable' | 'poison' | 'unreadable';

export type Outcome =
  'appended' | 'duplicate' | 'conflict' | 'overloaded' | 'unavailable' | 'unstorable' | 'fault';

/** What is known of a command that somebody repeats. */
export type Standing = 'in' | 'unknown';

export const VIOLATIONS = {
  positions: 'positions of a shard are 1 to its head, each once',
  late: 'no position appears at or below one that was seen already',
  versions: 'versions of a stream are 1 to its version, in order of position',
  commands: 'a command is in the log whole, once, and side by side, or not at all',
  acknowledged: 'what was acknowledged is in the log, what was refused is not',
  outcome:
    'a command ends as it must: once it is in, it is a duplicate, and an outdated version is a conflict',
  fault: 'nothing fails but for an outage, an overload, or a value that cannot be stored',
  reading: 'a stream is read from 1 on without a gap, and never without what was acknowledged before',
  seen: 'an effect in SQL is applied once for each event up to the checkpoint that is not parked, in order of its stream',
  outside:
    'an effect outside happens at least once for each event up to the checkpoint that is not parked, in order',
  lease:
    'a lease is taken only when it has ended, and only its holder moves the checkpoint, forwards, while running',
  seals: 'the chain of hashes recomputes',
  verified: 'the command verify finds nothing either',
  parked: 'nothing is parked but what cannot be handled, and what is behind it',
  takeover: 'what a stopped process held is taken over by others',
  stalled: 'commands and subscriptions go on by themselves',
  ended: 'no process ends, or complains, by itself',
} as const;

export type ViolationKind = keyof typeof VIOLATIONS;
export type Violation = { readonly kind: ViolationKind; readonly detail: string };

export type ChildOptions = {
  /** The lease owner and the connections' application name. */
  readonly name: string;
  readonly seed: string;
  readonly databaseUrl: string;
  readonly shards: number;
  readonly writers: number;
  readonly leaseMs: number;
  /** It can read whatever there is. */
  readonly newerBuild: boolean;
  /** How often an effect fails on purpose, of 1. */
  readonly effectFails: number;
  /** How many events at most a subscription takes at a time: one of these. */
  readonly batches: readonly number[];
  /** Streams that all processes append to. */
  readonly hot: readonly StreamId[];
  /** How often this process breaks one of its own connections, its reply lost. */
  readonly cutEveryMs?: readonly [number, number];
};

/** One JSON line each. A command is announced before it is sent, so whoever kills the sender knows of it. */
export type FromChild =
  | readonly ['ready']
  | readonly ['send', number, Command]
  | readonly ['done', number, Outcome]
  | readonly ['violation', ViolationKind, string]
  | readonly ['counts', { readonly reads: number; readonly cuts: number }]
  | readonly ['resting'];

export type ToChild =
  readonly ['repeat', Command, Standing] | readonly ['poison'] | readonly ['rest'] | readonly ['stop'];
