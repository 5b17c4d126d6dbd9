import { parseCurrency } from './domain/shared/currencies.ts';
import { MAX_AMOUNT_MINOR, money, type Money } from './domain/shared/money.ts';

/** `USD:100000,EUR:90000`, in minor units; undefined for what is no such list. */
function parseLimits(raw: string): readonly Money[] | undefined {
  const limits = raw.split(',').map((limit) => parseLimit(limit.trim()));
  const sound = limits.filter((limit) => limit !== undefined);
  const isSound = sound.length === limits.length;
  return isSound && new Set(sound.map(({ currency }) => currency)).size === sound.length ? sound : undefined;
}

function parseLimit(limit: string): Money | undefined {
  const [code = '', amount = ''] = /^([A-Z]{3}):(\d{1,12})$/.exec(limit)?.slice(1) ?? [];
  const currency = parseCurrency(code);
  const amountMinor = BigInt(amount);
  return currency && amountMinor <= MAX_AMOUNT_MINOR ? money(amountMinor, currency) : undefined;
}

export const REFUND_APPROVAL_ABOVE = {
  fallback: [] as readonly Money[],
  accepted:
    'a currency, a colon and an amount in its minor unit, each currency once, separated by commas: USD:100000,EUR:90000',
  description:
    'Above how much a second key must approve of what goes back of one payment, such as `USD:100000,EUR:90000` in minor units',
  parse: parseLimits,
};
