import { Type } from 'typebox';
import { ACTIVITY_STEPS, type ActivityRange } from '../application/read-models.ts';
import type { Api, ApiDependencies } from './api.ts';
import { instantMs } from './instant.ts';
import { sendProblem, type FieldError } from './problem.ts';
import { instant } from './schemas.ts';

const STEPS_MAX = 1_500;
const STEP_MS = { minute: 60_000, hour: 3_600_000 } as const satisfies Record<ActivityRange['step'], number>;
/** How many are shown to whoever does not say from when on. */
const STEPS_SHOWN = { minute: 60, hour: 24 } as const satisfies Record<ActivityRange['step'], number>;

const sum = (what: string) => Type.String({ description: `${what}: minor units, as a decimal string` });

const ActivitySchema = Type.Object({
  data: Type.Array(
    Type.Object({
      at: instant('When the step begins, UTC; by the clock of the log, as all that is counted in it'),
      currency: Type.String(),
      ordersCreated: Type.Integer(),
      orderedAmount: sum('What they cost when they were created'),
      paymentsSucceeded: Type.Integer({
        description: 'Each payment once, when it is authorized; with automatic capture it is taken then',
      }),
      paymentsFailed: Type.Integer({
        description:
          'Declined for good; neither voided nor expired. One that turns out to have been authorized after all ' +
          'succeeds then, too',
      }),
      capturedAmount: sum('Taken from customers, as the ledger books it'),
      refundsSucceeded: Type.Integer({
        description: 'As they succeed; one that a bank sends back later is not taken out again',
      }),
      refundedAmount: sum('Given back by them'),
      disputesOpened: Type.Integer(),
    }),
  ),
  step: Type.Enum([...ACTIVITY_STEPS], { description: 'As it was asked for' }),
});

export function activityRoutes(api: Api, { readModels, clock }: ApiDependencies): void {
  api.get(
    '/api/activity',
    {
      config: { scope: 'orders:read' },
      schema: {
        operationId: 'listActivity',
        tags: ['overview'],
        summary: 'What happened, by minute or hour and currency, oldest first',
        description:
          'Steps in which nothing happened are left out. The first is the one that `from` is in, the last the one ' +
          `that ends at \`to\` or has it in it; ${STEPS_MAX.toLocaleString('en')} at most. It may lag the log by what projectors are behind.`,
        querystring: Type.Object(
          {
            from: Type.Optional(
              instant('An hour before `to`, with the step `hour` a day, if it is left out'),
            ),
            to: Type.Optional(instant('Now, if it is left out')),
            step: Type.Enum([...ACTIVITY_STEPS], { default: 'minute', description: 'How long each is' }),
          },
          { additionalProperties: false },
        ),
        response: { 200: ActivitySchema },
      },
    },
    async (request, reply) => {
      const range = rangeOf(request.query, clock.now().getTime());
      const error = wrongWith(range);
      if (error)
        return sendProblem(request, reply, 'validation-failed', {
          detail: '1 thing is wrong.',
          errors: [error],
        });
      const data = await readModels.activity(request.principal.tenantId, range);
      return reply.send({ data, step: range.step });
    },
  );
}

type Asked = { readonly from?: string; readonly to?: string; readonly step: ActivityRange['step'] };

/** Whole steps around what was asked for. */
function rangeOf({ from, to, step: size }: Asked, nowMs: number): ActivityRange {
  const stepMs = STEP_MS[size];
  const end = to === undefined ? nowMs : instantMs(to);
  const begin = from === undefined ? end - STEPS_SHOWN[size] * stepMs : instantMs(from);
  return { fromMs: Math.floor(begin / stepMs) * stepMs, toMs: Math.ceil(end / stepMs) * stepMs, step: size };
}

function wrongWith({ fromMs, toMs, step: size }: ActivityRange): FieldError | undefined {
  const steps = (toMs - fromMs) / STEP_MS[size];
  if (steps > 0 && steps <= STEPS_MAX) return undefined;
  const remedy = size === 'minute' ? 'begin later, or ask with step=hour' : 'begin later, or end earlier';
  const message =
    steps > 0
      ? `is ${steps} steps before \`to\`, and ${STEPS_MAX} can be had: ${remedy}`
      : 'must be before `to`, which is now if it is left out';
  return { in: 'query', pointer: '/from', message };
}
