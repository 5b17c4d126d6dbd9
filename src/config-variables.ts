/** One setting: how its text is read, and what is said of it when it cannot be. */
export type Variable<T> = {
  readonly fallback: T;
  readonly accepted: string;
  readonly description: string;
  readonly parse: (raw: string) => T | undefined;
  readonly mask?: (raw: string) => string;
};

export const integer = <Fallback extends number | undefined>(
  min: number,
  max: number,
  fallback: Fallback,
  description: string,
): Variable<number | Fallback> => ({
  fallback,
  accepted: `a whole number from ${min} to ${max}`,
  description,
  parse: (raw) => (/^\d+$/.test(raw) && Number(raw) >= min && Number(raw) <= max ? Number(raw) : undefined),
});

export const oneOf = <T extends string>(
  values: readonly T[],
  fallback: T,
  description: string,
): Variable<T> => ({
  fallback,
  accepted: `one of ${values.join(', ')}`,
  description,
  parse: (raw) => values.find((value) => value === raw),
});

export const url = (schemes: readonly string[], description: string): Variable<string | undefined> => ({
  fallback: undefined,
  accepted: `a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  description,
  parse: (raw) => {
    // PostgreSQL on a Unix socket is written without a host: postgresql://user@/database?host=/folder
    const complete = raw.replace(/^([a-z]+:\/\/(?:[^@/]*@)?)\/(?=.)/, '$1localhost/');
    return schemes.some((scheme) => raw.startsWith(`${scheme}://`) && raw !== `${scheme}://`) &&
      URL.canParse(complete)
      ? raw
      : undefined;
  },
  mask: (raw) => `${/^[a-z]+:\/\//.exec(raw)?.[0] ?? ''}*** (hidden)`,
});

export const secret = (
  prefix: RegExp,
  accepted: string,
  description: string,
): Variable<string | undefined> => ({
  fallback: undefined,
  accepted,
  description,
  parse: (raw) => (prefix.test(raw) ? raw : undefined),
  mask: () => 'a secret (hidden)',
});
