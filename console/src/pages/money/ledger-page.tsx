import { useState } from 'react';
import { Link } from 'wouter';
import { instantOf } from '../../format/day.ts';
import { Money } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Badge } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { TextField } from '../../ui/field.tsx';
import { Page, Section } from '../../ui/page.tsx';
import './money.css';
import { statementTo } from './statement-link.ts';

/** It is added up from all that was ever posted. */
const EVERY_MS = 30_000;

type TrialBalance = Awaited<ReturnType<typeof service.getTrialBalance>>['data'][number];
type Row = TrialBalance['accounts'][number] & { readonly currency: string };

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'account',
    heading: 'Account',
    cell: ({ account, currency }) => <Link href={statementTo(account, currency)}>{account}</Link>,
    sortBy: ({ account }) => account,
  },
  {
    id: 'debit',
    heading: 'Debit',
    isNumeric: true,
    cell: ({ debit, currency }) => <Money amount={debit} currency={currency} />,
    sortBy: ({ debit }) => BigInt(debit),
  },
  {
    id: 'credit',
    heading: 'Credit',
    isNumeric: true,
    cell: ({ credit, currency }) => <Money amount={credit} currency={currency} />,
    sortBy: ({ credit }) => BigInt(credit),
  },
  {
    id: 'balance',
    heading: 'Balance',
    isNumeric: true,
    cell: ({ balance, currency }) => <Money amount={balance} currency={currency} />,
    sortBy: ({ balance }) => BigInt(balance),
  },
];

function OfCurrency({ currency, accounts, debit, credit, balance }: TrialBalance) {
  const isBalanced = balance === '0';
  return (
    <Section
      title={currency}
      actions={<Badge tone={isBalanced ? 'good' : 'bad'}>{isBalanced ? 'Balanced' : 'Not balanced'}</Badge>}
    >
      <DataTable
        label={`Trial balance in ${currency}`}
        rows={accounts.map((account) => ({ ...account, currency }))}
        columns={COLUMNS}
        keyOf={({ account }) => account}
      />
      <p className="sums">
        Debit <Money amount={debit} currency={currency} />, credit{' '}
        <Money amount={credit} currency={currency} />, difference{' '}
        <Money amount={balance} currency={currency} />
      </p>
    </Section>
  );
}

export default function LedgerPage() {
  const [at, setAt] = useState('');
  const instant = instantOf(at);
  const isWrong = at !== '' && instant === undefined;
  const balances = useAnswer(
    ['trial-balance', instant],
    (signal) => service.getTrialBalance(instant === undefined ? {} : { at: instant }, { signal }),
    instant === undefined ? { everyMs: EVERY_MS } : {},
  );
  return (
    <Page
      title="Trial balance"
      lead="All that was ever posted, by account. Debit and credit are equal, in each currency."
      actions={
        <TextField
          label="As it was at"
          type="datetime-local"
          error={isWrong ? 'No such time: this is as it is now' : undefined}
          value={at}
          onValue={setAt}
        />
      }
    >
      <Answer query={balances}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>Nothing was posted {instant === undefined ? 'yet' : 'by then'}.</Empty>
          ) : (
            data.map((one) => <OfCurrency key={one.currency} {...one} />)
          )
        }
      </Answer>
    </Page>
  );
}
