import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function RefundsPage() {
  return (
    <Page title="Refunds">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
