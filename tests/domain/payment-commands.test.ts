import { describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../../src/domain/payments/payment-events.ts';
import { paymentAggregate } from '../../src/domain/payments/payment-evolution.ts';
import {
  capturePayment,
  initiatePayment,
  requestRefund,
  voidPayment,
  type CapturePayment,
  type RequestRefund,
} from '../../src/domain/payments/payment-commands.ts';
import { refundableAmount, type Payment } from '../../src/domain/payments/payment.ts';
import { given } from '../support/given.ts';
import {
  actionRequired,
  AMOUNT,
  ATTEMPT,
  attemptFailed,
  begun,
  begunManual,
  captured,
  captureRequested,
  completed,
  disputeOpened,
  held,
  PAYMENT,
  processed,
  refunded,
  refundFailed,
  refundRequested,
  voided,
  voidRequested,
} from './payment-samples.ts';
import { ORDER_ID, paymentAfter, paymentFor, paymentIdOf, T0, T1, usd, yen } from './samples.ts';

const capture =
  (rest: Partial<CapturePayment> = {}) =>
  (payment: Payment) =>
    capturePayment({ captureId: 'capture', at: T1, ...rest }, payment);
const letGo = (remainder?: boolean) => (payment: Payment) =>
  voidPayment({ voidId: 'void', reason: 'asked', ...(remainder && { remainder }), at: T1 }, payment);
const refund =
  (rest: Partial<RequestRefund> = {}) =>
  (payment: Payment) =>
    requestRefund(
      {
        refundId: 'refund',
        lines: [],
        reason: 'broken',
        requestedBy: 'key:first',
        orderTotal: AMOUNT,
        at: T1,
        ...rest,
      },
      payment,
    );

const partly = (amount: number, final = false): PaymentEvent[] => [
  captureRequested(usd(amount), final),
  captured('capture', usd(amount), final),
  processed(true),
];
const failed: PaymentEvent[] = [attemptFailed(), processed(false)];

describe('initiating a payment', () => {
  it('commits to the attempt, under a key that is a function of the payment', () => {
    expect(begun).toEqual([
      {
        type: 'PaymentInitiated',
        paymentId: PAYMENT,
        orderId: ORDER_ID,
        amount: AMOUNT,
        paymentMethod: 'card',
        paymentToken: 'tok_success',
        captureMethod: 'automatic',
        at: T0,
      },
      { type: 'AttemptStarted', attemptId: ATTEMPT, provider: 'simulated', providerKey: ATTEMPT, at: T0 },
    ]);
  });

  it('leaves it pending, with nothing authorized or captured', () =>
    expect(paymentAfter(...begun)).toMatchObject({
      status: 'Pending',
      attempts: [{ outcome: 'requested' }],
      authorizedAmount: usd(0),
      capturedAmount: usd(0),
    }));

  it('gives two payments two keys', () => {
    const keys = [1, 2].map((number) => initiatePayment(paymentFor(paymentIdOf(number), AMOUNT))[1]);
    expect(keys[0]).not.toEqual(keys[1]);
  });
});

describe('a capture', () => {
  it('takes all that is held when no amount is named, and is final', () =>
    given(paymentAggregate, ...held)
      .when(capture())
      .thenEvents(captureRequested(AMOUNT, true)));

  it('takes a part, and lets go of the rest only when told to', () => {
    given(paymentAggregate, ...held)
      .when(capture({ amount: usd(1_000) }))
      .thenEvents(captureRequested(usd(1_000)));
    given(paymentAggregate, ...held)
      .when(capture({ amount: usd(1_000), final: true }))
      .thenEvents(captureRequested(usd(1_000), true));
  });

  it('may follow others, until nothing is left', () => {
    given(paymentAggregate, ...held, ...partly(1_000))
      .when(capture({ captureId: 'second', amount: usd(3_200) }))
      .thenEvents(captureRequested(usd(3_200), true, 'second'));
    given(paymentAggregate, ...held, ...partly(1_000))
      .when(capture({ amount: usd(3_201) }))
      .thenRejected('capture-exceeds-authorized', { capturable: usd(3_200) });
    given(paymentAggregate, ...held, ...partly(1_000, true))
      .when(capture())
      .thenRejected('payment-not-capturable', { status: 'Completed' });
  });

  it('may be tried again after it failed', () =>
    given(paymentAggregate, ...held, captureRequested(AMOUNT), {
      type: 'CaptureFailed',
      captureId: 'capture',
      code: 'no',
      at: T1,
    })
      .when(capture({ captureId: 'second' }))
      .thenEvents(captureRequested(AMOUNT, true, 'second')));

  it('is refused one unit above what is held, of nothing, below nothing, and in another currency', () => {
    given(paymentAggregate, ...held)
      .when(capture({ amount: usd(4_201) }))
      .thenRejected('capture-exceeds-authorized', { capturable: AMOUNT });
    for (const minor of [0, -1])
      given(paymentAggregate, ...held)
        .when(capture({ amount: usd(minor) }))
        .thenRejected('amount-invalid', { field: 'amount' });
    given(paymentAggregate, ...held)
      .when(capture({ amount: yen(1) }))
      .thenRejected('currency-mismatch', { expected: 'USD', actual: 'JPY' });
  });

  it('is refused while another, or a void, is in flight', () => {
    given(paymentAggregate, ...held, captureRequested(usd(1)))
      .when(capture({ captureId: 'second' }))
      .thenRejected('payment-in-flight', { operation: 'capture' });
    given(paymentAggregate, ...held, voidRequested)
      .when(capture())
      .thenRejected('payment-in-flight', { operation: 'void' });
  });

  it.each<[string, readonly PaymentEvent[]]>([
    ['Pending', begunManual],
    ['RequiresAction', [...begunManual, actionRequired]],
    ['Completed', completed],
    ['Failed', [...begunManual, ...failed]],
    ['Voided', [...held, voidRequested, voided(), processed(false)]],
    ['Expired', [...held, { type: 'AuthorizationExpired', amount: AMOUNT, at: T1 }, processed(false)]],
  ])('is refused of a payment that is %s', (status, events) =>
    given(paymentAggregate, ...events)
      .when(capture())
      .thenRejected('payment-not-capturable', { status }),
  );
});

describe('a void', () => {
  it('lets go of what is held, or of a customer who has not acted', () => {
    given(paymentAggregate, ...held)
      .when(letGo())
      .thenEvents(voidRequested);
    given(paymentAggregate, ...begun, actionRequired)
      .when(letGo())
      .thenEvents(voidRequested);
  });

  it('lets go of the rest of what was captured in part, if that is asked for', () => {
    given(paymentAggregate, ...held, ...partly(1_000))
      .when(letGo(true))
      .thenEvents(voidRequested);
    given(paymentAggregate, ...held, ...partly(1_000))
      .when(letGo())
      .thenRejected('payment-not-voidable', { status: 'PartiallyCaptured' });
  });

  it('is refused while it is being captured, or let go already', () => {
    given(paymentAggregate, ...held, captureRequested(usd(1)))
      .when(letGo(true))
      .thenRejected('payment-in-flight', { operation: 'capture' });
    given(paymentAggregate, ...held, voidRequested)
      .when(letGo())
      .thenRejected('payment-in-flight', { operation: 'void' });
  });

  it.each<[string, readonly PaymentEvent[]]>([
    ['Pending', begun],
    ['Completed', completed],
    ['Failed', [...begun, ...failed]],
    ['Voided', [...held, voidRequested, voided(), processed(false)]],
  ])('is refused of a payment that is %s', (status, events) =>
    given(paymentAggregate, ...events)
      .when(letGo(true))
      .thenRejected('payment-not-voidable', { status }),
  );
});

describe('a refund', () => {
  it('takes all that can be given back when no amount is named, or a part', () => {
    given(paymentAggregate, ...completed)
      .when(refund())
      .thenEvents(refundRequested(AMOUNT));
    given(paymentAggregate, ...completed)
      .when(refund({ amount: usd(1) }))
      .thenEvents(refundRequested(usd(1)));
    given(paymentAggregate, ...held, ...partly(1_000))
      .when(refund())
      .thenEvents(refundRequested(usd(1_000)));
  });

  it('keeps the lines it is for', () => {
    const lines = [{ lineId: '1', quantity: 1, amount: usd(100) }];
    const decided = refund({ amount: usd(100), lines })(paymentAfter(...completed));
    expect(decided).toMatchObject({ ok: true, value: [{ lines }] });
  });

  it('may overlap with others, up to what was captured', () => {
    const two = [
      refundRequested(usd(3_000)),
      refundRequested(usd(1_000), 'second'),
      refunded(usd(1_000), 'second'),
    ];
    given(paymentAggregate, ...completed, ...two)
      .when(refund({ refundId: 'third' }))
      .thenEvents(refundRequested(usd(200), 'third'));
    given(paymentAggregate, ...completed, ...two)
      .when(refund({ refundId: 'third', amount: usd(201) }))
      .thenRejected('refund-exceeds-refundable', { refundable: usd(200) });
  });

  it('may take again what another that failed let go', () =>
    given(paymentAggregate, ...completed, refundRequested(AMOUNT), refundFailed(AMOUNT, 'no'))
      .when(refund({ refundId: 'second' }))
      .thenEvents(refundRequested(AMOUNT, 'second')));

  it('does not touch what the bank took, and may take what it gave back', () => {
    const disputed = [...completed, disputeOpened(usd(4_000))];
    given(paymentAggregate, ...disputed, {
      type: 'DisputeLost',
      disputeId: 'dispute',
      amount: usd(4_000),
      at: T1,
    })
      .when(refund())
      .thenEvents(refundRequested(usd(200)));
    given(paymentAggregate, ...disputed, {
      type: 'DisputeWon',
      disputeId: 'dispute',
      amount: usd(4_000),
      at: T1,
    })
      .when(refund())
      .thenEvents(refundRequested(AMOUNT));
  });

  it('is refused while a dispute is open, however little it is about', () => {
    const review: PaymentEvent = {
      type: 'DisputeUpdated',
      disputeId: 'dispute',
      status: 'under_review',
      at: T1,
    };
    for (const events of [[disputeOpened(usd(1))], [disputeOpened(usd(1)), review]])
      given(paymentAggregate, ...completed, ...events)
        .when(refund({ amount: usd(1) }))
        .thenRejected('payment-not-refundable', { why: 'disputed' });
  });

  it('is refused when nothing was captured, or all went back', () => {
    given(paymentAggregate, ...held)
      .when(refund())
      .thenRejected('payment-not-refundable', { why: 'nothing-captured' });
    given(paymentAggregate, ...completed, refundRequested(AMOUNT))
      .when(refund({ refundId: 'second' }))
      .thenRejected('payment-not-refundable', { why: 'all-refunded' });
  });

  it('is refused of nothing, below nothing, and in another currency', () => {
    for (const minor of [0, -1])
      given(paymentAggregate, ...completed)
        .when(refund({ amount: usd(minor) }))
        .thenRejected('amount-invalid', { field: 'amount' });
    given(paymentAggregate, ...completed)
      .when(refund({ amount: yen(1) }))
      .thenRejected('currency-mismatch', { expected: 'USD', actual: 'JPY' });
  });

  it('and a bank that takes back what was given back before leave less than nothing to give', () => {
    const events = [refundRequested(AMOUNT), refunded(AMOUNT), disputeOpened(AMOUNT)];
    expect(refundableAmount(paymentAfter(...completed, ...events))).toEqual(usd(-4_200));
  });
});

it('nothing can be done with a payment that is not there', () => {
  for (const decide of [capture(), letGo(), refund()])
    given(paymentAggregate).when(decide).thenRejected('payment-not-found');
});
