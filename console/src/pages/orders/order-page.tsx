import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function OrderPage() {
  return (
    <Page title="Order">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
