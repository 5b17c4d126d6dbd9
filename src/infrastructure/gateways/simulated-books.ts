import type { AuthorizeRequest } from '../../application/provider-ports.ts';
import type { OperationOutcome } from '../../domain/payments/operation-outcome.ts';
import { parseCurrency } from '../../domain/shared/currencies.ts';
import { assertNever, invariant } from '../../domain/shared/invariant.ts';
import { money } from '../../domain/shared/money.ts';
import type { Pool, Tx } from '../postgres/pool.ts';
import { columns } from '../read-models/projection.ts';
import type { Behaviour, SimulatedKind } from './simulated-behaviour.ts';

/** One payment as the provider knows it. */
export type Intent = {
  readonly provider: string;
  readonly payment_id: string;
  readonly intent_ref: string;
  readonly token: string;
  readonly currency: string;
  /** Authorized, which need not be what was asked for. */
  readonly amount_minor: bigint;
  readonly capture_method: 'automatic' | 'manual';
  readonly hold_until: Date;
  /** By the database's clock, like all times here. */
  readonly is_within_hold: boolean;
  readonly act_until: Date;
  readonly age_ms: number;
};

export type Entry = {
  readonly operation_id: string;
  readonly kind: SimulatedKind;
  readonly amount_minor: bigint;
  readonly is_final: boolean;
  readonly outcome: 'succeeded' | 'declined' | 'pending' | 'requires_action';
  readonly code: string | null;
};

const INTENT = `i.provider, i.payment_id, i.intent_ref, i.token, i.currency, i.amount_minor, i.capture_method, i.hold_until,
  i.hold_until > now() as is_within_hold, i.created_at + interval '30 min' as act_until,
  extract(epoch from now() - i.created_at)::float8 * 1000 as age_ms`;

/** By the payment, or by the payment and the operation that opened it, among those of one provider. */
export async function findIntent(
  db: Pool | Tx,
  { provider, paymentId, operationId }: { provider: string; paymentId: string; operationId?: string },
  lock?: 'lock',
): Promise<Intent | undefined> {
  const { rows } = await db.query<Intent>({
    name: `simulated-find-${lock ?? 'read'}`,
    text: `select ${INTENT} from simulated_provider.intent i where i.payment_id = $1 and i.provider = $3
       and ($2::text is null or exists (select from simulated_provider.operation o
         where o.intent_ref = i.intent_ref and o.operation_id = $2))
     order by i.created_at desc limit 1 ${lock ? 'for update of i' : ''}`,
    values: [paymentId, operationId ?? null, provider],
  });
  return rows[0];
}

export type Opening = { readonly request: AuthorizeRequest; readonly behaviour: Behaviour };
/** `entry` is null if another process is opening the same at this moment. */
export type Opened = { readonly intent: Intent; readonly entry: Entry | null };

/**
 * Opens intents and books their authorizations, all in one statement; a repeated request gets what it made the first
 * time. No two of them may be of one operation.
 */
export async function openIntents(
  db: Pool | Tx,
  provider: string,
  openings: readonly Opening[],
): Promise<Opened[]> {
  const rows = openings.map(({ request, behaviour }) => [
    ...[request.operationId, request.paymentId, request.paymentToken, request.amount.currency],
    ...[
      request.amount.amountMinor + (behaviour.amountOff ?? 0n),
      request.captureMethod,
      behaviour.holdForMs ?? 0,
    ],
    ...[behaviour.outcome, behaviour.code ?? null, behaviour.later?.outcome ?? null],
    ...[behaviour.later?.code ?? null, behaviour.later?.afterMs ?? null],
  ]);
  const { rows: opened } = await db.query<Intent & Entry & { booked: boolean }>({
    name: 'simulated-open',
    // The update changes nothing: it makes a repeated request return the row that is there.
    text: `with asked as (
        select 'sim_' || md5(operation_id) as intent_ref, u.* from unnest($2::text[], $3::uuid[], $4::text[], $5::text[],
          $6::bigint[], $7::text[], $8::float8[], $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[])
          with ordinality as u (operation_id, payment_id, token, currency, amount_minor, capture_method, hold_for_ms,
            outcome, code, later_outcome, later_code, settles_after_ms, ordinal)
      ), opened as (
        insert into simulated_provider.intent as i
          (intent_ref, payment_id, token, currency, amount_minor, capture_method, hold_until, provider)
        select intent_ref, payment_id, token, currency, amount_minor, capture_method,
          now() + make_interval(secs => hold_for_ms / 1000.0), $1 from asked order by intent_ref
        on conflict (intent_ref) do update set token = i.token returning ${INTENT}
      ), entered as (
        insert into simulated_provider.operation
          (operation_id, intent_ref, kind, amount_minor, is_final, outcome, code, later_outcome, later_code, settles_at)
        select a.operation_id, o.intent_ref, 'authorize', o.amount_minor, true, a.outcome, a.code, a.later_outcome,
          a.later_code, now() + make_interval(secs => a.settles_after_ms / 1000.0)
        from asked a join opened o using (intent_ref) order by a.operation_id
        on conflict do nothing returning operation_id, kind, is_final, outcome, code
      )
      select o.*, a.operation_id, coalesce(e.kind, b.kind) as kind, coalesce(e.is_final, b.is_final) as is_final,
        coalesce(e.outcome, b.outcome) as outcome, coalesce(e.code, b.code) as code,
        e.operation_id is not null or b.operation_id is not null as booked
      from asked a join opened o using (intent_ref) left join entered e using (operation_id)
      left join lateral (select * from simulated_provider.book k where k.operation_id = a.operation_id limit 1) b on true
      order by a.ordinal`,
    values: [provider, ...columns(rows)],
  });
  return opened.map(({ booked, operation_id, kind, is_final, outcome, code, ...intent }) => {
    const entry = { operation_id, kind, amount_minor: intent.amount_minor, is_final, outcome, code };
    return { intent, entry: booked ? entry : null };
  });
}

