/** A fault: our own code is wrong or the log is corrupt. Refusals of business are returned, never thrown. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Names the tag only: the whole value may hold personal data, and bigints that JSON cannot print. */
export function assertNever(value: never): never {
  const { type, status } = Object(value) as { readonly type?: unknown; readonly status?: unknown };
  const tag = type ?? status ?? value;
  throw new InvariantViolation(`unhandled case: ${typeof tag === 'string' ? tag : typeof tag}`);
}
