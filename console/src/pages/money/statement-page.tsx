import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function StatementPage() {
  return (
    <Page title="Statement">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