export type Asked = {
  readonly operationId: string;
  readonly kind: SimulatedKind;
  readonly amountMinor: bigint;
  readonly isFinal: boolean;
};

/** Books an operation under its id, once. */
export async function enter(
  tx: Tx,
  { intent_ref }: Intent,
  { operationId, kind, amountMinor, isFinal }: Asked,
  { outcome, code, later }: Behaviour,
): Promise<void> {
  await tx.query({
    name: 'simulated-enter',
    text: `insert into simulated_provider.operation
        (operation_id, intent_ref, kind, amount_minor, is_final, outcome, code, later_outcome, later_code, settles_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10 / 1000.0))
      on conflict do nothing`,
    values: [
      operationId,
      intent_ref,
      kind,
      amountMinor,
      isFinal,
      outcome,
      code ?? null,
      later?.outcome ?? null,
      later?.code ?? null,
      later?.afterMs ?? null,
    ],
  });
  // A customer who has not acted by then no longer can.
  if (kind === 'void' && outcome === 'succeeded')
    await tx.query(
      `update simulated_provider.operation
       set later_outcome = 'declined', later_code = 'canceled', settles_at = now()
       where intent_ref = $1 and kind = 'authorize' and outcome <> 'succeeded' and settles_at > now()`,
      [intent_ref],
    );
}

export async function readBook(db: Pool | Tx, { intent_ref }: Intent): Promise<Entry[]> {
  const { rows } = await db.query<Entry>({
    name: 'simulated-book',
    text: `select operation_id, kind, amount_minor, is_final, outcome, code from simulated_provider.book
      where intent_ref = $1 order by created_at, operation_id`,
    values: [intent_ref],
  });
  return rows;
}

const succeeded = (book: readonly Entry[], kind: SimulatedKind): readonly Entry[] =>
  book.filter((entry) => entry.kind === kind && entry.outcome === 'succeeded');
const total = (entries: readonly Entry[]): bigint =>
  entries.reduce((sum, entry) => sum + entry.amount_minor, 0n);

function capturedOf({ capture_method, amount_minor }: Intent, book: readonly Entry[]): bigint {
  if (capture_method === 'manual') return total(succeeded(book, 'capture'));
  return succeeded(book, 'authorize').length > 0 ? amount_minor : 0n;
}

/** Whether what was authorized and not captured is still kept for us. */
export function isHeld(intent: Intent, book: readonly Entry[]): boolean {
  if (intent.capture_method === 'automatic') return true;
  const wasVoided = succeeded(book, 'void').length > 0;
  return intent.is_within_hold && !wasVoided;
}

/** Why a provider refuses; undefined if it does not. */
export function whyNot(
  kind: SimulatedKind,
  intent: Intent,
  book: readonly Entry[],
  amountMinor: bigint,
): string | undefined {
  const isAuthorized = succeeded(book, 'authorize').length > 0;
  const captured = capturedOf(intent, book);
  switch (kind) {
    case 'authorize':
      return undefined;
    case 'capture':
      if (!isAuthorized || !isHeld(intent, book)) return 'not_authorized';
      if (succeeded(book, 'capture').some((entry) => entry.is_final)) return 'already_captured';
      return captured + amountMinor > intent.amount_minor ? 'amount_too_large' : undefined;
    case 'void':
      return intent.capture_method === 'automatic' && captured > 0n ? 'already_captured' : undefined;
    case 'refund': {
      const back = book.filter((entry) => entry.kind === 'refund' && entry.outcome !== 'declined');
      return total(back) + amountMinor > captured ? 'amount_too_large' : undefined;
    }
    default:
      return assertNever(kind);
  }
}

export function outcomeOf(intent: Intent, entry: Entry, publicUrl: string): OperationOutcome {
  const { intent_ref: providerRef, capture_method } = intent;
  switch (entry.outcome) {
    case 'succeeded': {
      const currency = parseCurrency(intent.currency);
      invariant(currency, 'the books hold known currencies');
      const amount = money(entry.amount_minor, currency);
      const isHold = entry.kind === 'authorize' && capture_method === 'manual';
      return {
        kind: 'succeeded',
        providerRef,
        ...(entry.kind === 'void' ? {} : { amount }),
        ...(isHold ? { authorizationExpiresAt: intent.hold_until.toISOString() } : {}),
      };
    }
    case 'declined':
      return { kind: 'declined', code: entry.code ?? 'declined' };
    case 'pending':
      return { kind: 'pending', providerRef };
    case 'requires_action': {
      const url = `${publicUrl}/simulated/challenges/${providerRef}`;
      const expiresAt = intent.act_until.toISOString();
      return { kind: 'requires_action', providerRef, nextAction: { type: 'redirect', url }, expiresAt };
    }
    default:
      return assertNever(entry.outcome);
  }
}
