import type { TenantId } from '../domain/shared/ids.ts';
import type { Result } from '../domain/shared/result.ts';
import type { Json } from './ports.ts';

export const LETTER_STATES = ['failed', 'replaying', 'resolved', 'discarded'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

/** Whose letters: a tenant's own, or, for whoever runs the service, all, those of nobody included. */
export type LetterOwner = TenantId | 'all';

export type LetterFilter = {
  readonly consumer?: string | undefined;
  readonly groupId?: string | undefined;
  readonly state?: LetterState | undefined;
};

/** Newest first; times to the microsecond, as text. */
export type GroupPlace = { readonly lastFailedAt: string; readonly groupId: string };
export type LetterPlace = { readonly failedAt: string; readonly letterId: string };

/** Letters of one consumer that failed in the same way: the same type of fault, thrown on the same way. */
export type LetterGroup = GroupPlace & {
  readonly consumer: string;
  readonly faultType: string;
  /** Of the newest. */
  readonly faultMessage: string;
  readonly failed: number;
  readonly replaying: number;
  readonly resolved: number;
  readonly discarded: number;
  readonly firstFailedAt: string;
};

/** A message that a consumer gave up. */
export type Letter = LetterPlace & {
  readonly consumer: string;
  readonly messageId: string;
  /** null: it cannot be read. */
  readonly type: string | null;
  readonly state: LetterState;
  readonly groupId: string;
  readonly faultType: string;
  readonly faultMessage: string;
  /** All that were made, over all replays. */
  readonly attempts: number;
  readonly replays: number;
  readonly traceId: string | null;
  readonly firstFailedAt: string;
};

/** One time that it was given up; `replay` 0 is the first. */
export type LetterFailure = {
  readonly replay: number;
  readonly failedAt: string;
  readonly attempts: number;
  readonly faultType: string;
  readonly faultMessage: string;
  /** For whoever runs the service, not for tenants. */
  readonly faultStack: string;
};

export type LetterDetail = Letter & {
  readonly tenantId: string | null;
  readonly hosted: 'broker' | 'log';
  /** JSON as it is; text or base64 of what is none; null: of a parked event that cannot be read. */
  readonly payload: Json;
  readonly headers: Readonly<Record<string, Json>>;
  readonly history: readonly LetterFailure[];
};

/** Which letters an operator means. */
export type LetterSelection =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'all' };

/** Who asks, as it is noted with what was done. */
export type Operator = { readonly owner: LetterOwner; readonly actor: string };

export type ReplayOrder = {
  /** The oldest so many. */
  readonly limit: number;
  /** Messages a second at most. */
  readonly perSecond: number;
};

/** How many letters it concerns, and the first of them, oldest first. */
export type Concerned = { readonly count: number; readonly ids: readonly string[] };

export type DeadLetters = {
  groups(owner: LetterOwner, filter: LetterFilter, limit: number, after?: GroupPlace): Promise<LetterGroup[]>;
  list(owner: LetterOwner, filter: LetterFilter, limit: number, after?: LetterPlace): Promise<Letter[]>;
  show(owner: LetterOwner, letterId: string): Promise<Result<LetterDetail, 'absent'>>;
  /** What `replay` or `discard` of the same would concern now; nothing is changed. */
  preview(owner: LetterOwner, selection: LetterSelection, limit: number): Promise<Concerned>;
  /** Has failed ones handed to their consumers again, each with the id it had. */
  replay(operator: Operator, selection: LetterSelection, order: ReplayOrder): Promise<Concerned>;
  /** Gives failed ones up for good. */
  discard(operator: Operator, selection: LetterSelection, limit: number, reason: string): Promise<Concerned>;
};
