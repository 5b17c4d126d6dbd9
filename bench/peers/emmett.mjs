// Appends with Emmett as bench/append.ts does with ours: each message from the parent is one run on an empty database.
import { randomUUID } from 'node:crypto';
import { STREAM_DOES_NOT_EXIST } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const WARM_UP_SHARE = 0.25;

process.on('message', (options) => {
  run(options).then(
    (answer) => process.send(answer),
    (fault) => process.send({ fault: String(fault?.stack ?? fault) }),
  );
});
process.on('disconnect', () => process.exit());

async function run({ url, writers, poolMax, seconds, payload }) {
  const pool = new pg.Pool({ connectionString: url, max: poolMax });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const { type, data, metadata } = payload;
  const append = async () => {
    const orderId = randomUUID();
    const commandId = randomUUID();
    const event = {
      type,
      data: { ...data, orderId },
      metadata: { ...metadata, commandId, correlationId: commandId, causationId: commandId },
    };
    await store.appendToStream(`order-${orderId}`, [event], { expectedStreamVersion: STREAM_DOES_NOT_EXIST });
  };
  const warmedUp = await writeFor(writers, seconds * WARM_UP_SHARE, append);
  const { done, elapsedMs } = await writeFor(writers, seconds, append);
  await store.close();
  if (!pool.ended) await pool.end();
  return { done: warmedUp.done + done, perSecond: (done / elapsedMs) * 1_000 };
}

async function writeFor(writers, seconds, append) {
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1_000;
  let done = 0;
  const loop = async () => {
    while (performance.now() < deadline) {
      await append();
      done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, loop));
  return { done, elapsedMs: performance.now() - startedAt };
}
