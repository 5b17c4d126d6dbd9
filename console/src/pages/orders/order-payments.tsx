import type { Payment } from '@order-payments/client';
import { Money } from '../../format/money.tsx';
import { Empty } from '../../ui/answer.tsx';
import { inWords, Status } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Section } from '../../ui/page.tsx';
import { Differs } from './differs.tsx';

type AmountField = 'amount' | 'authorizedAmount' | 'capturedAmount' | 'refundedAmount';

const amountColumn = (field: AmountField, heading: string): Column<Payment> => ({
  id: field,
  heading,
  isNumeric: true,
  cell: (payment) => (
    <Differs at={`payments/${payment.paymentId}/${field}`}>
      <Money {...payment[field]} />
    </Differs>
  ),
});

const COLUMNS: readonly Column<Payment>[] = [
  {
    id: 'payment',
    heading: 'Payment',
    cell: ({ paymentId }) => <Identifier id={paymentId} to={`/payments/${paymentId}`} />,
  },
  {
    id: 'status',
    heading: 'Status',
    cell: ({ paymentId, status, error }) => (
      <>
        <Differs at={`payments/${paymentId}/status`}>
          <Status value={status} />
        </Differs>
        {error !== undefined && <div className="muted">{inWords(error.code)}</div>}
      </>
    ),
  },
  { id: 'method', heading: 'Method', cell: ({ paymentMethod }) => inWords(paymentMethod) },
  amountColumn('amount', 'Amount'),
  amountColumn('capturedAmount', 'Captured'),
  amountColumn('refundedAmount', 'Refunded'),
];

export const OrderPayments = ({ payments }: { readonly payments: readonly Payment[] }) => (
  <Section title="Payments">
    {payments.length === 0 ? (
      <Empty>Nobody has tried to pay it.</Empty>
    ) : (
      <DataTable label="Payments" rows={payments} columns={COLUMNS} keyOf={({ paymentId }) => paymentId} />
    )}
  </Section>
);
