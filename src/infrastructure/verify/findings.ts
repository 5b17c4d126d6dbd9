export const CHECKS = ['chain', 'positions', 'streams', 'read-models', 'snapshots', 'subscriptions'] as const;
export type CheckName = (typeof CHECKS)[number];

/** What a check found. Names places and columns, never values: those may be personal. */
export type Finding = {
  /** A warning is something for operators to look at, not a broken promise. */
  readonly kind: 'violation' | 'warning';
  /** Stable, for scripts: `chain-broken`. */
  readonly rule: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

export type CheckResult = {
  readonly findings: readonly Finding[];
  /** What was looked at, by name: `{ events: 1200, seals: 40 }`. */
  readonly counts: Readonly<Record<string, number>>;
};

export type Progress = (done: number, total: number) => void;

export const violation = (rule: string, message: string, details: Finding['details']): Finding => ({
  kind: 'violation',
  rule,
  message,
  details,
});

export const warning = (rule: string, message: string, details: Finding['details']): Finding => ({
  kind: 'warning',
  rule,
  message,
  details,
});

/** Of each rule at most so many are listed, with how many there are in all. */
export const LISTED_MAX = 10;

/** "and 12 more" when only the first ones were listed. */
export const andMore = (total: number, listed: number): string =>
  total > listed ? ` and ${total - listed} more` : '';
