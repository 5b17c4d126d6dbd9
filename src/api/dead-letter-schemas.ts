import { Type, type Static } from 'typebox';
import { LETTER_STATES, type Letter, type LetterGroup } from '../application/dead-letters.ts';
import { instant, nullable, text, uuid } from './schemas.ts';

const State = Type.Enum([...LETTER_STATES]);
const groupId = () => Type.String({ pattern: '^[a-p]{16}$', description: 'The group, as the list names it' });
const consumer = () => Type.String({ pattern: '^[a-z0-9-]{1,100}$', description: 'Only of this consumer' });
const count = (description: string) => Type.Integer({ description });

const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 });
const cursor = Type.Optional(
  Type.String({ maxLength: 1_000, description: 'From `nextCursor` of the page before' }),
);
const nextCursor = nullable<string>('string', 'null on the last page');

export const GroupsQuery = Type.Object(
  { consumer: Type.Optional(consumer()), state: Type.Optional(State), limit, cursor },
  { additionalProperties: false },
);
export const LettersQuery = Type.Object(
  { ...GroupsQuery.properties, groupId: Type.Optional(groupId()) },
  { additionalProperties: false },
);

const Group = Type.Object({
  groupId: groupId(),
  consumer: Type.String(),
  faultType: Type.String(),
  faultMessage: Type.String({ description: 'Of the newest' }),
  failed: count('Waiting for somebody to replay or discard them'),
  replaying: count('Handed to their consumer, which has not said yet'),
  resolved: count('Handled after all; forgotten after 30 days'),
  discarded: count('Given up; forgotten after 30 days'),
  firstFailedAt: instant('UTC'),
  lastFailedAt: instant('UTC'),
});
true satisfies LetterGroup extends Static<typeof Group> ? true : never;
export const GroupPage = Type.Object({ data: Type.Array(Group), nextCursor });

const LetterSchema = Type.Object({
  letterId: uuid('The letter'),
  consumer: Type.String(),
  messageId: Type.String({ description: 'The id of the event it tells of; a replay keeps it' }),
  type: nullable<string>('string', 'Of the message, or of the event'),
  state: State,
  groupId: groupId(),
  faultType: Type.String(),
  faultMessage: Type.String(),
  attempts: Type.Integer({ description: 'All that were made, over all replays' }),
  replays: Type.Integer(),
  traceId: nullable<string>('string', 'By which log lines of it are found'),
  firstFailedAt: instant('UTC'),
  failedAt: instant('UTC, the last time'),
});
true satisfies Letter extends Static<typeof LetterSchema> ? true : never;
export const LetterPage = Type.Object({ data: Type.Array(LetterSchema), nextCursor });

export const LetterParams = Type.Object({ letterId: uuid('The letter') });

export const LetterDetailSchema = Type.Object({
  ...LetterSchema.properties,
  hosted: Type.Enum(['broker', 'log'], { description: 'Where its consumer got it from' }),
  payload: Type.Unknown({ description: 'JSON; of what is none, the text, or base64 of bytes' }),
  headers: Type.Record(Type.String(), Type.Unknown(), { description: 'Those that it came with' }),
  history: Type.Array(
    Type.Object({
      replay: Type.Integer({ description: '0: before any replay' }),
      failedAt: instant('UTC'),
      attempts: Type.Integer(),
      faultType: Type.String(),
      faultMessage: Type.String(),
    }),
  ),
});

const selection = {
  ids: Type.Optional(Type.Array(uuid('A letter'), { minItems: 1, maxItems: 1_000 })),
  groupId: Type.Optional(groupId()),
  all: Type.Optional(Type.Literal(true, { description: 'All that failed' })),
  limit: Type.Integer({
    ...{ minimum: 1, maximum: 10_000, default: 1_000 },
    description: 'The oldest so many at most',
  }),
  preview: Type.Boolean({ default: false, description: 'Only say what it would concern' }),
};

export const ReplayBody = Type.Object(
  {
    ...selection,
    perSecond: Type.Integer({
      ...{ minimum: 1, maximum: 1_000, default: 50 },
      description: 'How many are handed over a second at most',
    }),
  },
  { additionalProperties: false, examples: [{ groupId: 'abcdefghijklmnop', limit: 100, perSecond: 10 }] },
);
export const DiscardBody = Type.Object(
  { ...selection, reason: text(1_000, 'Why, for whoever asks later') },
  { additionalProperties: false, examples: [{ groupId: 'abcdefghijklmnop', reason: 'of a test' }] },
);
export type Selected = Pick<Static<typeof ReplayBody>, 'ids' | 'groupId' | 'all'>;

export const ConcernedSchema = Type.Object({
  count: count('How many letters it concerns'),
  ids: Type.Array(uuid('A letter'), { description: 'The first 20 of them, oldest first' }),
  preview: Type.Boolean({ description: 'true: nothing was changed' }),
});
