type Names = readonly string[];
/** Ids that belong together: an order and one of its fulfilments, a payment and one of its refunds. */
type Binding = Readonly<Record<string, string>>;

/** Of each kind the newest so many are remembered, so that the memory of the fuzzer itself has an end. */
const REMEMBERED = 60;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
export const idsIn = (text: string): string[] => text.match(UUID) ?? [];

export type World = ReturnType<typeof openWorld>;

/** What the requests of one tenant have made so far: what the next ones can be about. */
export function openWorld(combinations: readonly Names[], isUntouchable: (id: string) => boolean) {
  const bindings = new Map<string, Binding[]>(combinations.map((names) => [names.join(), []]));
  const singles = new Map<string, string[]>();
  const cursors: string[] = [];
  const versions = new Map<string, string>();

  function remember(binding: Binding): void {
    if (Object.values(binding).some(isUntouchable)) return;
    for (const names of combinations) {
      if (!names.every((name) => name in binding)) continue;
      const known = bindings.get(names.join())!;
      const found = Object.fromEntries(names.map((name) => [name, binding[name]!]));
      const isSame = (one: Binding): boolean => names.every((name) => one[name] === found[name]);
      const at = known.findIndex(isSame);
      if (at >= 0) continue;
      push(known, found);
    }
    for (const [name, id] of Object.entries(binding)) {
      const known = singles.get(name) ?? [];
      singles.set(name, known);
      if (!known.includes(id)) push(known, id);
    }
  }

  function visit(value: unknown, above: Binding): void {
    if (Array.isArray(value)) for (const one of value.slice(0, REMEMBERED)) visit(one, above);
    else if (typeof value === 'object' && value !== null) {
      const own = Object.entries(value).filter(
        (entry): entry is [string, string] => entry[0].endsWith('Id') && typeof entry[1] === 'string',
      );
      const binding = { ...above, ...Object.fromEntries(own) };
      if (own.length > 0) remember(binding);
      for (const inner of Object.values(value)) if (typeof inner === 'object') visit(inner, binding);
    }
  }

  return {
    /** Takes from the answer to a request that was done what later ones can name. */
    learn: (path: Binding, body: unknown, etag: unknown): void => {
      visit(body, path);
      if (typeof etag === 'string') {
        const [first] = Object.values(path);
        if (first !== undefined) versions.set(first, etag);
        if (versions.size > 10 * REMEMBERED) versions.delete(versions.keys().next().value!);
      }
      const { nextCursor } = (body ?? {}) as { nextCursor?: unknown };
      if (typeof nextCursor === 'string') push(cursors, nextCursor);
    },
    /** It is gone: nothing more can be done about it. */
    forget: (path: Binding): void => {
      for (const [name, id] of Object.entries(path)) {
        for (const known of bindings.values()) remove(known, (one) => one[name] === id);
        remove(singles.get(name) ?? [], (one) => one === id);
      }
    },
    /** Newer ones more often: more can still be done about them. */
    binding: (names: Names, choice: number): Binding | undefined =>
      chosen(bindings.get(names.join()) ?? [], choice),
    one: (name: string, choice: number): string | undefined => chosen(singles.get(name) ?? [], choice),
    cursor: (choice: number): string | undefined => chosen(cursors, choice),
    versionOf: (id: string): string | undefined => versions.get(id),
  };
}

function push<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > REMEMBERED) list.shift();
}

function remove<T>(list: T[], isGone: (item: T) => boolean): void {
  const left = list.filter((item) => !isGone(item));
  list.splice(0, list.length, ...left);
}

const CHOICES = 1_000;

function chosen<T>(list: readonly T[], choice: number): T | undefined {
  const share = ((choice % CHOICES) / CHOICES) ** 2;
  return list.at(-1 - Math.floor(share * list.length));
}
