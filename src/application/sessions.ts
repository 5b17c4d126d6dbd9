import type { Result } from '../domain/shared/result.ts';
import type { Principal, Refused } from './access.ts';

/** Somebody who signed in to the console; they speak for the key that they signed in with. */
export type Session = {
  readonly principal: Principal;
  /** UTC, to the microsecond. */
  readonly expiresAt: string;
};

/** `secret` is what the browser keeps; it is known nowhere else. */
export type OpenedSession = Session & { readonly secret: string };

export type SignIn = { readonly apiKey: string } | { readonly link: string };

export type SignInRefused = Refused | { readonly reason: 'unknown-link' | 'expired-link' | 'used-link' };

export type Sessions = {
  /** A link opens one session, however many use it at once. Throws when nothing can be looked up. */
  open(by: SignIn): Promise<Result<OpenedSession, SignInRefused>>;
  /** As good as its key is at this moment. */
  find(secret: string): Promise<Result<Session, Refused>>;
  end(secret: string): Promise<void>;
};
