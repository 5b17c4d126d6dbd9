import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ProjectionsPage() {
  return (
    <Page title="Projections">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
