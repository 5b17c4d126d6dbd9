import { problemOf, type ProblemCode } from './problem.ts';
import { REQUEST_PROBLEMS, type ProblemDoc } from './problem-docs-requests.ts';

const LOOK_AT_ID = 'Check the id, and that your key is one of the tenant that made it.';
const READ_AGAIN = 'Read the order: its status and what is due say what can be done.';

/** What every problem means, when it happens and what to do. Exhaustive by type. */
export const PROBLEM_DOCS: Readonly<Record<ProblemCode, ProblemDoc>> = {
  ...REQUEST_PROBLEMS,
  'webhook-signature-invalid': {
    when: 'What was posted as a webhook of a payment provider is not signed by it, or was signed too long ago.',
    remedy: 'Configure the secret that the provider shows for this endpoint, and let the clock be right.',
  },
  'webhook-unreadable': {
    when: 'The webhook is signed by the payment provider, but is not of a form that is known.',
    remedy: 'Have the provider post its events in the version that this service was made for.',
  },
  'order-not-found': {
    when: 'No order of your tenant has this id, or it was created after the instant asked for.',
    remedy: LOOK_AT_ID,
    detail: 'No order of yours has this id.',
  },
  'payment-not-found': {
    when: 'No payment of your tenant has this id, or it was created after the instant asked for.',
    remedy: LOOK_AT_ID,
    detail: 'No payment of yours has this id.',
  },
  'fulfilment-not-found': {
    when: 'The order has no fulfilment with this id.',
    remedy: 'Read the order: its fulfilments are listed.',
    detail: 'The order has no fulfilment with this id.',
  },
  'return-not-found': {
    when: 'The order has no return with this id.',
    remedy: 'Read the order: its returns are listed.',
    detail: 'The order has no return with this id.',
  },
  'dispute-not-found': { when: 'No dispute of your tenant has this id.', remedy: LOOK_AT_ID },
  'event-not-found': {
    when: 'No event of your tenant is at this place of the log, or it is in the archive.',
    remedy: 'Give shard and position, such as 0-42, as the `id` of an event in a list says.',
  },
  'break-not-found': {
    when: 'No break of your tenant has this id.',
    remedy: 'Look at the list of breaks.',
  },
  'ledger-account-not-found': {
    when: 'The chart of accounts has no account of this name.',
    remedy: 'Look at the list of accounts.',
  },
  'dead-letter-not-found': {
    when: 'No dead letter of your tenant has this id. Settled ones are forgotten after 30 days.',
    remedy: 'Look at the list of dead letters.',
  },
  'subscription-not-found': {
    when: 'Nothing of this name follows the log.',
    remedy: 'Look at the list of subscriptions.',
    detail: 'There are: checkout, order-summary, payment-history.',
  },
  'projection-not-found': {
    when: 'No read model has this name.',
    remedy: 'Take a name that the detail lists.',
    detail: 'There are: order-summary, payment-history.',
  },
  'projection-newer': {
    when: 'A newer version of the service made the read model; an older one would put it back.',
    remedy: 'Ask a process of the newer version.',
    detail: 'It is made by code version 4 here, and this process has 3.',
  },
  'refund-not-found': {
    when: 'The payment has no refund with this id.',
    remedy: 'Read the payment: its refunds are listed.',
  },
  'api-key-not-found': {
    when: 'No key of your tenant has this id.',
    remedy: 'Look at the list of keys.',
    detail: 'No key of yours has this id.',
  },
  'api-key-not-active': {
    when: 'The key was rotated or revoked, or has expired.',
    remedy: 'Rotate the one that took its place, or make another.',
  },
  'api-key-limit': {
    when: 'The tenant has as many good keys as it can have.',
    remedy: 'Revoke those that nobody uses.',
  },
  'scope-not-held': {
    when: 'A key was asked for that may do more than whoever asks.',
    remedy: 'Ask with a key that has every scope that the new one is to have.',
    detail: 'Your own key or token lacks admin.',
  },
  'refund-approval-own': {
    when: 'Whoever asked for the refund tries to approve of it.',
    remedy: 'Have somebody else approve, with a key or token of their own.',
  },
  'refund-not-awaiting-approval': {
    when: 'The refund was rejected or has lapsed, or never needed approval.',
    remedy: 'Read the refund; ask for a new one if the money is still to go back.',
  },
  'webhook-endpoint-not-found': {
    when: 'No webhook endpoint of your tenant has this id; it may have been deleted.',
    remedy: LOOK_AT_ID,
    detail: 'No endpoint of yours has this id.',
  },
  'webhook-delivery-not-found': {
    when: 'No delivery of your tenant has this id. Settled ones are kept for 30 days.',
    remedy: LOOK_AT_ID,
    detail: 'No delivery of yours has this id; settled ones are kept for 30 days.',
  },
  'order-not-payable': {
    when: 'The order is cancelled, has expired, or is paid already.',
    remedy: READ_AGAIN,
    detail: 'The order is Expired; nothing is due.',
  },
  'order-not-amendable': {
    when: 'The fulfilment has begun, the order is closed, or open payments claim more than the new total.',
    remedy: READ_AGAIN,
    detail: 'The order cannot be amended: its fulfilment has begun.',
  },
  'order-not-cancellable': {
    when: 'The order is closed, or its fulfilment has begun.',
    remedy: 'Cancel its fulfilments first; what was shipped already is returned and refunded instead.',
    detail: 'The order cannot be cancelled: its fulfilment has begun: cancel that first.',
  },
  'order-not-fulfillable': {
    when: 'The order is not Confirmed: it is neither paid nor authorized in full, or it is closed.',
    remedy: 'Wait for the payment.',
    detail: 'The order is Created; it must be Confirmed: paid, or authorized in full.',
  },
  'order-not-returnable': {
    when: 'Nothing of the order was shipped.',
    remedy: 'Cancel the order or its fulfilment instead.',
    detail: 'Nothing of the order was shipped.',
  },
  'stock-unavailable': {
    when: 'What was ordered cannot be delivered; the order is being cancelled.',
    remedy: 'Do not pay it. Place an order of what is there.',
    detail: 'What was ordered is not in stock; the order is being cancelled.',
  },
  'fulfilment-not-in-state': {
    when: 'A fulfilment is shipped once, delivered after that, and cancelled before that; a return comes in once.',
    remedy: 'Read the order: the status of the fulfilment says what comes next.',
    detail: 'It is Shipped; it must be Created.',
  },
  'payment-not-capturable': {
    when: 'The payment holds nothing that could be taken: it is pending, completed, failed or voided.',
    remedy: 'Read the payment; only what is authorized can be captured.',
    detail: 'The payment is Completed; only what is authorized can be captured.',
  },
  'payment-not-voidable': {
    when: 'Something of the payment was captured, or there is nothing left to let go of.',
    remedy: 'Give back what was captured by a refund.',
    detail: 'The payment is Completed; what was captured is given back by a refund.',
  },
  'payment-not-refundable': {
    when: 'Nothing was captured, all of it is given back already, or the customer’s bank decides about it.',
    remedy: 'Void what is only authorized; wait for the end of a dispute.',
    detail: 'All that was captured is given back already, or on its way.',
  },
  'payment-in-flight': {
    when: 'The provider has not said yet what became of an earlier request on the same payment.',
    remedy: 'Wait for Retry-After, or ask the provider at once with …/sync; then try again.',
    detail: 'The provider has not said yet what became of the capture; wait for that.',
  },
  'dispute-not-open': {
    when: 'The dispute was won, lost or given up, or is with the customer’s bank.',
    remedy: 'Read the dispute: there is nothing left to say.',
    detail: 'The dispute is lost.',
  },
  'payment-already-claimed': {
    when: 'Another payment of the order is under way for all that is due.',
    remedy: 'Wait for its outcome, after Retry-After. If it fails, pay again.',
    detail: 'Another payment is under way for the 39.98 USD due; wait for its outcome.',
  },
  'webhook-endpoint-disabled': {
    when: 'Nothing is posted to an endpoint that is disabled.',
    remedy: 'Enable it: PATCH it with the status enabled.',
    detail: 'Enable it first: PATCH it with its status.',
  },
  'webhook-endpoint-limit': {
    when: 'The tenant has as many webhook endpoints as it can have.',
    remedy: 'Delete one that is not needed.',
    detail: 'You have 50, and no more can be had.',
  },
  'amount-invalid': {
    when: 'An amount is zero where it must not be, a discount is above its line, a total is too large to keep, or lines to refund do not come to the amount beside them.',
    remedy: 'Mend the amount that `errors` points to. Amounts are whole minor units: 1050 is 10.50 USD.',
    detail: 'amount must be above zero.',
  },
  'currency-mismatch': {
    when: 'An order has one currency, and so have its payments and refunds.',
    remedy: 'Send the amount in the currency that the detail names; nothing is converted here.',
    detail: 'amount must be in USD like the rest of the order, not EUR.',
  },
  'payment-exceeds-due': {
    when: 'The payment is more than what is still due of the order.',
    remedy: 'Pay what is due; without an amount that is what is paid.',
    detail: 'amount must be at most 39.98 USD, which is what is due.',
  },
  'payment-token-required': {
    when: 'The payment provider charges only what the customer has entered with it, for which it gives a token.',
    remedy: 'Have the token made in the customer’s browser, and send it as paymentToken.',
    detail: 'paymentToken must be given: a token that stripe made for the customer.',
  },
  'payment-unsupported': {
    when: 'No provider that is configured takes this currency by this method with this way to capture.',
    remedy: 'Pay by another method, or have a provider configured that takes it.',
    detail: 'No payment provider here takes JPY by bank_transfer with manual capture.',
  },
  'capture-exceeds-authorized': {
    when: 'The capture is more than what is left of the authorization.',
    remedy: 'Capture what is left; without an amount that is what is captured.',
    detail: 'amount must be at most 39.98 USD, which is left to capture.',
  },
  'refund-exceeds-refundable': {
    when: 'The refund is more than what was captured and not given back yet.',
    remedy: 'Refund what is left; without an amount that is what is given back.',
    detail: 'amount must be at most 39.98 USD, which is left to refund.',
  },
  'line-unknown': {
    when: 'A lineId is none of the order’s.',
    remedy: 'Read the order: each of its items has a lineId.',
    detail: 'items/0/lineId must be a line of the order, which 9 is not.',
  },
  'quantity-exceeds-available': {
    when: 'More units are named than are left to ship, to send back or to refund.',
    remedy: 'Name at most what the detail says is left.',
    detail: 'items/0/quantity must be at most 1, which is what is left.',
  },
  'provider-unavailable': {
    when: 'The payment provider did not answer; whether it was told is not known.',
    remedy: 'Repeat the request after Retry-After. It is told once, however often you ask.',
    detail: 'The payment provider did not answer; whether it was told is not known. Repeat the request.',
  },
};

