import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiKeys } from '../application/access.ts';
import type { TakePayment } from '../application/checkout/take-payment.ts';
import type { ChangePayment } from '../application/checkout/change-payment.ts';
import type { PaymentOperations } from '../application/payments/payment-operations.ts';
import type { ExecuteCommand } from '../application/execute-command.ts';
import type { Clock, Ids } from '../application/ports.ts';
import type { Check } from '../application/health.ts';
import type { ReadModels } from '../application/read-models.ts';
import type { InFlightGuard } from './command-context.ts';
import type { Cursors } from './cursor.ts';

export type ServerOptions = {
  readonly logger: FastifyBaseLogger;
  readonly execute: ExecuteCommand;
  readonly takePayment: TakePayment;
  readonly changePayment: ChangePayment;
  readonly syncPayment: PaymentOperations['sync'];
  readonly readModels: ReadModels;
  readonly apiKeys: ApiKeys;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly cursorSecret: Buffer;
  readonly readiness: () => Promise<readonly Check[]>;
  readonly version: string;
};

export type ApiDependencies = ServerOptions & { readonly guard: InFlightGuard; readonly cursors: Cursors };

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
