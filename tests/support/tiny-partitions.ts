import type { EventLog } from '../../src/application/ports.ts';
import type { Currency } from '../../src/domain/shared/currencies.ts';
import type { PaymentId } from '../../src/domain/shared/ids.ts';
import { money } from '../../src/domain/shared/money.ts';
import type { Pool } from '../../src/infrastructure/postgres/pool.ts';
import { ids } from '../../src/infrastructure/system.ts';
import { contextOf, orderIdOn } from './log.ts';
import { paymentStream } from './payments.ts';

/** An event table in parts of so many positions, of which there is one. Only for a log without events. */
export async function makePartitionsTiny(pool: Pool, positions: number): Promise<void> {
  await pool.query(`
    drop table event_p0, event_p1;
    create table event_p0 partition of event for values from (0) to (${positions});
    create unique index event_p0_stream on event_p0 (shard, stream_id, version);
    select guard_event_partition('event_p0');
    delete from event_partition;
    insert into event_partition (ordinal, from_position, to_position) values (0, 0, ${positions});
    update log_setting set value = ${positions} where name = 'event_partition_positions'`);
}

/** Events of one declined payment. */
export const EVENTS_PER_FAILED_PAYMENT = 4;

/** A payment on this shard that has failed, which ends it for good; its id. */
export async function appendFailedPayment(log: EventLog, shard: number): Promise<PaymentId> {
  const orderId = orderIdOn(shard);
  const paymentId = ids.paymentId(orderId);
  const stream = paymentStream({
    orderId,
    paymentId,
    amount: money(500n, 'EUR' as Currency),
    paymentToken: 'tok_declined',
    outcome: { kind: 'declined', code: 'declined' },
    at: '2026-01-01T00:00:00.000Z',
  });
  const outcome = await log.append({ context: contextOf(), streams: [stream], answer: null });
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return paymentId;
}
