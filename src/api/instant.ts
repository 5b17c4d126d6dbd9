// Seconds may be 60, as RFC 3339 has it. PostgreSQL knows no year 0, no offset beyond 15:59 and no endless fractions.
const INSTANT =
  /^(?!0000)(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i;

/** True for an RFC 3339 time with its offset, on a day that exists, that PostgreSQL can read too. */
export function isInstant(text: string): boolean {
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined) return false;
  const midnight = Date.parse(day); // takes February 30 for March 2
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** True for a calendar day that exists, `YYYY-MM-DD`. */
export const isDay = (text: string): boolean => isInstant(`${text}T00:00:00Z`);

/** Milliseconds since 1970 of what `isInstant`. The second 60 is the first of the next minute. */
export function instantMs(text: string): number {
  const [, before = '', after = ''] = /^(.{17})60(.*)$/.exec(text) ?? [];
  return before === ''
    ? Date.parse(text.toUpperCase())
    : Date.parse(`${before}59${after}`.toUpperCase()) + 1_000;
}
