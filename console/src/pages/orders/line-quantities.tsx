import type { Order } from '@order-payments/client';
import { TextField } from '../../ui/field.tsx';
import type { LineQuantity } from './order-possibilities.ts';
import './order-actions.css';

type Props = {
  readonly legend: string;
  readonly items: Order['items'];
  /** How many of each can be chosen; lines with none are not shown. */
  readonly left: readonly LineQuantity[];
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
};

/** As typed, by line. */
export type Chosen = Readonly<Record<string, string>>;

export const allOf = (left: readonly LineQuantity[]): Chosen =>
  Object.fromEntries(left.map(({ lineId, quantity }) => [lineId, String(quantity)]));

export const noneOf = (left: readonly LineQuantity[]): Chosen =>
  Object.fromEntries(left.map(({ lineId }) => [lineId, '0']));

const WHOLE = /^\d{1,7}$/;
const isWithin = (text: string, most: number): boolean => WHOLE.test(text) && Number(text) <= most;

/** The lines with a quantity; undefined if there are none, or what was typed is no quantity that there is. */
export function chosenLines(chosen: Chosen, left: readonly LineQuantity[]): LineQuantity[] | undefined {
  const shown = left.filter(({ quantity }) => quantity > 0);
  if (!shown.every(({ lineId, quantity }) => isWithin(chosen[lineId] ?? '', quantity))) return undefined;
  const lines = shown
    .map(({ lineId }) => ({ lineId, quantity: Number(chosen[lineId]) }))
    .filter(({ quantity }) => quantity > 0);
  return lines.length > 0 ? lines : undefined;
}

export const LineQuantities = ({ legend, items, left, chosen, onChoose }: Props) => (
  <fieldset className="quantities">
    <legend>{legend}</legend>
    {left.map(({ lineId, quantity }) => {
      const line = items.find((item) => item.lineId === lineId);
      if (!line || quantity <= 0) return null;
      const text = chosen[lineId] ?? '';
      return (
        <TextField
          key={lineId}
          label={line.productName}
          hint={`of ${quantity}`}
          error={isWithin(text, quantity) ? undefined : `a whole number up to ${quantity}`}
          inputMode="numeric"
          autoComplete="off"
          value={text}
          onValue={(value) => onChoose({ ...chosen, [lineId]: value.trim() })}
        />
      );
    })}
  </fieldset>
);

/** `2 × Teapot, 1 × Cup`. */
export const inProducts = (lines: readonly LineQuantity[], items: Order['items']): string =>
  lines
    .map(({ lineId, quantity }) => {
      const name = items.find((item) => item.lineId === lineId)?.productName ?? `line ${lineId}`;
      return `${quantity} × ${name}`;
    })
    .join(', ');
