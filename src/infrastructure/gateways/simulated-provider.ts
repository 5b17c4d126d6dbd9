import type {
  AuthorizeRequest,
  DisputeRequest,
  FollowUp,
  PaymentProvider,
} from '../../application/provider-ports.ts';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import type { CaptureMethod } from '../../domain/payments/payment-events.ts';
import { gather } from '../gather.ts';
import { inTransaction, type Pool, type Tx } from '../postgres/pool.ts';
import { behaviourOf, SILENT_FOR_MS, type Behaviour, type SimulatedKind } from './simulated-behaviour.ts';
import {
  enter,
  findIntent,
  isHeld,
  openIntents,
  outcomeOf,
  readBook,
  whyNot,
  type Asked,
  type Intent,
  type Opened,
  type Opening,
} from './simulated-books.ts';
import { answerDispute, dispute, readDisputes } from './simulated-disputes.ts';
import { announceOutcome, parseSimulatedWebhook, untilTold } from './simulated-webhooks.ts';

/** No answer, or none that says what became of the operation. */
class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
}

export type SimulatedOptions = {
  /** Each name has books of its own. */
  readonly name: string;
  readonly webhookSecret: Buffer;
  /** Where its customers find its pages: this service, at the moment. */
  readonly publicUrl: () => string;
};

const OPENED_TOGETHER_MAX = 100;

