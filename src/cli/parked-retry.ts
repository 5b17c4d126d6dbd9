import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import {
  findParked,
  requestRetry,
  type ParkedEvent,
  type ParkedFilter,
} from '../infrastructure/event-log/parked-control.ts';
import type { LogPlace } from '../application/log-browsing.ts';
import type { UnitStanding } from '../application/subscriptions.ts';
import { subscriptionStandings } from '../infrastructure/event-log/subscription-control.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { operator } from './actor.ts';
import { parsePlace, parseStreamId, parseWhole, requireShard } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { CliProblem, EXIT, wrongUsage } from './output.ts';
import { placeOf, requireSubscription, subscriptionOf } from './parked-view.ts';

type Options = JsonOption & {
  readonly stream?: string;
  readonly all?: boolean;
  readonly subscription?: string;
  readonly wait: number;
};

const WAIT_SECONDS = { fallback: 10, max: 3_600 };
const POLL_MS = 100;
const EVENTS_MAX = 1_000_000;

export const retryCommand = (cli: Cli): Command =>
  command({
    name: 'retry',
    description:
      'Have parked events tried again, with those of their streams that wait behind them, and say what came of it',
    example: 'parked retry 0-42 --subscription checkout',
  })
    .addArgument(new Argument('[event]', 'its shard and position, such as 0-42').argParser(parsePlace))
    .option('--stream <id>', 'all of this order or payment', parseStreamId)
    .option('--all', 'all there are')
    .option('--subscription <name>', 'for this one only, as `projections list` shows it')
    .option(
      '--wait <seconds>',
      'how long to wait for the outcome',
      parseWhole(0, WAIT_SECONDS.max),
      WAIT_SECONDS.fallback,
    )
    .action((place: LogPlace | undefined, options: Options) => {
      const filter = filterOf(place, options);
      return onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        if (place) requireShard(place.shard, shardCount, '[event]');
        if (options.subscription !== undefined) await requireSubscription(pool, options.subscription);
        const asked = await requestRetry(pool, operator(), filter);
        if (asked.length === 0 && !options.all)
          throw new CliProblem('no such event is parked: parked list shows what is');
        const outcomes = await outcomesOf(pool, asked, filter, options.wait);
        const lines = outcomes.map(
          ({ id, subscription, type, detail }) => `${id} ${type} for ${subscription}: ${detail}`,
        );
        output.answer({ events: outcomes }, lines.join('\n') || 'nothing is parked');
        return outcomes.every(({ outcome }) => outcome === 'handled') ? EXIT.done : EXIT.failed;
      });
    });

function filterOf(place: LogPlace | undefined, { stream, all, subscription }: Options): ParkedFilter {
  const ways = [place, stream, all].filter((way) => way !== undefined);
  if (ways.length !== 1)
    throw wrongUsage('say which events to retry: an event such as 0-42, or --stream, or --all');
  return { ...place, streamId: stream, subscription };
}

type Outcome = {
  readonly id: string;
  readonly subscription: string;
  readonly type: string;
  readonly streamId: string;
  readonly outcome: 'handled' | 'parked' | 'waiting';
  readonly detail: string;
};

/** What became of each; those still untried when time is up are told by whether anybody is there to try them. */
async function outcomesOf(
  pool: Pool,
  asked: readonly ParkedEvent[],
  filter: ParkedFilter,
  waitSeconds: number,
): Promise<Outcome[]> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    const rows = await findParked(pool, filter, { limit: EVENTS_MAX, discarded: true });
    const now = new Map(rows.map((row) => [keyOf(row), row]));
    const untried = asked.filter((event) => now.get(keyOf(event))?.status === 'retry');
    if (untried.length === 0 || performance.now() >= deadline) {
      const standings = untried.length === 0 ? [] : await subscriptionStandings(pool);
      return asked.map((event) => toOutcome(event, now.get(keyOf(event)), standings));
    }
    await sleep(POLL_MS);
  }
}

const keyOf = (event: ParkedEvent): string => `${subscriptionOf(event)} ${placeOf(event)}`;

function toOutcome(
  event: ParkedEvent,
  now: ParkedEvent | undefined,
  standings: readonly UnitStanding[],
): Outcome {
  const { type, streamId } = event;
  const about = { id: placeOf(event), subscription: subscriptionOf(event), type, streamId };
  if (!now) return { ...about, outcome: 'handled', detail: 'handled' };
  if (now.status === 'retry') return { ...about, outcome: 'waiting', detail: whyWaiting(event, standings) };
  const why =
    now.status === 'discarded' ? `discarded by ${now.actor}: ${now.reason}` : `parked again: ${now.error}`;
  return { ...about, outcome: 'parked', detail: why };
}

function whyWaiting({ name, version, shard }: ParkedEvent, standings: readonly UnitStanding[]): string {
  const unit = standings.find((one) => one.name === name && one.version === version && one.shard === shard);
  if (unit && unit.status !== 'running')
    return `${name} is ${unit.status}: it will be tried after projections resume ${name}`;
  if (!unit?.followed) return 'no running process follows it: it will be tried when one does';
  return 'not tried yet, though a process follows it: see parked list';
}
