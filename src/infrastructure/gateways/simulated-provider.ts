import type { AuthorizeRequest, FollowUp, PaymentProvider } from '../../application/ports.ts';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { behaviourOf, type Behaviour, type SimulatedKind } from './simulated-behaviour.ts';
import {
  enter,
  findIntent,
  isHeld,
  openIntent,
  outcomeOf,
  readBook,
  whyNot,
  type Intent,
} from './simulated-books.ts';

/** No answer, or none that says what became of the operation. */
class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
}

type Request = { readonly amountMinor: bigint; readonly isFinal: boolean };

/** A provider that keeps its own books, in a schema of its own; the same operation id again has no second effect. */
export function simulatedProvider(pool: Pool): PaymentProvider {
  async function authorize(request: AuthorizeRequest): Promise<OperationOutcome> {
    const { operationId, paymentId, paymentToken } = request;
    const behaviour = behaviourOf('authorize', paymentToken);
    const isNew = !(await findIntent(pool, paymentId, operationId));
    if (isNew && behaviour.reply === 'never_sent') throw new ProviderFault('the request timed out');
    if (isNew && behaviour.reply === 'rate_limited') return { kind: 'not_sent', code: 'rate_limited' };
    const intent = await inTransaction(pool, async (tx) => {
      const opened = await openIntent(tx, request, behaviour);
      const asked = { amountMinor: opened.amount_minor, isFinal: true };
      await enter(tx, opened, { operationId, kind: 'authorize', ...asked }, behaviour);
      return opened;
    });
    if (isNew && behaviour.reply) throw new ProviderFault(`the answer was ${behaviour.reply}`);
    return outcomeIn(pool, intent, operationId);
  }

  async function followUp(
    kind: SimulatedKind,
    { operationId, paymentId, providerRef }: FollowUp,
    request: Request,
  ): Promise<OperationOutcome> {
    const intent = await inTransaction(pool, async (tx) => {
      // Locked, so that of two requests side by side the second sees what the first took.
      const found = await findIntent(tx, paymentId, undefined, 'lock');
      if (found?.intent_ref !== providerRef) throw new ProviderFault(`there is no ${providerRef}`);
      const book = await readBook(tx, found);
      if (book.some((entry) => entry.operation_id === operationId)) return found;
      const refusal = whyNot(kind, found, book, request.amountMinor);
      const behaviour: Behaviour = refusal
        ? { outcome: 'declined', code: refusal }
        : behaviourOf(kind, found.token);
      await enter(tx, found, { operationId, kind, ...request }, behaviour);
      return found;
    });
    return outcomeIn(pool, intent, operationId);
  }

  return {
    name: 'simulated',
    authorize,
    capture: (request) =>
      followUp('capture', request, { amountMinor: request.amount.amountMinor, isFinal: request.final }),
    void: (request) => followUp('void', request, { amountMinor: 0n, isFinal: true }),
    refund: (request) =>
      followUp('refund', request, { amountMinor: request.amount.amountMinor, isFinal: true }),
    retrieve: async ({ paymentId, attemptId }) => {
      const intent = await findIntent(pool, paymentId, attemptId);
      if (!intent) return { operations: [], disputes: [], isHeld: true };
      const book = await readBook(pool, intent);
      return {
        operations: book.map((entry) => ({
          operationId: entry.operation_id,
          outcome: outcomeOf(intent, entry),
        })),
        disputes: [],
        isHeld: isHeld(intent, book),
      };
    },
  };
}

async function outcomeIn(db: Pool | Tx, intent: Intent, operationId: string): Promise<OperationOutcome> {
  const entry = (await readBook(db, intent)).find((one) => one.operation_id === operationId);
  if (!entry) throw new ProviderFault(`there is no operation ${operationId}`);
  return outcomeOf(intent, entry);
}
