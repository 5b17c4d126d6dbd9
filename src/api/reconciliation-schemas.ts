import { Type, type Static } from 'typebox';
import { SIDE_STATES, type BreakDetail } from '../application/ledger/look-into-break.ts';
import { BREAK_STATUSES } from '../application/read-models.ts';
import { BREAK_KINDS } from '../domain/ledger/reconciliation.ts';
import { instant, nullable, uuid } from './schemas.ts';

const minor = (description: string) =>
  nullable<string>(
    'string',
    `${description}, in signed minor units as a decimal string; null: there is none`,
  );
const id = (description: string) => nullable<string>('string', description);

const found = {
  breakId: uuid('Names it, as long as it is there'),
  day: Type.String({ format: 'date', description: 'UTC, by the books that have it' }),
  provider: Type.String(),
  kind: Type.Enum([...BREAK_KINDS]),
  subject: Type.String({ description: 'With day, provider and kind it names this break' }),
  status: Type.Enum([...BREAK_STATUSES]),
  currency: Type.String(),
  expected: minor('What the book that speaks for it says'),
  actual: minor('What the book that was compared with it has'),
  operationId: id('The capture, the refund, or the dispute'),
  paymentId: id('The payment'),
  orderId: id('The order'),
  transactionId: id('By the books of the provider'),
  payoutId: id('By the books of the provider'),
  foundAt: instant('When it was first found'),
  resolvedAt: id('When it was found no more; null while it is open'),
};

export const BreakPage = Type.Object({
  data: Type.Array(Type.Object(found)),
  nextCursor: nullable<string>('string', 'null on the last page'),
});

const side = (description: string, ids: string) =>
  Type.Unsafe<BreakDetail['sides']['ledger']>({
    type: ['array', 'null'],
    description: `${description}; null: see \`states\``,
    items: Type.Object({
      id: Type.String({ description: ids }),
      at: instant('UTC, by the clock of these books'),
      type: Type.String({ description: 'As these books call it' }),
      amount: Type.String({
        description: 'Signed minor units as a decimal string: what the provider owes us more',
      }),
      currency: Type.String(),
      fee: minor('What the provider keeps of it'),
      operationId: id('The capture, the refund, or the dispute'),
      paymentId: id('The payment'),
      payoutId: id('The payout that it is in'),
    }),
  });

const state = Type.Enum([...SIDE_STATES], {
  description:
    '`found`: it has something. `nothing`: it was asked and has nothing. `unavailable`: it cannot be asked now, or not ' +
    'in time; ask again. `not-configured`: the provider is not configured here any more',
});

export const BreakSchema = Type.Object({
  ...found,
  states: Type.Object(
    { ledger: state, provider: state, settlement: state },
    { description: 'What came of asking each side' },
  ),
  sides: Type.Object({
    ledger: side('What we booked', 'The event that was booked'),
    provider: side('What the provider’s books say moved', 'The transaction of the provider'),
    settlement: side('What the provider says that it paid out', 'The transaction of the provider'),
  }),
});
// Compiles only while what is sent fits what is documented.
true satisfies Omit<BreakDetail, 'tenantId'> extends Static<typeof BreakSchema> ? true : never;

export const BreakParams = Type.Object({ breakId: uuid('From the list') });
