import { createClient, type Client } from '@order-payments/client';

export type Session = Awaited<ReturnType<Client['getSession']>>;

let csrfToken: string | undefined;

/** What the cookie of the session does not prove by itself: that it is this page that asks. */
export const rememberToken = (session: Session | undefined): void => {
  csrfToken = session?.csrfToken ?? undefined;
};

/** The only way to the service. A view shows what failed and offers to try again; it does not retry for a minute. */
export const service = createClient({ baseUrl: '', csrfToken: () => csrfToken, maxRetries: 1 });
