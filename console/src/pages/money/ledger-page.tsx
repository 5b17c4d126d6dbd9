import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function LedgerPage() {
  return (
    <Page title="Ledger">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
