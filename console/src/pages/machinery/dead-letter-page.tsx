import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function DeadLetterPage() {
  return (
    <Page title="DeadLetter">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
