import { useSearchParams } from 'wouter';

type Filter<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** Filters live in the address: a link shows the same list, and the back button undoes a change. */
export function useFilter<Name extends string>(
  names: readonly Name[],
): readonly [Filter<Name>, (name: Name, value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const entries = names.flatMap((name) => {
    const value = search.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const set = (name: Name, value: string): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  return [Object.fromEntries(entries) as Filter<Name>, set];
}
