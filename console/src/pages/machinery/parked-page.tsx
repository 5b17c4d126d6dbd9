import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ParkedPage() {
  return (
    <Page title="Parked">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
