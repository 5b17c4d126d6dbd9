import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function DeliveryPage() {
  return (
    <Page title="Delivery">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
