import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function WebhookPage() {
  return (
    <Page title="Webhook">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
