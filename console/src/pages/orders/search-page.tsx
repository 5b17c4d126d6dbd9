import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function SearchPage() {
  return (
    <Page title="Search">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
