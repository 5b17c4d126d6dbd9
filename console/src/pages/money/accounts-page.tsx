import { Empty } from '../../ui/answer.tsx';
import { Page } from '../../ui/page.tsx';

export default function AccountsPage() {
  return (
    <Page title="Accounts">
      <Empty>Not there yet.</Empty>
    </Page>
  );
}
