import type { Logger } from 'pino';
import type { RecordedEvent } from '../../application/ports.ts';
import type { Following, Worker } from '../event-log/worker.ts';
import type { Tx } from '../postgres/pool.ts';
import { KILL_SWITCH } from './kill-switch.ts';

const NAME = 'demo-mailer';

/** Whose first message the mailer refuses. */
export const UNREACHABLE_CUSTOMER = 'ines.duarte';

class MailboxFull extends Error {
  override readonly name = 'MailboxFull';
}

/**
 * Comes with the demo data alone, so that there is a dead letter to look at: it stands for a consumer that mails
 * customers about their orders, sends nothing, and cannot reach one of them until somebody asks for another try.
 */
export function hostDemoMailer(worker: Worker, logger: Logger): Following {
  return worker.follow({
    name: NAME,
    version: 1,
    batchMax: 500,
    effect: { kind: 'sql', apply: mail },
    onPoison: 'park',
    // None by itself: the letter is to be there at the first look, not after an hour.
    retries: { afterMs: [], killSwitch: KILL_SWITCH },
    concerns: ({ event }) => event.type === 'OrderCreated',
    // Each of its tries would be an error with a stack, for whoever has just started the service.
    logger: logger.child({}, { level: 'silent' }),
    onUnhandled: () =>
      logger.info({ consumer: NAME }, 'the demo data has a message that fails: see the dead letters'),
  });
}

async function mail(tx: Tx, events: readonly RecordedEvent[]): Promise<void> {
  const ids = events
    .filter(({ event }) => event.type === 'OrderCreated' && event.customerId === UNREACHABLE_CUSTOMER)
    .map(({ eventId }) => eventId);
  if (ids.length === 0) return;
  // With a letter it is not tried by itself any more: somebody has asked for it.
  const { rows } = await tx.query<{ known: number }>({
    name: 'demo-mailer-asked',
    text: 'select count(*)::int as known from dead_letter where consumer = $1 and message_id = any($2)',
    values: [NAME, ids],
  });
  if (rows[0]!.known < ids.length) throw new MailboxFull('the mailbox of the customer is full');
}
