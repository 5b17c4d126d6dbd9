import { setTimeout as sleep } from 'node:timers/promises';
import { aggregateLoader, loadAggregate, noCache } from '../src/application/load-aggregates.ts';
import type { EventLog } from '../src/application/ports.ts';
import type { PaymentEvent } from '../src/domain/payments/payment-events.ts';
import { initiatePayment } from '../src/domain/payments/payment-commands.ts';
import { paymentAggregate } from '../src/domain/payments/payment-evolution.ts';
import { parseCurrency } from '../src/domain/shared/currencies.ts';
import type { PaymentId } from '../src/domain/shared/ids.ts';
import { invariant } from '../src/domain/shared/invariant.ts';
import { money } from '../src/domain/shared/money.ts';
import type { Pool } from '../src/infrastructure/postgres/pool.ts';
import { ids } from '../src/infrastructure/system.ts';
import { openServiceLog, type Lab } from './lab.ts';
import { compare, type Row } from './report.ts';
import { timeInTurn, until } from './rounds.ts';
import { contextOf, TENANT } from './shop.ts';

const LONG = 10_000;
const SHORT = 10;
/** A snapshot comes after each 50 events, so on average half of them lie beyond the newest. */
const BEYOND_SNAPSHOT = 25;
const EVENTS_PER_UNIT = 500;
const AT = '2026-01-01T00:00:00.000Z';

/** A payment whose provider did not answer ten thousand times, and one where it did not nine times. */
export async function benchStreamLoad(lab: Lab, { seconds }: { seconds: number }): Promise<Row[]> {
  const database = await lab.emptyDatabase();
  const { log, pool, stop } = openServiceLog(database);
  const [long, short] = [newPayment(), newPayment()];
  await grow(log, short, 0, SHORT);
  await grow(log, long, 0, LONG - BEYOND_SNAPSHOT);
  (await aggregateLoader(log, noCache).load(TENANT, [long])).of(paymentAggregate, long);
  await until(
    'the snapshot',
    10_000,
    async () => (await snapshotVersion(pool, long)) === LONG - BEYOND_SNAPSHOT,
  );
  await grow(log, long, LONG - BEYOND_SNAPSHOT, LONG);

  const load = (id: PaymentId, events: number) => async () => {
    const { version, state } = await loadAggregate(log, TENANT, paymentAggregate, id);
    invariant(version === events && state.status === 'Pending', `the payment of ${events} events is whole`);
  };
  await sleep(100);
  await lab.checkpoint();
  const { p50 } = await timeInTurn(seconds, { long: load(long, LONG), short: load(short, SHORT) });
  invariant(
    (await snapshotVersion(pool, long)) === LONG - BEYOND_SNAPSHOT,
    'the snapshot lay as far back as it was put',
  );
  await stop();
  await database.drop();
  return [
    compare({
      scenario: 'stream-load',
      what: `stream of ${LONG.toLocaleString('en-US')} events, p50`,
      unit: 'ms',
      ours: [p50.long],
      baseline: { name: `a stream of ${SHORT} events, without a snapshot`, values: [p50.short] },
      reach: { atMost: 2 },
      note: `without the cache; its snapshot is ${BEYOND_SNAPSHOT} events old`,
    }),
  ];
}

const newPayment = (): PaymentId => ids.paymentId(ids.orderId());

async function grow(log: EventLog, id: PaymentId, from: number, to: number): Promise<void> {
  for (let version = from; version < to; version += EVENTS_PER_UNIT) {
    const events = Array.from({ length: Math.min(EVENTS_PER_UNIT, to - version) }, (_, index) =>
      eventAt(id, version + index),
    );
    const outcome = await log.append({
      context: contextOf(),
      streams: [{ streamId: id, category: paymentAggregate.category, expectedVersion: version, events }],
      answer: null,
    });
    if (outcome.kind !== 'appended') throw new Error(`an append ended as ${outcome.kind}`);
  }
}

function eventAt(paymentId: PaymentId, index: number): PaymentEvent {
  const begun = initiatePayment({
    paymentId,
    orderId: ids.orderId(),
    amount: money(8_997n, parseCurrency('USD')!),
    paymentMethod: 'card',
    paymentToken: 'tok_success',
    captureMethod: 'automatic',
    provider: 'simulated',
    at: AT,
  });
  return (
    begun[index] ?? {
      type: 'OperationOutcomeUnknown',
      operationId: `${paymentId}:1`,
      reason: 'timeout',
      at: AT,
    }
  );
}

async function snapshotVersion(pool: Pool, id: PaymentId): Promise<number | undefined> {
  const { rows } = await pool.query<{ version: number }>(
    'select version from snapshot where shard = 0 and stream_id = $1',
    [id],
  );
  return rows[0]?.version;
}