const INSTANCES: readonly (readonly [RegExp, string])[] = [
  [/^webhook-(signature|unreadable)/, '/api/psp/stripe/webhooks'],
  [/^webhook-delivery/, '/api/webhook-deliveries/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'],
  [/^webhook/, '/api/webhook-endpoints'],
  [/^(payment|capture|refund)/, '/api/payments'],
  [/^(dispute|provider)/, '/api/disputes/du_1NqGx2/accept'],
  [/^subscription/, '/api/ops/subscriptions/order-summary/pause'],
  [/^projection/, '/api/ops/projections/order-summary/rebuild'],
  [/^dead-letter/, '/api/ops/dead-letters/019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'],
  [/^cross-site/, '/api/session'],
  [/./, '/api/orders'],
];

/** An answer as it may look. */
export function exampleOfProblem(code: ProblemCode) {
  const { detail } = PROBLEM_DOCS[code];
  const isPointed = code === 'validation-failed';
  const errors = [{ in: 'body', pointer: '/items/0/quantity', message: 'must be >= 1' }] as const;
  return problemOf(
    code,
    { ...(detail !== undefined && { detail }), ...(isPointed && { errors }) },
    {
      instance: INSTANCES.find(([pattern]) => pattern.test(code))![1],
      traceId: '0af7651916cd43dd8448eb211c80319c',
    },
  );
}
