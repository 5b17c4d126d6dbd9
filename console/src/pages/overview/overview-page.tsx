import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function OverviewPage() {
  return (
    <Page title="Overview">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
