import { pino } from 'pino';
import type { ServerOptions } from '../api/api.ts';
import { buildServer } from '../api/server.ts';
import { keepGenerated, readVersion } from './generated-file.ts';

// Writes openapi.json from the routes' own schemas; with --check only compares.

/** Describing the API calls nothing behind it. */
const unused = (): never => {
  throw new Error('not called while generating');
};

async function describe(): Promise<unknown> {
  const readModels = {
    order: unused,
    orders: unused,
    orderHistory: unused,
    payment: unused,
    payments: unused,
    paymentsOfOrder: unused,
    dailySales: unused,
    activity: unused,
    overview: unused,
    disputes: unused,
    awaitingRefunds: unused,
    trialBalance: unused,
    ledgerEntries: unused,
    statement: unused,
    breaks: unused,
  };
  const options: ServerOptions = {
    logger: pino({ level: 'silent' }),
    execute: unused,
    rehearse: unused,
    createOrder: unused,
    takePayment: unused,
    changePayment: {
      capture: unused,
      void: unused,
      refund: unused,
      approve: unused,
      reject: unused,
      lapse: unused,
    },
    rehearsePayment: { capture: unused, void: unused, refund: unused },
    syncPayment: unused,
    noteSync: unused,
    lookIntoBreak: unused,
    answerDispute: { accept: unused, submitEvidence: unused },
    receiveWebhook: unused,
    readModels,
    requestErasure: unused,
    eventFeed: { head: unused, follow: unused },
    logBrowser: { page: unused, find: unused, shards: unused },
    webhookEndpoints: {
      ...{ create: unused, list: unused, find: unused, change: unused },
      ...{ remove: unused, rotateSecret: unused, ping: unused },
    },
    webhookDeliveries: { list: unused, find: unused, redeliver: unused },
    deadLetters: {
      groups: unused,
      list: unused,
      show: unused,
      preview: unused,
      replay: unused,
      discard: unused,
    },
    subscriptions: { list: unused, pause: unused, resume: unused },
    rebuilds: { show: unused, begin: unused, cancel: unused },
    parkedEvents: { list: unused, preview: unused, retry: unused, discard: unused },
    listScheduled: unused,
    describeHealth: unused,
    authenticate: unused,
    sessions: { open: unused, find: unused, end: unused },
    noteDenial: unused,
    readAudit: unused,
    isKeyDemanded: unused,
    apiKeys: {
      list: unused,
      find: unused,
      create: unused,
      rotate: unused,
      revoke: unused,
      actorsOf: unused,
    },
    metrics: unused,
    onAnswered: unused,
    ids: {
      commandId: unused,
      derivedCommandId: unused,
      orderId: unused,
      paymentId: unused,
      payoutStreamId: unused,
      webhookOutageId: unused,
    },
    clock: { now: unused, sleep: unused },
    cursorSecret: Buffer.alloc(0),
    isStopping: () => false,
    readiness: unused,
    describeMessages: unused,
    version: await readVersion(),
    corsOrigins: [],
  };
  const server = await buildServer(options);
  const document = server.swagger();
  await server.close();
  return document;
}

await keepGenerated(new URL('../../openapi.json', import.meta.url), await describe());
