import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ProjectionPage() {
  return (
    <Page title="Projection">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
