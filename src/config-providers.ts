import { parseCurrency } from './domain/shared/currencies.ts';
import { PAYMENT_METHODS, type PaymentMethod } from './domain/payments/payment-events.ts';

/** Payments that a rule fits go to its providers, the first first; what a rule does not name fits it. */
export type Route = {
  readonly currency?: string;
  readonly paymentMethod?: PaymentMethod;
  readonly providers: readonly string[];
};

const PROVIDER = /^(stripe|simulated(-[a-z0-9]{1,20})?)$/;

/** `stripe,simulated`; undefined for what is no such list. */
export function parseProviders(raw: string): readonly string[] | undefined {
  const names = raw.split(',').map((name) => name.trim());
  const isSound = names.every((name) => PROVIDER.test(name)) && new Set(names).size === names.length;
  return isSound ? names : undefined;
}

/** `EUR/card:stripe,simulated; bank_transfer:simulated; *:stripe`; undefined for what are no such rules. */
export function parseRoutes(raw: string): readonly Route[] | undefined {
  const routes = raw.split(';').map((rule) => parseRoute(rule.trim()));
  const sound = routes.filter((route) => route !== undefined);
  return sound.length === routes.length ? sound : undefined;
}

function parseRoute(rule: string): Route | undefined {
  const [condition = '', list, ...more] = rule.split(':').map((part) => part.trim());
  const providers = list === undefined || more.length > 0 ? undefined : parseProviders(list);
  if (!providers) return undefined;
  const terms = condition === '*' ? [] : condition.split('/').map((term) => term.trim());
  const currencies = terms.filter((term) => parseCurrency(term) !== undefined);
  const methods = PAYMENT_METHODS.filter((method) => terms.includes(method));
  if (currencies.length > 1 || methods.length > 1) return undefined;
  if (currencies.length + methods.length !== terms.length) return undefined;
  const [currency] = currencies;
  const [paymentMethod] = methods;
  return { ...(currency && { currency }), ...(paymentMethod && { paymentMethod }), providers };
}

export const PAYMENT_PROVIDERS = {
  fallback: ['simulated'] as readonly string[],
  accepted: 'names, each once, separated by commas: stripe, simulated, simulated-b, …',
  description:
    'Who takes payments; declined or not reached, one goes to the next. `simulated` takes no money',
  parse: parseProviders,
};

export const PAYMENT_ROUTES = {
  fallback: [] as readonly Route[],
  accepted:
    'rules separated by semicolons, each a currency, a payment method, both (EUR/card) or *, a colon and providers',
  description:
    'Which providers a payment goes to: the first rule that fits, such as `EUR/card:stripe,simulated; *:simulated`',
  parse: parseRoutes,
};
