import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function DisputePage() {
  return (
    <Page title="Dispute">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
