import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function EventPage() {
  return (
    <Page title="Event">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
