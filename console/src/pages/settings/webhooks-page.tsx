import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function WebhooksPage() {
  return (
    <Page title="Webhooks">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
