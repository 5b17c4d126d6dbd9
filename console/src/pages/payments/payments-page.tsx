import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function PaymentsPage() {
  return (
    <Page title="Payments">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
