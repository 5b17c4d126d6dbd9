import { formatMoney, toMinor } from '../../format/money.tsx';
import { TextField } from '../../ui/field.tsx';

type Props = {
  readonly label: string;
  readonly currency: string;
  readonly mostMinor: number;
  readonly text: string;
  readonly onText: (text: string) => void;
};

/** What was typed, if it is an amount above zero and no more than there is. */
export function amountWithin(text: string, mostMinor: number, currency: string): number | undefined {
  const minor = toMinor(text, currency);
  return minor !== undefined && minor > 0 && minor <= mostMinor ? minor : undefined;
}

export function AmountField({ label, currency, mostMinor, text, onText }: Props) {
  const most = `up to ${formatMoney(mostMinor, currency)}`;
  const isWrong = text.trim() !== '' && amountWithin(text, mostMinor, currency) === undefined;
  return (
    <TextField
      label={`${label} in ${currency}`}
      hint={most}
      error={isWrong ? `must be an amount ${most}` : undefined}
      inputMode="decimal"
      autoComplete="off"
      required
      value={text}
      onValue={onText}
    />
  );
}
