import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useLive } from '../live/live.tsx';
import { useSession } from '../service/session.tsx';
import type { Scope } from '../service/session.tsx';
import { Failure } from '../ui/answer.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { SearchBox } from './search-box.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

type Place = { readonly to: string; readonly text: string; readonly scope: Scope };

const GROUPS: readonly { readonly title: string; readonly places: readonly Place[] }[] = [
  {
    title: 'Shop',
    places: [
      { to: '/', text: 'Overview', scope: 'orders:read' },
      { to: '/orders', text: 'Orders', scope: 'orders:read' },
      { to: '/payments', text: 'Payments', scope: 'orders:read' },
      { to: '/refunds', text: 'Refunds to approve', scope: 'orders:read' },
      { to: '/disputes', text: 'Disputes', scope: 'orders:read' },
    ],
  },
  {
    title: 'Money',
    places: [
      { to: '/ledger', text: 'Trial balance', scope: 'orders:read' },
      { to: '/accounts', text: 'Accounts', scope: 'orders:read' },
      { to: '/breaks', text: 'Reconciliation', scope: 'orders:read' },
    ],
  },
  {
    title: 'Machinery',
    places: [
      { to: '/machinery', text: 'Projections', scope: 'service' },
      { to: '/processes', text: 'Processes and relay', scope: 'service' },
      { to: '/parked', text: 'Parked events', scope: 'service' },
      { to: '/dead-letters', text: 'Dead letters', scope: 'ops' },
      { to: '/scheduled', text: 'Scheduled', scope: 'ops' },
      { to: '/log', text: 'Streams', scope: 'ops' },
    ],
  },
  {
    title: 'Access',
    places: [
      { to: '/webhooks', text: 'Webhooks', scope: 'admin' },
      { to: '/api-keys', text: 'API keys', scope: 'admin' },
      { to: '/audit', text: 'Audit log', scope: 'ops' },
    ],
  },
];

const isWithin = (location: string, to: string): boolean =>
  to === '/' ? location === '/' : location === to || location.startsWith(`${to}/`);

function Navigation({ location }: { readonly location: string }) {
  const { can } = useSession();
  return (
    <>
      {GROUPS.map(({ title, places }) => {
        const allowed = places.filter(({ scope }) => can(scope));
        return (
          allowed.length > 0 && (
            <div key={title} className="nav-group">
              <h2>{title}</h2>
              <ul>
                {allowed.map(({ to, text }) => (
                  <li key={to}>
                    <Link href={to} {...(isWithin(location, to) && { 'aria-current': 'page' as const })}>
                      {text}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          )
        );
      })}
    </>
  );
}

export function Shell({ children }: { readonly children: ReactNode }) {
  const { session, signOut } = useSession();
  const leaving = useMutation({ mutationFn: signOut });
  const { isConnected } = useLive();
  const [location] = useLocation();
  // Where it was opened: it is closed again on the next page.
  const [openAt, setOpenAt] = useState<string>();
  const isOpen = openAt === location;

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <Button
          tone="quiet"
          className="menu"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpenAt(isOpen ? undefined : location)}
        >
          Menu
        </Button>
        <Link href="/" className="brand">
          Order Payments
        </Link>
        <SearchBox />
        <span className="live">
          {isConnected ? <Badge tone="good">Live</Badge> : <Badge tone="warn">Not live</Badge>}
        </span>
      </header>
      <nav id="navigation" aria-label="Console" className={isOpen ? 'nav nav-open' : 'nav'}>
        <Navigation location={location} />
        <div className="nav-foot">
          <p className="who" title={`Tenant ${session?.tenantId}`}>
            {session?.actor}
          </p>
          <ThemeSwitch />
          <Button tone="quiet" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
            Sign out
          </Button>
          {leaving.error !== null && <Failure error={leaving.error} />}
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