/** A provider that keeps its own books, in a schema of its own; the same operation id again has no second effect. */
export function simulatedProvider(
  pool: Pool,
  { name, webhookSecret, publicUrl }: SimulatedOptions,
): PaymentProvider {
  // Real providers take requests side by side; here that would be a transaction each on the database we share with them.
  const openTogether = gather(
    async (openings: readonly Opening[]) => {
      // The same asked for twice is one effect, and a statement changes a row only once.
      const byId = new Map(openings.map((opening) => [opening.request.operationId, opening]));
      const opened = await openIntents(pool, name, [...byId.values()]);
      const found = new Map([...byId.keys()].map((id, index) => [id, opened[index]!]));
      return openings.map(({ request }) => found.get(request.operationId)!);
    },
    { batchMax: OPENED_TOGETHER_MAX, callsMax: 1 },
  );

  async function authorize(request: AuthorizeRequest): Promise<OperationOutcome> {
    const { operationId, paymentId, paymentToken, captureMethod } = request;
    const behaviour = behaviourOf('authorize', paymentToken);
    // Only what goes wrong the first time asks whether it is that.
    const isNew =
      behaviour.reply !== undefined && !(await findIntent(pool, { provider: name, paymentId, operationId }));
    if (isNew && behaviour.reply === 'never_sent') throw new ProviderFault('the request timed out');
    if (isNew && behaviour.reply === 'rate_limited') return { kind: 'not_sent', code: 'rate_limited' };
    const opening = { request, behaviour };
    const { intent, entry } = doesMore(behaviour, captureMethod)
      ? await inTransaction(pool, (tx) => openWithMore(tx, opening))
      : await openTogether(opening);
    if (behaviour.webhooks === 'first') await untilTold(pool, operationId, behaviour.outcome);
    if (isNew && behaviour.reply) throw new ProviderFault(`the answer was ${behaviour.reply}`);
    refuseWhileSilent(intent);
    return entry ? outcomeOf(intent, entry, publicUrl()) : outcomeIn(intent, operationId);
  }

  /** With what the provider does of its own accord: that is in the books with it, or nothing is. */
  async function openWithMore(tx: Tx, { request, behaviour }: Opening): Promise<Opened> {
    const [opened] = await openIntents(tx, name, [{ request, behaviour }]);
    const { operationId, captureMethod } = request;
    const asked = {
      operationId,
      kind: 'authorize',
      amountMinor: opened!.intent.amount_minor,
      isFinal: true,
    } as const;
    const { disputed: _, ...untilCaptured } = behaviour;
    await doMore(tx, opened!.intent, asked, captureMethod === 'automatic' ? behaviour : untilCaptured);
    return opened!;
  }

  async function followUp(
    kind: SimulatedKind,
    { operationId, ...found }: FollowUp,
    request: Pick<Asked, 'amountMinor' | 'isFinal'>,
  ): Promise<OperationOutcome> {
    const intent = await inTransaction(pool, async (tx) => {
      const locked = await lockIntent(tx, found);
      const entries = await readBook(tx, locked);
      if (entries.some((entry) => entry.operation_id === operationId)) return locked;
      const refusal = whyNot(kind, locked, entries, request.amountMinor);
      const behaviour: Behaviour = refusal
        ? { outcome: 'declined', code: refusal }
        : behaviourOf(kind, locked.token);
      await book(tx, locked, { operationId, kind, ...request }, behaviour);
      return locked;
    });
    return outcomeIn(intent, operationId);
  }

  async function outcomeIn(intent: Intent, operationId: string): Promise<OperationOutcome> {
    const entry = (await readBook(pool, intent)).find((one) => one.operation_id === operationId);
    if (!entry) throw new ProviderFault(`there is no operation ${operationId}`);
    return outcomeOf(intent, entry, publicUrl());
  }

  /** So that of two requests side by side the second sees what the first took. */
  async function lockIntent(
    tx: Tx,
    { paymentId, providerRef }: Pick<FollowUp, 'paymentId' | 'providerRef'>,
  ): Promise<Intent> {
    const found = await findIntent(tx, { provider: name, paymentId }, 'lock');
    if (found?.intent_ref !== providerRef) throw new ProviderFault(`there is no ${providerRef}`);
    return found;
  }

  const answer = ({ disputeId, ...found }: DisputeRequest, said: Parameters<typeof answerDispute>[3]) =>
    inTransaction(pool, async (tx) => {
      const isKnown = await answerDispute(tx, await lockIntent(tx, found), disputeId, said);
      if (!isKnown) throw new ProviderFault(`there is no ${disputeId}`);
    });

  return {
    name,
    capabilities: { accepts: () => true, severalCaptures: true, defaultToken: 'tok_success' },
    authorize,
    capture: (request) =>
      followUp('capture', request, { amountMinor: request.amount.amountMinor, isFinal: request.final }),
    void: (request) => followUp('void', request, { amountMinor: 0n, isFinal: true }),
    refund: (request) =>
      followUp('refund', request, { amountMinor: request.amount.amountMinor, isFinal: true }),
    retrieve: async ({ paymentId, attemptId }) => {
      const intent = await findIntent(pool, { provider: name, paymentId, operationId: attemptId });
      if (!intent) return { operations: [], disputes: [], isHeld: true };
      refuseWhileSilent(intent);
      const entries = await readBook(pool, intent);
      return {
        operations: entries.map((entry) => ({
          operationId: entry.operation_id,
          outcome: outcomeOf(intent, entry, publicUrl()),
        })),
        disputes: await readDisputes(pool, intent),
        isHeld: isHeld(intent, entries),
      };
    },
    parseWebhook: (rawBody, headers) => parseSimulatedWebhook(webhookSecret, rawBody, headers),
    // Its messages carry our id.
    paymentOf: async () => undefined,
    acceptDispute: (request) => answer(request, 'accepted'),
    submitEvidence: ({ evidence, ...request }) => answer(request, { evidence }),
  };
}

/** Enters an operation, and all that the provider does about it of its own accord. */
async function book(tx: Tx, intent: Intent, asked: Asked, behaviour: Behaviour): Promise<void> {
  await enter(tx, intent, asked, behaviour);
  await doMore(tx, intent, asked, behaviour);
}

async function doMore(tx: Tx, intent: Intent, asked: Asked, behaviour: Behaviour): Promise<void> {
  await announceOutcome(tx, intent, asked, behaviour);
  if (behaviour.disputed) await dispute(tx, intent, asked, behaviour.disputed, behaviour);
}

function refuseWhileSilent({ token, age_ms: ageMs }: Intent): void {
  const isSilent = behaviourOf('authorize', token).reply === 'silent' && ageMs < SILENT_FOR_MS;
  if (isSilent) throw new ProviderFault('the request timed out');
}

const doesMore = ({ reply, later, webhooks, disputed }: Behaviour, captureMethod: CaptureMethod): boolean =>
  Boolean(reply ?? later ?? webhooks ?? (captureMethod === 'automatic' && disputed));
