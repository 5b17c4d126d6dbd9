import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function PaymentPage() {
  return (
    <Page title="Payment">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
