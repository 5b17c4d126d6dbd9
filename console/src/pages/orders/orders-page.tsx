import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function OrdersPage() {
  return (
    <Page title="Orders">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
