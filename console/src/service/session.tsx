import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ProblemError } from '@order-payments/client';
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react';
import { rememberToken, service, type Session } from './service.ts';

export type Scope = Session['scopes'][number];

type SessionState = {
  /** undefined: not known yet; null: nobody is signed in. */
  readonly session: Session | null | undefined;
  /** Why it is not known. */
  readonly error: unknown;
  readonly signIn: (apiKey: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly retry: () => void;
  /** Whether the service would do it; a control that it would refuse is not shown. */
  readonly can: (scope: Scope) => boolean;
};

const KEY = ['session'];
const SessionContext = createContext<SessionState | undefined>(undefined);

export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error('no SessionProvider');
  return state;
}

export const useCan = (scope: Scope): boolean => useSession().can(scope);

export const isSignedOut = (error: unknown): boolean => error instanceof ProblemError && error.status === 401;

// Of a one-time link: behind the #, where no server, log or Referer has it. Good for one use, and gone from the address.
let link = takeLink();

function takeLink(): string {
  const { hash, pathname } = window.location;
  if (!pathname.endsWith('/sign-in') || hash === '') return '';
  history.replaceState(null, '', pathname);
  return hash.slice(1);
}

async function ask(): Promise<Session | null> {
  const secret = link;
  link = '';
  if (secret !== '') return remember(await service.openSession({ link: secret }));
  try {
    return remember(await service.getSession());
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

function remember(session: Session): Session {
  rememberToken(session);
  return session;
}

/** Nothing of what the one before saw may be shown to the next. */
function become(queries: QueryClient, session: Session | null): void {
  rememberToken(session ?? undefined);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
  queries.setQueryData(KEY, session);
}

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const {
    data: session,
    error,
    refetch,
  } = useQuery({ queryKey: KEY, queryFn: ask, staleTime: Infinity, refetchOnWindowFocus: false });

  // Whoever's key is revoked while they look is asked to sign in, whichever view notices first.
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        const isNews = type === 'updated' && isSignedOut(query.state.error);
        if (isNews && queries.getQueryData(KEY)) become(queries, null);
      }),
    [queries],
  );

  const state = useMemo<SessionState>(
    () => ({
      session,
      error,
      retry: () => void refetch(),
      signIn: async (apiKey) => become(queries, await service.openSession({ apiKey })),
      signOut: async () => {
        await service.endSession();
        become(queries, null);
      },
      can: (scope) => session?.scopes.includes(scope) ?? false,
    }),
    [session, error, refetch, queries],
  );
  return <SessionContext value={state}>{children}</SessionContext>;
}
