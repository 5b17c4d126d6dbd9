import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function ApiKeysPage() {
  return (
    <Page title="ApiKeys">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
