import { Type } from 'typebox';
import { LOG_ORDERS } from '../application/log-browsing.ts';
import { causedBy, eventFields } from './order-schemas.ts';
import { nullable, uuid } from './schemas.ts';

const loggedFields = {
  ...eventFields,
  streamId: uuid('The order or the payment, or what else it is about'),
  shard: Type.Integer(),
  schemaVersion: Type.Integer({ description: 'Of the form in which it is stored' }),
  actor: Type.String(),
  data: Type.Unknown({ description: 'Null when it is unreadable; erased fields are erased here too' }),
  unreadable: nullable<string>(
    'string',
    'Why this build cannot read it, such as one that a newer build wrote',
  ),
};
const LoggedEvent = Type.Object(loggedFields);
const CausedEvent = Type.Object({ ...loggedFields, causedBy });

export const LogQuery = Type.Object(
  {
    shard: Type.Optional(Type.Integer({ minimum: 0, maximum: 999, description: 'Only of this shard' })),
    streamId: Type.Optional(uuid('Only of this order or payment')),
    type: Type.Optional(
      Type.String({ pattern: '^[A-Za-z]{1,100}$', description: 'Only of this type, such as `OrderPaid`' }),
    ),
    order: Type.Enum([...LOG_ORDERS], { default: 'newest', description: 'Which come first' }),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    cursor: Type.Optional(
      Type.String({
        maxLength: 1_500,
        description:
          'From `nextCursor` of the page before, with the same filter and order; or from `followCursor`, with the ' +
          'same filter and `order=oldest`',
      }),
    ),
  },
  { additionalProperties: false },
);

export const LogPageSchema = Type.Object({
  data: Type.Array(LoggedEvent),
  nextCursor: nullable<string>(
    'string',
    'null when there is no more at the moment; otherwise there may be more, even if this page is short or empty',
  ),
  followCursor: nullable<string>(
    'string',
    'With `order=oldest` gives what comes after this answer; null on all pages of the newest but the first',
  ),
  lookedThrough: Type.Integer({
    description: 'How many events of the log were looked through for this page',
  }),
});

export const LogParams = Type.Object({
  id: Type.String({
    maxLength: 100,
    description: 'Shard and position of the event, such as `0-42`: its `id`',
  }),
});

export const ExplainedSchema = Type.Object({
  event: CausedEvent,
  origin: Type.Object(
    {
      id: Type.String({ description: 'Of the request, or of what a clock found; of no event' }),
      actor: Type.String(),
    },
    { description: 'What began it all' },
  ),
  causes: Type.Array(CausedEvent, { description: 'From the first one down to what led to this event' }),
  effects: Type.Array(CausedEvent, {
    description: 'What it led to, and what that led to; each right after its cause, which `causedBy` names',
  }),
  together: Type.Array(LoggedEvent, { description: 'The other events of the same command' }),
});

export const ShardsSchema = Type.Object({
  data: Type.Array(
    Type.Object({
      shard: Type.Integer(),
      head: Type.String({ description: 'Position of its last event; 0: it has none', examples: ['184'] }),
      events: Type.Integer({ description: 'How many are at hand; those in the archive are not counted' }),
      oldestAt: nullable<string>('string', 'When the first of these was recorded, UTC; null: there is none'),
      newestAt: nullable<string>('string', 'When the last of these was recorded, UTC; null: there is none'),
    }),
  ),
});
