import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function DisputesPage() {
  return (
    <Page title="Disputes">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
