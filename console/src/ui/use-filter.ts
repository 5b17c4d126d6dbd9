import { useSearchParams } from 'wouter';

type Filter<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** Filters live in the address: a link shows the same list, and the back button undoes a change. */
export function useFilter<Name extends string>(
  names: readonly Name[],
): readonly [Filter<Name>, set: (name: Name, value: string) => void, clear: () => void] {
  const [search, setSearch] = useSearchParams();
  const entries = names.flatMap((name) => {
    const value = search.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const change = (values: Filter<Name>): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      for (const [name, value] of Object.entries<string>(values as Record<string, string>))
        if (value === '') after.delete(name);
        else after.set(name, value);
      return after;
    });
  return [
    Object.fromEntries(entries) as Filter<Name>,
    (name, value) => change({ [name]: value } as Filter<Name>),
    () => change(Object.fromEntries(names.map((name) => [name, ''])) as Filter<Name>),
  ];
}
