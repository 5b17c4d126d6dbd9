import { Type, type Static } from 'typebox';
import type { Check } from '../application/health.ts';
import type { ParkedView } from '../application/parked-events.ts';
import { instant, nullable, text, uuid } from './schemas.ts';

const SHARD_MAX = 999;

const count = (description: string) => Type.String({ description: `${description}; a decimal string` });
const name = () => Type.String({ pattern: '^[a-z0-9-]{1,100}$', description: 'As the list names it' });
const shard = () => Type.Integer({ minimum: 0, maximum: SHARD_MAX, description: 'Of the log' });
const reason = Type.Optional(text(500, 'Why; kept in the audit. Free text must not hold personal data'));
const nextCursor = nullable<string>('string', 'null on the last page');

export const NameParams = Type.Object({ name: name() });

const named = Type.String({ examples: ['order-summary'] });

const Unit = Type.Object({
  name: named,
  kind: Type.Enum(['projection', 'subscription'], { description: 'Whether it makes a read model' }),
  version: Type.Integer({ description: 'Of a projection its generation' }),
  generationStatus: nullable<'building' | 'live'>('string', '`live` or `building`; null: of no projection'),
  shard: shard(),
  status: Type.Enum(['running', 'paused', 'halted'], {
    description: '`halted`: at an event it could not handle; resume it when that is mended',
  }),
  position: count('The last event that it is done with'),
  head: count('The last event there is'),
  lag: count('Events between the two'),
  behindMs: nullable<number>('integer', 'Age of the next event; null: there is none'),
  owner: nullable<string>('string', 'The process that has it; null: none'),
  leaseMs: nullable<number>(
    'integer',
    'How long that process has it, below zero since when it has not; null: nobody has it. What is paused may be at ' +
      'work outside the database until then',
  ),
  followed: Type.Boolean({ description: 'Whether a living process would follow it' }),
  lastError: nullable<string>('string', 'Of the last try; null: it was handled'),
  parked: Type.Integer({ description: 'Events that it could not handle, or that wait behind one' }),
});
export type UnitBody = Static<typeof Unit>;
export const UnitList = Type.Object({ data: Type.Array(Unit) });

export const UnitsBody = Type.Object(
  { shard: Type.Optional(shard()), reason },
  { additionalProperties: false, examples: [{ shard: 0, reason: 'the warehouse is being moved' }] },
);

const generation = {
  generation: Type.Integer(),
  status: Type.Enum(['building', 'live']),
  codeVersion: Type.Integer({ description: 'Of the code that makes it' }),
  done: count('Events that are in it'),
  total: count('Events there are'),
  parked: Type.Integer({ description: 'Events that it could not handle, or that wait behind one' }),
  lastError: nullable<string>('string', 'Of the last try; null: it was handled'),
  stopped: nullable<string>('string', 'Why it will not go on by itself; null: it will'),
};
export const GenerationSchema = Type.Object({ name: named, ...generation });
export type GenerationBody = Static<typeof GenerationSchema>;

export const ProjectionSchema = Type.Object({
  name: named,
  generations: Type.Array(Type.Object(generation), { description: 'The live one, and one being built' }),
});

export const RebuildBody = Type.Object({ reason }, { additionalProperties: false });

export const CancelQuery = Type.Object({ reason }, { additionalProperties: false });

export const CancelledSchema = Type.Object({
  name: named,
  cancelled: nullable<number>('integer', 'The generation that was dropped; null: none was being built'),
});

export const ParkedQuery = Type.Object(
  {
    subscription: Type.Optional(name()),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'From `nextCursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
);

const parkedId = () =>
  Type.String({
    pattern: '^[a-z0-9-]{1,100}:[0-9]{1,9}:[0-9]{1,3}-[0-9]{1,18}$',
    description: 'Subscription, version, shard and position',
    examples: ['order-summary:1:0-42'],
  });

const Parked = Type.Object({
  parkedId: parkedId(),
  subscription: Type.String(),
  version: Type.Integer(),
  shard: shard(),
  position: Type.String({ description: 'In the log; a decimal string' }),
  eventId: uuid('The event'),
  type: Type.String(),
  streamId: uuid('The order, payment or other stream that it is of'),
  streamVersion: Type.Integer(),
  kind: Type.Enum(['unreadable', 'failed', 'behind'], {
    description:
      '`unreadable`: this build knows no such event; `behind`: an earlier one of its stream is parked',
  }),
  status: Type.Enum(['parked', 'retry'], { description: '`retry`: it is about to be tried again' }),
  error: Type.String(),
  attempts: Type.Integer(),
  parkedAt: instant('UTC'),
  updatedAt: instant('UTC'),
  nextRetryAt: nullable<string>('string', 'UTC, when it is tried again by itself; null: it is not'),
});
true satisfies ParkedView extends Static<typeof Parked> ? true : never;
export const ParkedPage = Type.Object({ data: Type.Array(Parked), nextCursor });

const selection = {
  ids: Type.Optional(
    Type.Array(parkedId(), { minItems: 1, maxItems: 1_000, description: 'As the list names them' }),
  ),
  subscription: Type.Optional(name()),
  all: Type.Optional(Type.Literal(true, { description: 'All that are parked' })),
  limit: Type.Integer({
    ...{ minimum: 1, maximum: 10_000, default: 1_000 },
    description: 'The first so many at most, as the list has them',
  }),
  preview: Type.Boolean({ default: false, description: 'Only say what it would concern' }),
};
export const RetryParkedBody = Type.Object(
  { ...selection, reason },
  { additionalProperties: false, examples: [{ subscription: 'order-summary', limit: 100 }] },
);
export const DiscardParkedBody = Type.Object(
  { ...selection, reason: text(500, 'Why, for whoever asks later') },
  { additionalProperties: false, examples: [{ ids: ['order-summary:1:0-42'], reason: 'settled by hand' }] },
);
export type SelectedParked = Pick<Static<typeof RetryParkedBody>, 'ids' | 'subscription' | 'all'>;

export const ConcernedParkedSchema = Type.Object({
  count: Type.Integer({ description: 'How many parked events it concerns' }),
  ids: Type.Array(parkedId(), { description: 'The first 20 of them' }),
  preview: Type.Boolean({ description: 'true: nothing was changed' }),
});

const CheckSchema = Type.Object({
  name: Type.String(),
  status: Type.Enum(['ok', 'degraded', 'failed']),
  detail: Type.String(),
});
true satisfies Check extends Static<typeof CheckSchema> ? true : never;

export const HealthSchema = Type.Object({
  version: Type.String(),
  owner: Type.String({ description: 'How this process is named where it has a lease' }),
  startedAt: instant('UTC'),
  uptimeSeconds: Type.Integer(),
  checks: Type.Array(CheckSchema, { description: 'As /readyz tells them' }),
  relay: Type.Object({
    configured: Type.Boolean({ description: 'Whether this process has a broker' }),
    connected: Type.Boolean(),
    messagesBehind: nullable<number>(
      'integer',
      'Messages that the broker has not got yet, of all shards; 0 where there never was one; null: PostgreSQL did not say in time',
    ),
    oldestSeconds: nullable<number>('number', 'Age of the oldest of those; null: there is none, or as above'),
  }),
  appendQueues: Type.Array(
    Type.Object({
      shard: shard(),
      waiting: Type.Integer({ description: 'Commands that wait for the group commit' }),
    }),
  ),
  pools: Type.Array(
    Type.Object({
      name: Type.String(),
      busy: Type.Integer(),
      idle: Type.Integer(),
      waiting: Type.Integer({ description: 'Queries that wait for a connection' }),
    }),
  ),
});
