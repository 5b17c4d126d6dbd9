import { orderWants } from '../../src/application/checkout/still-wanted.ts';
import { checkoutFollower } from '../../src/application/checkout/follow.ts';
import { orderReconciler } from '../../src/application/checkout/reconcile-order.ts';
import { paymentTaker } from '../../src/application/checkout/take-payment.ts';
import { waker } from '../../src/application/checkout/wake.ts';
import { commandExecutor } from '../../src/application/execute-command.ts';
import { paymentChanger } from '../../src/application/checkout/change-payment.ts';
import { paymentOperations } from '../../src/application/payments/payment-operations.ts';
import type { Clock, EventLog } from '../../src/application/ports.ts';
import { alwaysInStock } from '../../src/infrastructure/gateways/always-in-stock.ts';
import { routeByRules } from '../../src/infrastructure/gateways/routing.ts';
import { simulatedProvider } from '../../src/infrastructure/gateways/simulated-provider.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids, systemClock } from '../../src/infrastructure/system.ts';

/** Everything that moves money, on a log and the simulated provider's books, as the service puts it together. */
export function checkoutOn(log: EventLog, pool: Pool, clock: Clock = systemClock) {
  const execute = commandExecutor(log, clock, Math.random);
  const ports = { log, execute, ids, clock };
  const routing = routeByRules([
    simulatedProvider(pool, {
      name: 'simulated',
      webhookSecret: Buffer.from('secret'),
      publicUrl: () => 'http://test',
    }),
  ]);
  const operations = paymentOperations({
    ...ports,
    isStillWanted: orderWants(log),
    routing,
    onProviderFault: () => {},
  });
  const changePayment = paymentChanger({ ...ports, operations });
  const reconcileOrder = orderReconciler({ ...ports, changePayment, stock: alwaysInStock });
  return {
    changePayment,
    reconcileOrder,
    takePayment: paymentTaker({ ...ports, operations, reconcileOrder, routing }),
    wake: waker({ ...ports, operations, changePayment, reconcileOrder }),
    follower: checkoutFollower(log, reconcileOrder, ids),
  };
}
