import type { Order } from '@order-payments/client';
import { Money } from '../../format/money.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Section } from '../../ui/page.tsx';
import { Differs } from './differs.tsx';

type Line = Order['items'][number];
type Amount = Line['net'];

const PERCENT_BASIS_POINTS = 100;

const amountColumn = (id: string, heading: string, of: (line: Line) => Amount): Column<Line> => ({
  id,
  heading,
  isNumeric: true,
  cell: (line) => (
    <Differs at={`items/${line.lineId}/${id}`}>
      <Money {...of(line)} />
    </Differs>
  ),
});

const COLUMNS: readonly Column<Line>[] = [
  {
    id: 'product',
    heading: 'Product',
    cell: ({ lineId, productName, productId }) => (
      <>
        <Differs at={`items/${lineId}/productName`}>{productName}</Differs>
        <div className="muted">{productId}</div>
      </>
    ),
  },
  {
    id: 'quantity',
    heading: 'Quantity',
    isNumeric: true,
    cell: ({ lineId, quantity }) => <Differs at={`items/${lineId}/quantity`}>{quantity}</Differs>,
  },
  amountColumn('unitPrice', 'Unit price', ({ unitPrice }) => unitPrice),
  amountColumn('discount', 'Discount', ({ discount }) => discount),
  {
    id: 'taxRate',
    heading: 'Tax rate',
    isNumeric: true,
    cell: ({ lineId, taxRate }) => (
      <Differs at={`items/${lineId}/taxRate`}>{taxRate / PERCENT_BASIS_POINTS} %</Differs>
    ),
  },
  amountColumn('tax', 'Tax', ({ tax }) => tax),
  amountColumn('net', 'Net', ({ net }) => net),
];

type SumProps = {
  readonly name: string;
  readonly at: string;
  readonly amount: Amount;
  readonly isTotal?: boolean;
};

const Sum = ({ name, at, amount, isTotal = false }: SumProps) => (
  <div className={isTotal ? 'sum sum-total' : 'sum'}>
    <dt>{name}</dt>
    <dd>
      <Differs at={at}>
        <Money {...amount} />
      </Differs>
    </dd>
  </div>
);

export function OrderLines({ order }: { readonly order: Order }) {
  const { totals, pricesIncludeTax } = order;
  const unitPrice = pricesIncludeTax
    ? 'Unit prices include tax; net does not.'
    : 'Unit prices are without tax.';
  return (
    <Section title="Lines">
      <DataTable label="Lines" rows={order.items} columns={COLUMNS} keyOf={({ lineId }) => lineId} />
      <p className="muted lines-note">{unitPrice}</p>
      <dl className="sums">
        <Sum name="Items, without tax" at="totals/items" amount={totals.items} />
        <Sum name="Discount" at="totals/discount" amount={totals.discount} />
        <Sum name="Tax" at="totals/tax" amount={totals.tax} />
        <Sum name="Shipping" at="totals/shipping" amount={totals.shipping} />
        <Sum name="Total" at="totals/grand" amount={totals.grand} isTotal />
        <Sum name="Paid" at="paidAmount" amount={order.paidAmount} />
        <Sum name="Refunded" at="refundedAmount" amount={order.refundedAmount} />
        <Sum name="Due" at="dueAmount" amount={order.dueAmount} isTotal />
      </dl>
    </Section>
  );
}
