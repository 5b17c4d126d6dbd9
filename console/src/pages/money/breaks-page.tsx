import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function BreaksPage() {
  return (
    <Page title="Breaks">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
