import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ProcessesPage() {
  return (
    <Page title="Processes">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
