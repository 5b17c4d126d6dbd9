import type { CommandContext, DomainEvent, StreamAppend, Unit } from '../../src/application/ports.ts';
import { parseCurrency } from '../../src/domain/shared/currencies.ts';
import type { CustomerId, OrderId, PaymentId, TenantId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import type { Command, Nature, Part } from './protocol.ts';

export const TENANT = '0190a000-0000-7000-8000-000000000001' as TenantId;
export const STRANGER = '0190a000-0000-7000-8000-000000000002' as TenantId;

const USD = parseCurrency('USD')!;
const AT = '2026-01-01T00:00:00.000Z';

/** The answer names what the command wrote, so that the log alone tells whether all of it is there. */
export function unitOf({ id, parts, stranger, nature }: Command): Unit {
  const context: CommandContext = {
    commandId: id,
    tenantId: stranger ? STRANGER : TENANT,
    fingerprint: `of ${id}`,
    correlationId: id,
    causationId: id,
    actor: 'soak',
  };
  const [first, ...others] = parts;
  const streamOf = (part: Part): StreamAppend => ({
    streamId: part.streamId,
    category: part.category,
    expectedVersion: part.expected,
    events: Array.from({ length: part.events }, (_, index) =>
      eventOf(part, part.expected + index + 1, nature),
    ),
  });
  return {
    context,
    streams: [streamOf(first), ...others.map(streamOf)],
    answer: { streams: parts.map(({ streamId, events }) => [streamId, events]) },
  };
}

function eventOf({ streamId, category }: Part, version: number, nature: Nature | undefined): DomainEvent {
  const text = nature === 'unstorable' ? 'a\u0000b' : (nature ?? `version ${version}`);
  if (category === 'payment')
    return { type: 'AttemptStarted', attemptId: text, provider: 'soak', providerKey: streamId, at: AT };
  if (version > 1)
    return { type: 'PaymentClaimReleased', paymentId: streamId as string as PaymentId, reason: text, at: AT };
  const none = money(0n, USD);
  return {
    type: 'OrderCreated',
    orderId: streamId as OrderId,
    customerId: `customer-${streamId.at(-6)}` as CustomerId, // of few, whose keys are soon known, and asked for till then
    currency: USD,
    pricesIncludeTax: false,
    items: [
      {
        ...{ lineId: '1', productId: text, productName: 'Soap', quantity: 1, taxRateBasisPoints: 0 },
        ...{ unitPrice: none, discount: none, net: none, tax: none },
      },
    ],
    totals: { items: none, discount: none, tax: none, shipping: none, grand: none },
    expiresAt: null,
    at: AT,
  };
}

/** Of what nature an event is, by itself. */
export const isOfNature = (event: DomainEvent, nature: Nature): boolean =>
  event.type === 'OrderCreated' && event.items[0]?.productId === nature;
