import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function LogPage() {
  return (
    <Page title="Log">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
