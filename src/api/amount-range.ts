import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { MAX_AMOUNT_MINOR } from '../domain/shared/money.ts';
import { sendProblem } from './problem.ts';

/** One end of a range in a query, which needs `currency` beside it. */
export const minorUnits = (description: string) =>
  Type.Integer({
    minimum: 0,
    maximum: Number(MAX_AMOUNT_MINOR),
    description: `${description}, in minor units of \`currency\`, which must be given too`,
  });

export const currencyCode = (description: string) => Type.String({ format: 'currency', description });

/** Refuses amounts without a currency: 1000 is much in dollars and little in yen. True: it was answered. */
export function refusedWithoutCurrency(
  request: FastifyRequest,
  reply: FastifyReply,
  { currency, ...amounts }: Readonly<Record<string, number | string | undefined>>,
): boolean {
  const given = Object.entries(amounts).filter(([, amount]) => amount !== undefined);
  if (currency !== undefined || given.length === 0) return false;
  void sendProblem(request, reply, 'validation-failed', {
    detail: 'An amount says nothing without its currency: give currency too, such as currency=USD.',
    errors: given.map(([name]) => ({
      in: 'query',
      pointer: `/${name}`,
      message: 'must come together with currency',
    })),
  });
  return true;
}
