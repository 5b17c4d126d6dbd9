import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { PaymentView } from '../application/payments/payment-view.ts';
import type { CommandContext } from '../application/ports.ts';
import { parsePaymentId, type PaymentId } from '../domain/shared/ids.ts';
import type { Api, ApiDependencies } from './api.ts';
import { success } from './answers.ts';
import { commandOf } from './command-context.ts';
import { CHANGES_PAYMENT, READS } from './operation-problems.ts';
import { DryRunQuery, sendRehearsed } from './dry-run.ts';
import {
  CaptureBody,
  PaymentParams,
  RefundBody,
  RefundParams,
  SyncBody,
  VoidBody,
} from './payment-schemas.ts';
import { sendProblem } from './problem.ts';
import {
  refundApprovalRoutes,
  type Done,
  type OnPayment,
  type PaymentRequest,
} from './refund-approval-routes.ts';
import { REFUND_PROBLEMS, refundAsked, refundPreviewRoutes } from './refund-preview-routes.ts';
import { describe } from './rejection.ts';
import { CommandHeaders, IdempotencyHeaders, NoQuery, toMoney, versionOf } from './schemas.ts';

type Kind = PaymentView['inFlight'][number];

const RETRY_SECONDS = 5;
const NOT_SAID = 'not said';

