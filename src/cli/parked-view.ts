import type { ParkedEvent } from '../infrastructure/event-log/parked-control.ts';
import { subscriptionStandings } from '../infrastructure/event-log/subscription-control.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { wrongUsage } from './output.ts';

/** For scripts: the subscription by its full name, the event as it is named everywhere. */
export const parkedView = ({ name: subscription, ...event }: ParkedEvent) => ({
  id: placeOf(event),
  subscription,
  ...event,
});

export const placeOf = ({ shard, position }: Pick<ParkedEvent, 'shard' | 'position'>): string =>
  `${shard}-${position}`;

export const subscriptionOf = ({ name, version }: Pick<ParkedEvent, 'name' | 'version'>): string =>
  `${name} v${version}`;

export async function requireSubscription(pool: Pool, name: string): Promise<void> {
  const names = [...new Set((await subscriptionStandings(pool)).map((unit) => unit.name))];
  if (names.includes(name)) return;
  const known = names.join(', ') || 'none yet, start the service once';
  throw wrongUsage(`--subscription: nothing of the name ${name} follows the log; there are: ${known}`);
}
