import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import type { ServerOptions } from './api.ts';
import { activityRoutes } from './activity-routes.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { openAdmission } from './admission.ts';
import { limitAttempts } from './attempts.ts';
import { letIn, requireScope } from './auth.ts';
import { challengeRoutes } from './challenge-routes.ts';
import { inFlightGuard } from './command-context.ts';
import { allowOrigins } from './cross-origin.ts';
import { consoleRoutes } from './console-routes.ts';
import { cursors } from './cursor.ts';
import { customerRoutes } from './customer-routes.ts';
import { closeAfterAnswers } from './drain.ts';
import { eventStreamRoutes } from './event-stream-routes.ts';
import { announceDeprecations } from './deprecation.ts';
import { describeApi } from './describe-api.ts';
import { answerBadUrl, handleFaults } from './faults.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { KeySchema, NewKeySchema } from './api-key-schemas.ts';
import { DisputeSchema, disputeRoutes } from './dispute-routes.ts';
import { logRoutes } from './log-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { answerParserFaults, HTTP_LIMITS, limitConnections, listenWith } from './http-limits.ts';
import { demandKeys } from './key-demand.ts';
import { ledgerAccountRoutes } from './ledger-account-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { ledgerRoutes } from './ledger-routes.ts';
import { reconciliationRoutes } from './reconciliation-routes.ts';
import { orderCommandRoutes } from './order-command-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { OrderSchema } from './order-schemas.ts';
import { overviewRoutes } from './overview-routes.ts';
import { parkedEventRoutes } from './parked-event-routes.ts';
import { paymentCommandRoutes } from './payment-command-routes.ts';
import { paymentRoutes } from './payment-routes.ts';
import { PaymentSchema, RefundSchema } from './payment-schemas.ts';
import { problemRoutes } from './problem-routes.ts';
import { providerWebhookRoutes } from './provider-webhook-routes.ts';
import { answerOtherMethods, collectPaths } from './other-methods.ts';
import { answerMinimally, waitingRoom } from './prefer.ts';
import { beforeValidation, handleRequests } from './request-hooks.ts';
import { limitRate } from './rate-limit.ts';
import { salesRoutes } from './sales-routes.ts';
import { scheduledWorkRoutes } from './scheduled-work-routes.ts';
import { ProblemSchema } from './schemas.ts';
import { closeSilentConnections } from './silent-connections.ts';
import { SERIALIZING } from './serializing.ts';
import { serviceRoutes } from './service-routes.ts';
import { sessionRoutes, signInRoute } from './session-routes.ts';
import { projectionRoutes, subscriptionRoutes } from './subscription-routes.ts';
import { validateStrictly } from './validation.ts';
import { webhookDeliveryRoutes } from './webhook-delivery-routes.ts';
import { webhookEndpointRoutes } from './webhook-endpoint-routes.ts';
import { DeliverySchema, EndpointSchema, EndpointWithSecretSchema } from './webhook-schemas.ts';

const SHARED_SCHEMAS = [
  ...[OrderSchema, RefundSchema, PaymentSchema, DisputeSchema, ProblemSchema],
  ...[EndpointSchema, EndpointWithSecretSchema, DeliverySchema, KeySchema, NewKeySchema],
];
const BODY_MAX_BYTES = 256 * 1024;

export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { httpLimits = HTTP_LIMITS, attempts, takeFromQuota, trustProxy = [] } = options;
  const parserFaults = answerParserFaults(options.ids.commandId);
  const admission =
    options.admission && openAdmission(options.admission, options.ids.commandId, options.onAnswered);
  const server = Fastify({
    loggerInstance: options.logger,
    bodyLimit: BODY_MAX_BYTES,
    serverFactory: listenWith(httpLimits, admission?.refuses ?? (() => false)),
    clientErrorHandler: parserFaults.clientErrorHandler,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    schemaController: SERIALIZING,
    return503OnClosing: false, // what still comes is served, on a connection that ends with it
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    frameworkErrors: answerBadUrl,
    logController: new LogController({ disableRequestLogging: true }), // one line a request is ours, below
    genReqId: () => options.ids.commandId(),
  });
  parserFaults.watch(server);
  limitConnections(server, httpLimits, options.ids.commandId);
  closeSilentConnections(server);
  handleRequests(server, options);
  closeAfterAnswers(server, options.isStopping);
  admission?.watch(server);
  handleFaults(server);
  validateStrictly(server);
  for (const schema of SHARED_SCHEMAS) server.addSchema(schema);
  await allowOrigins(server, options.corsOrigins);
  announceDeprecations(server);
  await describeApi(server, options.version);

  const dependencies = {
    ...options,
    guard: inFlightGuard(),
    cursors: cursors(options.cursorSecret),
    wait: waitingRoom(server, options.clock),
  };
  const paths = collectPaths(server);
  await server.register((scope) => {
    const api = scope.withTypeProvider<TypeBoxTypeProvider>();
    serviceRoutes(api, dependencies);
    problemRoutes(api);
    documentRoutes(api, { describeApi: () => server.swagger(), describeMessages: options.describeMessages });
  });
  await server.register((scope) => {
    if (attempts) limitAttempts(scope, attempts);
    scope.addHook('onRequest', letIn(options));
    if (takeFromQuota) scope.addHook('onRequest', limitRate(takeFromQuota));
    scope.addHook('onRequest', requireScope(options));
    scope.addHook('preValidation', beforeValidation);
    scope.addHook('preValidation', demandKeys(options.isKeyDemanded));
    answerMinimally(scope);
    const api = scope.withTypeProvider<TypeBoxTypeProvider>();
    orderRoutes(api, dependencies);
    orderCommandRoutes(api, dependencies);
    paymentRoutes(api, dependencies);
    paymentCommandRoutes(api, dependencies);
    disputeRoutes(api, dependencies);
    customerRoutes(api, dependencies);
    ledgerRoutes(api, dependencies);
    ledgerAccountRoutes(api, dependencies);
    reconciliationRoutes(api, dependencies);
    salesRoutes(api, dependencies);
    activityRoutes(api, dependencies);
    overviewRoutes(api, dependencies);
    eventStreamRoutes(api, dependencies);
    webhookEndpointRoutes(api, dependencies);
    webhookDeliveryRoutes(api, dependencies);
    deadLetterRoutes(api, dependencies);
    scheduledWorkRoutes(api, dependencies);
    subscriptionRoutes(api, dependencies);
    projectionRoutes(api, dependencies);
    parkedEventRoutes(api, dependencies);
    healthRoutes(api, dependencies);
    apiKeyRoutes(api, dependencies);
    auditRoutes(api, dependencies);
    sessionRoutes(api, dependencies);
    logRoutes(api, dependencies);
    metricsRoutes(api, dependencies);
  });
  await server.register((scope) => {
    if (attempts) limitAttempts(scope, attempts);
    scope.addHook('preValidation', beforeValidation);
    signInRoute(scope.withTypeProvider<TypeBoxTypeProvider>(), dependencies);
  });
  await server.register((scope) => consoleRoutes(scope, options.consoleFolder));
  await server.register((scope) => {
    providerWebhookRoutes(scope, dependencies);
  });
  const { challenges } = options;
  if (challenges)
    await server.register((scope) => {
      challengeRoutes(scope, challenges);
    });
  answerOtherMethods(server, paths);
  await server.ready();
  return server;
}
