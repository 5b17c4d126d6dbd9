/** What an operation is at first, and what it turns into some time later. */
export type Behaviour = {
  readonly outcome: 'succeeded' | 'declined' | 'pending' | 'requires_action';
  readonly code?: string;
  readonly later?: {
    readonly outcome: 'succeeded' | 'declined';
    readonly code?: string;
    readonly afterMs: number;
  };
  /** What the caller sees of it instead of the outcome: it is booked all the same, or not. */
  readonly reply?: 'lost' | 'silent' | 'never_sent' | 'server_error' | 'rate_limited';
  /** Minor units more, or fewer, than it was asked for. */
  readonly amountOff?: bigint;
  readonly holdForMs?: number;
  /** The customer's bank takes the money back some time later, and decides like this. */
  readonly disputed?: 'won' | 'lost';
  /** How long the bank leaves us to answer; a minute unless said. */
  readonly decidesAfterMs?: number;
  /** `late`: what happened is told after what followed it. `first`: before the caller has its answer. */
  readonly webhooks?: 'twice' | 'late' | 'first';
};

export type SimulatedKind = 'authorize' | 'capture' | 'void' | 'refund';

/** Long enough to be seen as pending, short enough to be waited for. */
const SETTLES_AFTER_MS = 2_000;
const DAY_MS = 24 * 3_600_000;
const HOLD_MS = 7 * DAY_MS;
/** With `silent`: nobody who asks is answered either, until the outage is over. */
export const SILENT_FOR_MS = DAY_MS;

const SUCCEEDS: Behaviour = { outcome: 'succeeded', holdForMs: HOLD_MS };
const declined = (code: string): Behaviour => ({ outcome: 'declined', code });
const later = (outcome: 'succeeded' | 'declined', code?: string): NonNullable<Behaviour['later']> => ({
  outcome,
  afterMs: SETTLES_AFTER_MS,
  ...(code === undefined ? {} : { code }),
});

/** By the token of the payment; a token that is not here is one the provider does not know. */
const AUTHORIZATIONS: Readonly<Record<string, Behaviour>> = {
  tok_success: SUCCEEDS,
  tok_declined: declined('card_declined'),
  tok_insufficient_funds: declined('insufficient_funds'),
  tok_expired_card: declined('expired_card'),
  tok_3ds_ok: { ...SUCCEEDS, outcome: 'requires_action', later: later('succeeded') },
  tok_3ds_fail: { outcome: 'requires_action', later: later('declined', 'authentication_failed') },
  tok_timeout_then_success: { ...SUCCEEDS, reply: 'lost' },
  tok_timeout_then_decline: { ...declined('card_declined'), reply: 'lost' },
  tok_timeout_never_sent: { ...SUCCEEDS, reply: 'never_sent' },
  tok_no_answer: { ...SUCCEEDS, reply: 'silent' },
  tok_http_500: { ...SUCCEEDS, reply: 'server_error' },
  tok_http_429: { ...SUCCEEDS, reply: 'rate_limited' },
  tok_async_success: { ...SUCCEEDS, outcome: 'pending', later: later('succeeded') },
  tok_async_fail: { outcome: 'pending', later: later('declined', 'transfer_rejected') },
  tok_late_success: { ...declined('card_declined'), holdForMs: HOLD_MS, later: later('succeeded') },
  tok_amount_mismatch: { ...SUCCEEDS, amountOff: -1n },
  tok_auth_expires: { ...SUCCEEDS, holdForMs: SETTLES_AFTER_MS },
  // Waits for the customer on the provider's page, for as long as that is open.
  tok_3ds_challenge: { ...SUCCEEDS, outcome: 'requires_action' },
  tok_dup_webhook: { ...SUCCEEDS, outcome: 'pending', later: later('succeeded'), webhooks: 'twice' },
  tok_ooo_webhooks: { ...SUCCEEDS, outcome: 'pending', later: later('succeeded'), webhooks: 'late' },
  tok_webhook_before_response: { ...SUCCEEDS, webhooks: 'first' },
  tok_dispute_won: { ...SUCCEEDS, disputed: 'won' },
  tok_dispute_lost: { ...SUCCEEDS, disputed: 'lost' },
  tok_dispute_open: { ...SUCCEEDS, disputed: 'won', decidesAfterMs: 7 * DAY_MS },
  tok_capture_fail: SUCCEEDS,
  tok_refund_pending: SUCCEEDS,
  tok_refund_fails_later: SUCCEEDS,
};

export const SIMULATED_TOKENS = Object.keys(AUTHORIZATIONS);

export function behaviourOf(kind: SimulatedKind, token: string): Behaviour {
  if (kind === 'authorize') return AUTHORIZATIONS[token] ?? declined('token_unknown');
  if (kind === 'capture' && token === 'tok_capture_fail') return declined('capture_failed');
  if (kind === 'refund' && token === 'tok_refund_pending')
    return { outcome: 'pending', later: later('succeeded') };
  if (kind === 'refund' && token === 'tok_refund_fails_later')
    return { outcome: 'succeeded', later: later('declined', 'account_closed') };
  const { disputed, decidesAfterMs } = AUTHORIZATIONS[token] ?? {};
  if (kind === 'capture' && disputed)
    return { outcome: 'succeeded', disputed, ...(decidesAfterMs !== undefined && { decidesAfterMs }) };
  return { outcome: 'succeeded' };
}
