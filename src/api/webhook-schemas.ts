import { Type, type Static } from 'typebox';
import { CONTRACT_NAMES } from '../application/integration-events.ts';
import {
  DELIVERY_STATUSES,
  ENDPOINT_STATUSES,
  type DeliveryView,
  type DeliveryWithAttempts,
  type DisabledReason,
  type EndpointView,
} from '../application/webhooks/ports.ts';
import { instant, nullable, text, uuid } from './schemas.ts';

const URL_MAX = 2_000;
const DESCRIPTION_MAX = 500;
const OVERLAP_SECONDS = 86_400;
const OVERLAP_MAX_SECONDS = 7 * 86_400;

const settings = {
  url: text(
    URL_MAX,
    'Where messages are posted to: https, at an address of the public internet, on port 443 or one above 1023',
  ),
  events: Type.Array(Type.Enum([...Object.keys(CONTRACT_NAMES), '*']), {
    minItems: 1,
    maxItems: 100,
    description: 'Types of messages; `*` stands for all, those of newer versions included',
  }),
  description: text(DESCRIPTION_MAX, 'For yourself'),
};

export const CreateEndpointBody = Type.Object(
  { ...settings, description: Type.Optional(settings.description) },
  { additionalProperties: false },
);

export const ChangeEndpointBody = Type.Object(
  {
    url: Type.Optional(settings.url),
    events: Type.Optional(settings.events),
    description: Type.Optional(settings.description),
    status: Type.Optional(
      Type.Enum([...ENDPOINT_STATUSES], {
        description: 'Enabled again, it gets what waited for it; nothing is kept for one that is disabled',
      }),
    ),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ status: 'enabled' }] },
);

export const RotateBody = Type.Object(
  {
    expireAfterSeconds: Type.Integer({
      minimum: 0,
      maximum: OVERLAP_MAX_SECONDS,
      default: OVERLAP_SECONDS,
      description: 'How long the older secret signs too',
    }),
  },
  { additionalProperties: false },
);

export const EmptyBody = Type.Object({}, { additionalProperties: false });

export const EndpointParams = Type.Object({ endpointId: uuid('The endpoint') });
export const DeliveryParams = Type.Object({ deliveryId: uuid('The delivery') });

const endpoint = {
  endpointId: uuid('The endpoint'),
  url: Type.String(),
  events: Type.Array(Type.String()),
  description: nullable<string>('string', 'For yourself'),
  status: Type.Enum([...ENDPOINT_STATUSES]),
  disabledReason: nullable<DisabledReason>(
    'string',
    '`requested` by you; by the service after `sustained-failure` of three days, or because it answered 410: `gone`',
  ),
  disabledAt: nullable<string>('string', 'UTC'),
  failures: Type.Integer({ description: 'Attempts in a row that failed' }),
  failingSince: nullable<string>('string', 'When the first of them ended; null: none'),
  previousSecretExpiresAt: nullable<string>(
    'string',
    'Until then the older secret signs too; null: there is none',
  ),
  createdAt: instant('UTC'),
  updatedAt: instant('UTC'),
};

export const EndpointSchema = Type.Object(endpoint, { $id: 'WebhookEndpoint', title: 'WebhookEndpoint' });
true satisfies EndpointView extends Static<typeof EndpointSchema> ? true : never;

export const EndpointWithSecretSchema = Type.Object(
  {
    ...endpoint,
    secret: Type.String({ description: 'What messages are signed with: `whsec_…`. Shown this once' }),
  },
  { $id: 'WebhookEndpointWithSecret', title: 'WebhookEndpointWithSecret' },
);

const delivery = {
  deliveryId: uuid('The delivery'),
  endpointId: uuid('To where'),
  messageId: uuid('The header `webhook-id`: the same at every attempt, and for every endpoint'),
  type: Type.String(),
  status: Type.Enum([...DELIVERY_STATUSES]),
  attemptCount: Type.Integer({ description: 'Begun so far' }),
  createdAt: instant('UTC'),
  nextAttemptAt: nullable<string>('string', 'UTC; null: there will be none by itself'),
  settledAt: nullable<string>('string', 'UTC; null while it is pending'),
};

export const DeliverySchema = Type.Object(delivery, { $id: 'WebhookDelivery', title: 'WebhookDelivery' });
true satisfies DeliveryView extends Static<typeof DeliverySchema> ? true : never;

export const DeliveryWithAttemptsSchema = Type.Object({
  ...delivery,
  attempts: Type.Array(
    Type.Object({
      number: Type.Integer(),
      at: instant('When it began, UTC'),
      durationMs: Type.Integer(),
      statusCode: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'null: no answer' }),
      error: nullable<string>('string', 'Why there was no answer'),
      response: nullable<string>('string', 'How the answer begins: 1,024 bytes'),
    }),
    { description: 'Newest first, 100 at most. One that broke off with its process is missing' },
  ),
});
true satisfies DeliveryWithAttempts extends Static<typeof DeliveryWithAttemptsSchema> ? true : never;

const paging = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  cursor: Type.Optional(Type.String({ maxLength: 500, description: 'From `nextCursor` of the page before' })),
};

export const EndpointQuery = Type.Object(paging, { additionalProperties: false });
export const DeliveryQuery = Type.Object(
  {
    endpointId: Type.Optional(uuid('Only to this endpoint')),
    status: Type.Optional(Type.Enum([...DELIVERY_STATUSES])),
    messageId: Type.Optional(uuid('Only of this message')),
    ...paging,
  },
  { additionalProperties: false },
);

const nextCursor = nullable<string>('string', 'null on the last page');
export const EndpointPage = Type.Object({ data: Type.Array(Type.Ref('WebhookEndpoint#')), nextCursor });
export const DeliveryPage = Type.Object({ data: Type.Array(Type.Ref('WebhookDelivery#')), nextCursor });
