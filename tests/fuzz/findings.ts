import type { Finding, Kind } from './answers.ts';
import type { Request } from './requests.ts';

/** One thing that is wrong, however often it was met. */
export type Found = Finding & {
  /** After how many cases it was met first. */
  readonly atCase: number;
  readonly times: number;
  /** Unset: it cannot be said which request it was. */
  readonly request?: Request;
};

/** Once each: two that differ in ids, numbers and texts only are one. */
export function collectFindings() {
  const all = new Map<string, Found>();
  return {
    add: ({ kind, detail }: Finding, atCase: number, request?: Request): void => {
      const name = [
        kind,
        request?.operationId,
        detail.replaceAll(/[0-9a-f-]{8,}|\d+|".*?"/g, '…').slice(0, 120),
      ].join();
      const known = all.get(name);
      all.set(
        name,
        known
          ? { ...known, times: known.times + 1 }
          : { kind, detail, atCase, times: 1, ...(request && { request }) },
      );
    },
    has: (kind: Kind): boolean => [...all.values()].some((found) => found.kind === kind),
    list: (): Found[] => [...all.values()],
  };
}
export type Findings = ReturnType<typeof collectFindings>;
