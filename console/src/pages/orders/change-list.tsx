import { formatInstant } from '../../format/instant.tsx';
import { formatMoney } from '../../format/money.tsx';
import { inWords } from '../../ui/badge.tsx';
import { isMoney, type Change, type PathPart } from './changes.ts';

const ELEMENTS: Readonly<Record<string, string>> = {
  items: 'Line',
  payments: 'Payment',
  fulfilments: 'Fulfilment',
  returns: 'Return',
  captures: 'Capture',
  refunds: 'Refund',
  disputes: 'Dispute',
};
const SHORT_CHARS = 8;
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const HAS_WORDS = /(status|method|inFlight)$/i;

const shortId = (id: string): string => (id.length > SHORT_CHARS + 4 ? `…${id.slice(-SHORT_CHARS)}` : id);

function partInWords(part: PathPart, index: number): string {
  if ('of' in part) return `${ELEMENTS[part.of] ?? inWords(part.of)} ${shortId(part.id)}`;
  const words = inWords(part.field);
  return index === 0 ? words : words.toLowerCase();
}

/** `Line 1, unit price`: a list is named by its elements. */
const placeInWords = (path: readonly PathPart[]): string =>
  path
    .filter((_, index) => {
      const next = path[index + 1];
      return next === undefined || !('of' in next);
    })
    .map(partInWords)
    .join(', ');

export function valueInWords(value: unknown, field: string): string {
  if (value === undefined || value === null) return 'nothing';
  if (isMoney(value)) return formatMoney(value.amount, value.currency);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return field === 'taxRate' ? `${value / 100} %` : String(value);
  if (Array.isArray(value))
    return value.length === 0 ? 'nothing' : value.map((each) => valueInWords(each, field)).join(', ');
  if (typeof value !== 'string') return JSON.stringify(value);
  if (INSTANT.test(value)) return formatInstant(value);
  return HAS_WORDS.test(field) ? inWords(value) : value;
}

const fieldOf = ({ path }: Change): string => {
  const last = path.at(-1);
  return last === undefined || 'of' in last ? '' : last.field;
};

type Props = {
  readonly label: string;
  readonly changes: readonly Change[];
  readonly headings: readonly [before: string, after: string];
};

/** Value by value: what it was, what it is. Of what only began, what it is. */
export function ChangeList({ label, changes, headings: [before, after] }: Props) {
  const hasBefore = changes.some((change) => change.before !== undefined);
  return (
    <div className="table-frame changes" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            {hasBefore && <th scope="col">{before}</th>}
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.at}>
              <th scope="row">{placeInWords(change.path)}</th>
              {hasBefore && <td className="muted">{valueInWords(change.before, fieldOf(change))}</td>}
              <td className={change.after === undefined ? 'muted' : 'change-after'}>
                {valueInWords(change.after, fieldOf(change))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
