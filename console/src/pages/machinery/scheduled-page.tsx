import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ScheduledPage() {
  return (
    <Page title="Scheduled">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
