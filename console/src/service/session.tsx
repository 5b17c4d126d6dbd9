import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ProblemError } from '@order-payments/client';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { rememberToken, service, type Session } from './service.ts';

export type Scope = Session['scopes'][number];

type SessionState = {
  /** undefined: not known yet; null: nobody is signed in. */
  readonly session: Session | null | undefined;
  /** Why it is not known. */
  readonly error: unknown;
  /** Somebody is signed in, and came with a link to sign in as whom it names. */
  readonly isLinkOpen: boolean;
  readonly takeLink: () => Promise<void>;
  readonly leaveLink: () => void;
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

/** By which one is told from another, whatever session it is by. */
export const personOf = (session: Session | null | undefined): string =>
  session ? `${session.tenantId} ${session.actor}` : '';

export const isSignedOut = (error: unknown): boolean => error instanceof ProblemError && error.status === 401;

// Of a one-time link: behind the #, where no server, log or Referer has it. Good for one use, and gone from the address.
const LINK = linkOfAddress();

function linkOfAddress(): string {
  const { hash, pathname } = window.location;
  if (!pathname.endsWith('/sign-in') || hash === '') return '';
  history.replaceState(null, '', pathname);
  return hash.slice(1);
}

/** By the cookie, which all tabs of the browser have in common. */
async function whoIsSignedIn(signal: AbortSignal): Promise<Session | null> {
  try {
    return await service.getSession({}, { signal });
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

/** Nothing of what the one before saw may be shown to the next. */
function meet(queries: QueryClient, session: Session | null): void {
  const before = queries.getQueryData<Session | null>(KEY);
  rememberToken(session ?? undefined);
  if (personOf(session) !== personOf(before))
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}

function become(queries: QueryClient, session: Session | null): void {
  void queries.cancelQueries({ queryKey: KEY });
  meet(queries, session);
  queries.setQueryData(KEY, session);
}

/** The cookie is not the one that the token was for: somebody has signed in, in another tab. */
const isOfOldToken = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === 'csrf-token-invalid';

async function renew(queries: QueryClient): Promise<void> {
  const tokenNow = () => queries.getQueryData<Session | null>(KEY)?.csrfToken;
  const before = tokenNow();
  await queries.refetchQueries({ queryKey: KEY }, { cancelRefetch: false });
  if (tokenNow() !== before)
    await queries.refetchQueries({ predicate: ({ state }) => isOfOldToken(state.error) });
}

/** A session that has ended, or is another one now: whichever request notices first. */
function watch(queries: QueryClient): () => void {
  const look = (error: unknown): void => {
    const isNews = isSignedOut(error) || isOfOldToken(error);
    if (isNews && queries.getQueryData(KEY)) void renew(queries);
  };
  const leaveQueries = queries.getQueryCache().subscribe((news) => {
    if (news.type === 'updated' && news.action.type === 'error') look(news.action.error);
  });
  const leaveCommands = queries.getMutationCache().subscribe((news) => {
    if (news.type === 'updated' && news.action.type === 'error') look(news.action.error);
  });
  return () => {
    leaveQueries();
    leaveCommands();
  };
}

async function endSession(): Promise<void> {
  try {
    await service.endSession();
  } catch (error) {
    if (!isSignedOut(error)) throw error;
  }
}

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [link, setLink] = useState(LINK);
  const {
    data: session,
    error,
    refetch,
  } = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      let found = await whoIsSignedIn(signal);
      if (found === null && link !== '') {
        setLink('');
        found = await service.openSession({ link });
      }
      meet(queries, found);
      return found;
    },
    staleTime: Infinity,
    refetchOnWindowFocus: 'always',
  });
  useEffect(() => watch(queries), [queries]);

  const state = useMemo<SessionState>(
    () => ({
      session,
      error,
      isLinkOpen: link !== '',
      takeLink: async () => {
        become(queries, await service.openSession({ link }));
        setLink('');
      },
      leaveLink: () => setLink(''),
      retry: () => void refetch(),
      signIn: async (apiKey) => become(queries, await service.openSession({ apiKey })),
      signOut: async () => {
        await endSession();
        become(queries, null);
      },
      can: (scope) => session?.scopes.includes(scope) ?? false,
    }),
    [session, error, link, refetch, queries],
  );
  return <SessionContext value={state}>{children}</SessionContext>;
}
