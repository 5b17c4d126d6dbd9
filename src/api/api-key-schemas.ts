import { Type, type Static } from 'typebox';
import { ROLES, SCOPES } from '../application/access.ts';
import { KEY_MODES, type ApiKeyView, type NewApiKey } from '../application/api-keys.ts';
import { instant, nullable, text, uuid } from './schemas.ts';

const OVERLAP_SECONDS = 86_400;
const OVERLAP_MAX_SECONDS = 7 * 86_400;
const LIFE_MAX_SECONDS = 10 * 366 * 86_400;

const Scopes = (description: string) => Type.Array(Type.Enum([...SCOPES]), { description });
const reason = Type.Optional(text(500, 'Why; kept in the audit. Free text must not hold personal data'));

export const CreateKeyBody = Type.Object(
  {
    name: text(100, 'To tell it from others: who uses it, and where'),
    mode: Type.Optional(Type.Enum([...KEY_MODES], { default: 'live', description: 'What its prefix says' })),
    scopes: Type.Optional(
      Type.Array(Type.Enum([...SCOPES]), {
        minItems: 1,
        maxItems: 20,
        description: 'What it allows; or give a role',
      }),
    ),
    role: Type.Optional(
      Type.Enum([...ROLES], {
        description: 'Stands for the scopes that it has now; docs/access.md lists them',
      }),
    ),
    expiresInSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LIFE_MAX_SECONDS, description: 'Absent: it does not expire' }),
    ),
    reason,
  },
  {
    additionalProperties: false,
    examples: [{ name: 'warehouse', role: 'operator', expiresInSeconds: 31_536_000 }],
  },
);

export const RotateKeyBody = Type.Object(
  {
    overlapSeconds: Type.Integer({
      minimum: 0,
      maximum: OVERLAP_MAX_SECONDS,
      default: OVERLAP_SECONDS,
      description: 'How long the older key is good too; 0 revokes it at once',
    }),
    reason,
  },
  { additionalProperties: false },
);

export const RevokeKeyBody = Type.Object({ reason }, { additionalProperties: false });

export const KeyParams = Type.Object({ keyId: uuid('The key') });

export const KeysQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'From `nextCursor` of the page before' }),
    ),
  },
  { additionalProperties: false },
);

const key = {
  keyId: uuid('The key'),
  prefix: Type.String({ description: 'How it begins, which is all that is kept of it beside a hash' }),
  name: nullable<string>('string', 'null: made on the command line'),
  scopes: Scopes('What it allows'),
  createdBy: nullable<string>('string', 'Who made it, as the audit names them'),
  createdAt: instant('UTC'),
  lastUsedAt: nullable<string>('string', 'UTC, to the minute; null: never'),
  expiresAt: nullable<string>('string', 'UTC; null: never'),
  revokedAt: nullable<string>('string', 'UTC; null: it is not'),
  rotatedTo: nullable<string>('string', 'The key that took its place'),
};

export const KeySchema = Type.Object(key, { $id: 'ApiKey', title: 'ApiKey' });
true satisfies ApiKeyView extends Static<typeof KeySchema> ? true : never;

export const NewKeySchema = Type.Object(
  {
    ...key,
    secret: nullable<string>(
      'string',
      'The key itself, shown this once. null when the request is repeated: rotate the key if the answer was lost',
    ),
  },
  { $id: 'NewApiKey', title: 'NewApiKey' },
);
true satisfies NewApiKey extends Static<typeof NewKeySchema> ? true : never;

export const KeyPage = Type.Object({
  data: Type.Array(Type.Ref('ApiKey#')),
  nextCursor: nullable<string>('string', 'null on the last page'),
});
