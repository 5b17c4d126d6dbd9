import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function BreakPage() {
  return (
    <Page title="Break">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
