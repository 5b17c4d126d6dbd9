import { lazy, Suspense } from 'react';
import { Link, Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { BrokenPage } from './layout/broken-page.tsx';
import { Shell } from './layout/shell.tsx';
import { LiveProvider } from './live/live.tsx';
import { LinkQuestion } from './pages/sign-in/link-question.tsx';
import { SignIn } from './pages/sign-in/sign-in.tsx';
import { isSignedOut, personOf, useSession } from './service/session.tsx';
import { Empty, Failure, Loading } from './ui/answer.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { Page } from './ui/page.tsx';

const OverviewPage = lazy(() => import('./pages/overview/overview-page.tsx'));
const OrdersPage = lazy(() => import('./pages/orders/orders-page.tsx'));
const OrderPage = lazy(() => import('./pages/orders/order-page.tsx'));
const SearchPage = lazy(() => import('./pages/orders/search-page.tsx'));
const PaymentsPage = lazy(() => import('./pages/payments/payments-page.tsx'));
const PaymentPage = lazy(() => import('./pages/payments/payment-page.tsx'));
const RefundsPage = lazy(() => import('./pages/payments/refunds-page.tsx'));
const DisputesPage = lazy(() => import('./pages/payments/disputes-page.tsx'));
const DisputePage = lazy(() => import('./pages/payments/dispute-page.tsx'));
const LedgerPage = lazy(() => import('./pages/money/ledger-page.tsx'));
const AccountsPage = lazy(() => import('./pages/money/accounts-page.tsx'));
const StatementPage = lazy(() => import('./pages/money/statement-page.tsx'));
const BreaksPage = lazy(() => import('./pages/money/breaks-page.tsx'));
const BreakPage = lazy(() => import('./pages/money/break-page.tsx'));
const ProjectionsPage = lazy(() => import('./pages/machinery/projections-page.tsx'));
const ProjectionPage = lazy(() => import('./pages/machinery/projection-page.tsx'));
const ProcessesPage = lazy(() => import('./pages/machinery/processes-page.tsx'));
const ParkedPage = lazy(() => import('./pages/machinery/parked-page.tsx'));
const DeadLettersPage = lazy(() => import('./pages/machinery/dead-letters-page.tsx'));
const DeadLetterPage = lazy(() => import('./pages/machinery/dead-letter-page.tsx'));
const ScheduledPage = lazy(() => import('./pages/machinery/scheduled-page.tsx'));
const LogPage = lazy(() => import('./pages/streams/log-page.tsx'));
const EventPage = lazy(() => import('./pages/streams/event-page.tsx'));
const WebhooksPage = lazy(() => import('./pages/settings/webhooks-page.tsx'));
const WebhookPage = lazy(() => import('./pages/settings/webhook-page.tsx'));
const DeliveryPage = lazy(() => import('./pages/settings/delivery-page.tsx'));
const ApiKeysPage = lazy(() => import('./pages/settings/api-keys-page.tsx'));
const AuditPage = lazy(() => import('./pages/settings/audit-page.tsx'));

export function App() {
  const { session, isLinkOpen, error, retry } = useSession();
  if (session && isLinkOpen) return <LinkQuestion />;
  if (session) return <SignedIn key={personOf(session)} />;
  if (session === null || isSignedOut(error)) return <SignIn />;
  return error === null ? <Loading /> : <Failure error={error} retry={retry} />;
}

const SignedIn = () => (
  <LiveProvider>
    <Shell>
      <Shown />
    </Shell>
  </LiveProvider>
);

/** A page that fails leaves the way to the others. */
function Shown() {
  const [path] = useLocation();
  const place = `${path}?${useSearch()}`;
  return (
    <ErrorBoundary place={place} instead={(error) => <BrokenPage error={error} />}>
      <Suspense fallback={<Loading />}>
        <Pages />
      </Suspense>
    </ErrorBoundary>
  );
}

const Pages = () => (
  <Switch>
    <Route path="/" component={OverviewPage} />
    <Route path="/sign-in">
      <Redirect to="/" replace />
    </Route>
    <Route path="/orders" component={OrdersPage} />
    <Route path="/orders/:orderId" component={OrderPage} />
    <Route path="/search" component={SearchPage} />
    <Route path="/payments" component={PaymentsPage} />
    <Route path="/payments/:paymentId" component={PaymentPage} />
    <Route path="/refunds" component={RefundsPage} />
    <Route path="/disputes" component={DisputesPage} />
    <Route path="/disputes/:disputeId" component={DisputePage} />
    <Route path="/ledger" component={LedgerPage} />
    <Route path="/accounts" component={AccountsPage} />
    <Route path="/accounts/:account" component={StatementPage} />
    <Route path="/breaks" component={BreaksPage} />
    <Route path="/breaks/:breakId" component={BreakPage} />
    <Route path="/machinery" component={ProjectionsPage} />
    <Route path="/machinery/:name" component={ProjectionPage} />
    <Route path="/processes" component={ProcessesPage} />
    <Route path="/parked" component={ParkedPage} />
    <Route path="/dead-letters" component={DeadLettersPage} />
    <Route path="/dead-letters/:letterId" component={DeadLetterPage} />
    <Route path="/scheduled" component={ScheduledPage} />
    <Route path="/log" component={LogPage} />
    <Route path="/log/:eventId" component={EventPage} />
    <Route path="/webhooks" component={WebhooksPage} />
    <Route path="/webhooks/:endpointId" component={WebhookPage} />
    <Route path="/deliveries/:deliveryId" component={DeliveryPage} />
    <Route path="/api-keys" component={ApiKeysPage} />
    <Route path="/audit" component={AuditPage} />
    <Route>
      <Page title="Not found">
        <Empty>
          There is no such page. <Link href="/">Back to the overview</Link>
        </Empty>
      </Page>
    </Route>
  </Switch>
);
