import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function AuditPage() {
  return (
    <Page title="Audit">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
