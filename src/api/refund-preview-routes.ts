import { Type, type Static } from 'typebox';
import type { RehearsedPayment } from '../application/checkout/change-payment.ts';
import type { RefundRequest } from '../application/checkout/payment-requests.ts';
import { parsePaymentId } from '../domain/shared/ids.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { CHANGES_PAYMENT } from './operation-problems.ts';
import { PaymentParams, RefundBody, RefundSchema } from './payment-schemas.ts';
import { sendProblem } from './problem.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, MoneySchema, NoQuery, toMoney, versionOf } from './schemas.ts';

const NOT_SAID = 'not said';

export const REFUND_PROBLEMS = [
  ...CHANGES_PAYMENT,
  'payment-not-refundable',
  'refund-exceeds-refundable',
  'amount-invalid',
  'currency-mismatch',
  'line-unknown',
  'quantity-exceeds-available',
] as const;

export const refundAsked = ({
  amount,
  items: lines,
  reason = NOT_SAID,
}: Static<typeof RefundBody>): Omit<RefundRequest, 'refundId'> => ({
  ...(amount && { amount: toMoney(amount) }),
  ...(lines && { lines }),
  reason,
});

const RefundPreview = Type.Object({
  amount: MoneySchema,
  refundableAfter: Type.Object(MoneySchema.properties, {
    description: 'What could still be given back of the payment after it',
  }),
  needsApproval: Type.Boolean({ description: 'It would wait for a second person' }),
  lines: Type.Optional(
    Type.Array(RefundSchema.properties.items.items, {
      description: 'Of a refund of lines: what each is worth',
    }),
  ),
});

/** Decided by what decides on refunds, on the payment and the order as they are now. */
export function refundPreviewRoutes(api: Api, { rehearsePayment, ids }: ApiDependencies): void {
  api.post(
    '/api/payments/:paymentId/refunds/preview',
    {
      config: { scope: 'refunds:write', bodyIsOptional: true, problems: REFUND_PROBLEMS },
      schema: {
        operationId: 'previewRefund',
        tags: ['payments'],
        summary: 'What a refund would come to, or why it would be refused; nothing is done',
        description:
          'The ETag is of the version that it was decided on: with it as If-Match, and of lines with the amount beside them, the refund does the same or is refused.',
        querystring: NoQuery,
        headers: Type.Object({ 'if-match': CommandHeaders.properties['if-match'] }),
        params: PaymentParams,
        body: RefundBody,
        response: { 200: success(RefundPreview, 'What it would come to', 'ETag') },
      },
    },
    async (request, reply) => {
      const paymentId = parsePaymentId(request.params.paymentId);
      if (!paymentId)
        return sendProblem(request, reply, 'payment-not-found', describe({ code: 'payment-not-found' }));
      const { context } = commandOf(request, ids);
      const refundId = ids.commandId();
      const ifVersion = versionOf(request.headers);
      const done = await rehearsePayment.refund(context, paymentId, {
        ...refundAsked(request.body),
        ...{ refundId, ifVersion },
      });
      if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));
      const { answer, onVersion } = done.value;
      const { version, refunds, refundable: refundableAfter } = answer as RehearsedPayment;
      const { amount, items, status } = refunds.find((refund) => refund.refundId === refundId)!;
      const needsApproval = status === 'AwaitingApproval';
      return reply.header('etag', `"${onVersion ?? version}"`).send({
        ...{ amount, refundableAfter, needsApproval },
        ...(items.length > 0 && { lines: [...items] }),
      });
    },
  );
}
