export type PathPart = { readonly field: string } | { readonly of: string; readonly id: string };

export type Change = {
  /** `items/1/quantity`: what a value that is shown is found by. */
  readonly at: string;
  readonly path: readonly PathPart[];
  /** undefined: it was not there. */
  readonly before: unknown;
  readonly after: unknown;
};

// Each event changes these: to tell of them again tells nothing.
const IN_EVERY_EVENT = new Set(['version', 'updatedAt']);

// What the elements of the lists of an order or a payment are told apart by.
const ID_OF_LIST: Readonly<Record<string, string>> = {
  items: 'lineId',
  payments: 'paymentId',
  fulfilments: 'fulfilmentId',
  returns: 'returnId',
  captures: 'captureId',
  refunds: 'refundId',
  disputes: 'disputeId',
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isMoney = (value: unknown): value is { readonly amount: number; readonly currency: string } =>
  isFields(value) && typeof value['amount'] === 'number' && typeof value['currency'] === 'string';

/** A value that is shown as one. */
const isWhole = (value: unknown): boolean =>
  isMoney(value) || (!isFields(value) && !(Array.isArray(value) && value.some(isFields)));

const keyOf = (part: PathPart): string => ('field' in part ? part.field : part.id);

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const isSame = (before: unknown, after: unknown): boolean =>
  (isNothing(before) && isNothing(after)) || JSON.stringify(before) === JSON.stringify(after);

/** Of a list, by what its elements are told apart by; of anything else, its fields. */
function partsOf(value: unknown, within: PathPart | undefined): ReadonlyMap<string, [PathPart, unknown]> {
  const list = within !== undefined && 'field' in within ? within.field : '';
  const idField = ID_OF_LIST[list];
  if (Array.isArray(value))
    return new Map(
      value.map((element: unknown, index) => {
        const id = isFields(element) && idField !== undefined ? String(element[idField]) : String(index + 1);
        return [id, [{ of: list, id }, element]];
      }),
    );
  if (!isFields(value)) return new Map();
  const isElement = within !== undefined && 'of' in within;
  const idOfElement = isElement ? ID_OF_LIST[within.of] : undefined;
  return new Map(
    Object.entries(value)
      .filter(([field]) => !IN_EVERY_EVENT.has(field) && field !== idOfElement)
      .map(([field, inner]) => [field, [{ field }, inner]]),
  );
}

function compare(path: readonly PathPart[], before: unknown, after: unknown): readonly Change[] {
  if (isSame(before, after)) return [];
  if (isWhole(before) && isWhole(after))
    return [{ at: path.map(keyOf).join('/'), path, before: before ?? undefined, after: after ?? undefined }];
  const was = partsOf(before, path.at(-1));
  const is = partsOf(after, path.at(-1));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [part] = was.get(key) ?? is.get(key) ?? [];
    return part === undefined ? [] : compare([...path, part], was.get(key)?.[1], is.get(key)?.[1]);
  });
}

/** What differs between two representations of an order or a payment, value by value; undefined: it was not there. */
export const changesBetween = (before: object | undefined, after: object | undefined): readonly Change[] =>
  compare([], before, after);
