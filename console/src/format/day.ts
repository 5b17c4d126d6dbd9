// Of `2026-01-31T10:00` as a browser's field has it; the service knows no years of five digits either.
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** A date and time of the viewer's → the instant. undefined: there is none. */
export function instantOf(local: string): string | undefined {
  const date = new Date(local);
  return LOCAL.test(local) && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

/** `2026-01-31`, a day of the viewer's → its first instant. */
export const startOfDay = (day: string): string | undefined => instantOf(`${day}T00:00:00`);

export const wrongDay = (day: string): string | undefined =>
  startOfDay(day) === undefined ? 'A day, such as 2026-01-31' : undefined;
