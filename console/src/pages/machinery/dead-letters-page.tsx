import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function DeadLettersPage() {
  return (
    <Page title="DeadLetters">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