export function paymentCommandRoutes(api: Api, dependencies: ApiDependencies): void {
  const { changePayment, rehearsePayment, syncPayment, noteSync, readModels, ids, guard, wait } =
    dependencies;
  const refundIdOf = (context: CommandContext) => ids.derivedCommandId(context.commandId, 'refund');
  const refundOf = ({ refunds }: PaymentView, context: CommandContext) =>
    refunds.find(({ refundId }) => refundId === refundIdOf(context))!;

  const work: OnPayment = async (request, reply, act, { isOpen = () => false, send }) => {
    const requested = commandOf(request, ids);
    const { context } = requested;
    const paymentId = parsePaymentId(request.params.paymentId);
    if (!paymentId) return sendNotFound(request, reply);
    return guard(request, reply, requested, async () => {
      const done = await act(context, paymentId);
      if (!done.ok) return sendProblem(request, reply, done.error.code, describe(done.error));
      if (done.value.replayed) void reply.header('idempotency-replayed', 'true');
      const seen = await wait(request, reply, done.value.answer as PaymentView, {
        isOpen: (payment) => isOpen(payment, context),
        look: () => readModels.payment(context.tenantId, paymentId),
      });
      return send(seen, context);
    });
  };

  const tryOut = async (
    request: PaymentRequest,
    reply: FastifyReply,
    decide: (context: CommandContext, paymentId: PaymentId) => Promise<Done>,
  ): Promise<FastifyReply> => {
    const paymentId = parsePaymentId(request.params.paymentId);
    if (!paymentId) return sendNotFound(request, reply);
    const done = await decide(commandOf(request, ids).context, paymentId);
    return done.ok
      ? sendRehearsed(reply, done.value)
      : sendProblem(request, reply, done.error.code, describe(done.error));
  };

  const answers = {
    200: success(Type.Ref('Payment#'), 'The payment after it', 'ETag'),
    202: success(
      Type.Ref('Payment#'),
      'The provider has not answered yet: look again',
      'ETag',
      'Retry-After',
    ),
  };

  api.post(
    '/api/payments/:paymentId/capture',
    {
      config: {
        scope: 'payments:write',
        bodyIsOptional: true,
        waits: true,
        problems: [
          ...CHANGES_PAYMENT,
          'payment-in-flight',
          'payment-not-capturable',
          'capture-exceeds-authorized',
          'amount-invalid',
          'currency-mismatch',
        ],
      },
      schema: {
        ...describedAs('capturePayment', 'Take what is authorized, or part of it'),
        querystring: DryRunQuery,
        params: PaymentParams,
        body: CaptureBody,
        response: answers,
      },
    },
    (request, reply) => {
      const { amount, final, reason } = request.body;
      const asked = {
        ...(amount && { amount: toMoney(amount) }),
        ...(final !== undefined && { final }),
        ...(reason !== undefined && { reason }),
        ifVersion: versionOf(request.headers),
      };
      if (request.query.dryRun)
        return tryOut(request, reply, (context, id) => rehearsePayment.capture(context, id, asked));
      return work(
        request,
        reply,
        (context, paymentId) => changePayment.capture(context, paymentId, asked),
        withPayment(reply, 'capture'),
      );
    },
  );

  api.post(
    '/api/payments/:paymentId/void',
    {
      config: {
        scope: 'payments:write',
        bodyIsOptional: true,
        waits: true,
        problems: [...CHANGES_PAYMENT, 'payment-in-flight', 'payment-not-voidable'],
      },
      schema: {
        ...describedAs('voidPayment', 'Let go of what is authorized, while nothing was captured'),
        querystring: DryRunQuery,
        params: PaymentParams,
        body: VoidBody,
        response: answers,
      },
    },
    (request, reply) => {
      const asked = { reason: request.body.reason ?? NOT_SAID, ifVersion: versionOf(request.headers) };
      if (request.query.dryRun)
        return tryOut(request, reply, (context, id) => rehearsePayment.void(context, id, asked));
      return work(
        request,
        reply,
        (context, paymentId) => changePayment.void(context, paymentId, asked),
        withPayment(reply, 'void'),
      );
    },
  );

  api.post(
    '/api/payments/:paymentId/sync',
    {
      config: { scope: 'payments:write', bodyIsOptional: true, problems: [...CHANGES_PAYMENT] },
      schema: {
        operationId: 'syncPayment',
        headers: IdempotencyHeaders,
        tags: ['payments'],
        summary: 'Ask the provider now what became of the payment',
        querystring: NoQuery,
        params: PaymentParams,
        body: SyncBody,
        response: { 200: success(Type.Ref('Payment#'), 'The payment as it is now', 'ETag') },
      },
    },
    (request, reply) =>
      work(
        request,
        reply,
        async (context, paymentId) => {
          const done = await syncPayment(context, paymentId, `operator:${context.actor}`);
          const { reason } = request.body;
          if (done.ok && !done.value.replayed && reason !== undefined)
            await noteSync({ actor: context.actor, tenantId: context.tenantId, paymentId, reason });
          return done;
        },
        withPayment(reply),
      ),
  );

  api.post(
    '/api/payments/:paymentId/refunds',
    {
      config: {
        scope: 'refunds:write',
        bodyIsOptional: true,
        waits: true,
        problems: REFUND_PROBLEMS,
      },
      schema: {
        ...describedAs('refundPayment', 'Give back what was captured, or part of it'),
        params: PaymentParams,
        body: RefundBody,
        response: {
          201: success(Type.Ref('Refund#'), 'The refund, its outcome final', 'Location'),
          202: success(
            Type.Ref('Refund#'),
            'A second person has to approve of it, or the provider has not answered yet: look again at Location',
            ...(['Location', 'Retry-After'] as const),
          ),
        },
      },
    },
    (request, reply) => {
      const asked = refundAsked(request.body);
      const ifVersion = versionOf(request.headers);
      return work(
        request,
        reply,
        (context, paymentId) =>
          changePayment.refund(context, paymentId, { ...asked, refundId: refundIdOf(context), ifVersion }),
        {
          isOpen: (payment, context) => refundOf(payment, context).status === 'Pending',
          send: (payment, context) => {
            const refund = refundOf(payment, context);
            const isPending = refund.status === 'Pending';
            if (isPending) void reply.header('retry-after', RETRY_SECONDS);
            return reply
              .code(isPending || refund.status === 'AwaitingApproval' ? 202 : 201)
              .header('location', `/api/payments/${payment.paymentId}/refunds/${refund.refundId}`)
              .send(refund);
          },
        },
      );
    },
  );

  api.get(
    '/api/payments/:paymentId/refunds/:refundId',
    {
      config: { scope: 'orders:read', problems: [...READS, 'payment-not-found', 'refund-not-found'] },
      schema: {
        operationId: 'getRefund',
        tags: ['payments'],
        summary: 'One refund of a payment',
        params: RefundParams,
        querystring: NoQuery,
        response: { 200: Type.Ref('Refund#') },
      },
    },
    async (request, reply) => {
      const paymentId = parsePaymentId(request.params.paymentId);
      const found = paymentId && (await readModels.payment(request.principal.tenantId, paymentId));
      if (!found?.ok) return sendNotFound(request, reply);
      const asked = request.params.refundId.toLowerCase();
      const refund = found.value.refunds.find(({ refundId }) => refundId === asked);
      return refund ? reply.send(refund) : sendProblem(request, reply, 'refund-not-found');
    },
  );

  refundPreviewRoutes(api, dependencies);
  refundApprovalRoutes(api, dependencies, work);
}

const sendNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, 'payment-not-found', describe({ code: 'payment-not-found' }));

/** The payment as it is now; 202 while the provider has not said what became of the request. */
const withPayment = (reply: FastifyReply, kind?: Kind) => {
  const isOpen = ({ inFlight }: PaymentView): boolean => kind !== undefined && inFlight.includes(kind);
  return {
    isOpen,
    send: (payment: PaymentView) => {
      if (isOpen(payment)) void reply.code(202).header('retry-after', RETRY_SECONDS);
      return reply.header('etag', `"${payment.version}"`).send(payment);
    },
  };
};

const describedAs = (operationId: string, summary: string) => ({
  operationId,
  tags: ['payments'],
  summary,
  querystring: NoQuery,
  headers: CommandHeaders,
});
