import type { Concerned } from '../../application/dead-letters.ts';
import type {
  ParkedEvents,
  ParkedPlace,
  ParkedSelection,
  ParkedView,
} from '../../application/parked-events.ts';
import type { Pool } from '../postgres/pool.ts';
import {
  discardParked,
  findParked,
  requestRetry,
  type ParkedEvent,
  type ParkedFilter,
  type ParkedKey,
} from './parked-control.ts';

/** What is told of those concerned; the audit has all. */
const IDS_SHOWN = 20;

/** Parked events of all subscriptions and tenants, each by a name of its own. */
export const parkedEvents = (pool: Pool): ParkedEvents => ({
  list: async (subscription, limit, after) => {
    const part = { limit, discarded: false, after: after && keyOfPlace(after) };
    return (await findParked(pool, { subscription }, part)).map(toView);
  },
  preview: async (selection, limit) =>
    concerned(await findParked(pool, filterOf(selection), { limit, discarded: false })),
  retry: async (by, selection, limit) => concerned(await requestRetry(pool, by, filterOf(selection), limit)),
  discard: async (by, selection, limit) =>
    concerned(await discardParked(pool, by, filterOf(selection), limit)),
});

function filterOf(selection: ParkedSelection): ParkedFilter {
  switch (selection.kind) {
    case 'ids':
      return { keys: selection.ids.map(keyOfId) };
    case 'subscription':
      return { subscription: selection.subscription };
    case 'all':
      return {};
  }
}

const concerned = (events: readonly ParkedEvent[]): Concerned => ({
  count: events.length,
  ids: events.slice(0, IDS_SHOWN).map(idOf),
});

const idOf = ({ name, version, shard, position }: ParkedKey): string =>
  `${name}:${version}:${shard}-${position}`;

/** Of an id that has the form of one. */
function keyOfId(parkedId: string): ParkedKey {
  const [name = '', version, place = ''] = parkedId.split(':');
  const [shard, position = ''] = place.split('-');
  return { name, version: Number(version), shard: Number(shard), position: BigInt(position) };
}

const keyOfPlace = ({ subscription: name, version, shard, position }: ParkedPlace): ParkedKey => ({
  ...{ name, version, shard, position: BigInt(position) },
});

function toView(event: ParkedEvent & { readonly nextRetryAt: Date | null }): ParkedView {
  const { name: subscription, version, shard, position, status, nextRetryAt } = event;
  const { eventId, type, streamId, streamVersion, kind, error, attempts } = event;
  return {
    ...{ parkedId: idOf(event), subscription, version, shard, position: String(position) },
    ...{ eventId, type, streamId, streamVersion, kind, error, attempts },
    status: status === 'retry' ? 'retry' : 'parked',
    parkedAt: event.parkedAt.toISOString(),
    updatedAt: event.updatedAt.toISOString(),
    nextRetryAt: nextRetryAt?.toISOString() ?? null,
  };
}
