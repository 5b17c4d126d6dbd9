import { Link } from 'wouter';
import { Money } from '../../format/money.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { inWords } from '../../ui/badge.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Page } from '../../ui/page.tsx';
import { statementTo } from './statement-link.ts';

/** They are added up from all that was ever posted. */
const EVERY_MS = 30_000;

type Account = Awaited<ReturnType<typeof service.listLedgerAccounts>>['data'][number];

const COLUMNS: readonly Column<Account>[] = [
  {
    id: 'account',
    heading: 'Account',
    cell: ({ account, currency }) => <Link href={statementTo(account, currency)}>{account}</Link>,
    sortBy: ({ account }) => account,
  },
  {
    id: 'currency',
    heading: 'Currency',
    cell: ({ currency }) => currency,
    sortBy: ({ currency }) => currency,
  },
  { id: 'kind', heading: 'Kind', cell: ({ kind }) => inWords(kind), sortBy: ({ kind }) => kind },
  { id: 'description', heading: 'What it is for', cell: ({ description }) => description },
  {
    id: 'balance',
    heading: 'Balance',
    isNumeric: true,
    cell: ({ balance, currency }) => <Money amount={balance} currency={currency} />,
    sortBy: ({ balance }) => BigInt(balance),
  },
];

export default function AccountsPage() {
  const accounts = useAnswer(['accounts'], (signal) => service.listLedgerAccounts({}, { signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <Page title="Accounts" lead="Balances are debit less credit. An account opens its statement.">
      <Answer query={accounts}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>Nothing was posted yet.</Empty>
          ) : (
            <DataTable
              label="Accounts"
              rows={data}
              columns={COLUMNS}
              keyOf={({ account, currency }) => `${account} ${currency}`}
            />
          )
        }
      </Answer>
    </Page>
  );
}
