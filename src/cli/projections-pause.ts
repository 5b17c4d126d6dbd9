import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { UnitStanding } from '../application/subscriptions.ts';
import type { Unit } from '../infrastructure/event-log/leases.ts';
import {
  pauseUnits,
  resumeUnits,
  subscriptionStandings,
} from '../infrastructure/event-log/subscription-control.ts';
import type { Pool } from '../infrastructure/postgres/pool.ts';
import { operator } from './actor.ts';
import { parseWhole, requireShard } from './arguments.ts';
import { command, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { EXIT, wrongUsage, type Output } from './output.ts';

type Options = JsonOption & { readonly shard?: number };

const POLL_MS = 50;
const SHARD_MAX = 999;

export const pauseCommand = (cli: Cli): Command =>
  command({
    name: 'pause',
    description: 'Stop a projection or another subscription; returns when nothing is being applied any more',
    example: 'projections pause order-summary --shard 0',
  })
    .argument('<name>', 'as `projections list` shows it')
    .option('--shard <n>', 'this shard only', parseWhole(0, SHARD_MAX))
    .action((name: string, options: Options) =>
      onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        const units = await unitsOf(pool, shardCount, name, options.shard);
        const changed = await pauseUnits(pool, operator(), { name, shard: options.shard });
        report(output, name, await untilLetGo(pool, name, units), changed);
        return EXIT.done;
      }),
    );

export const resumeCommand = (cli: Cli): Command =>
  command({
    name: 'resume',
    description: 'Let a subscription go on that was paused, or that halted at an event it could not handle',
    example: 'projections resume order-summary',
  })
    .argument('<name>', 'as `projections list` shows it')
    .option('--shard <n>', 'this shard only', parseWhole(0, SHARD_MAX))
    .action((name: string, options: Options) =>
      onDatabase(cli, options, async ({ pool, shardCount, output }) => {
        const units = await unitsOf(pool, shardCount, name, options.shard);
        const changed = await resumeUnits(pool, operator(), { name, shard: options.shard });
        report(output, name, await standingsOf(pool, name, units), changed);
        return EXIT.done;
      }),
    );

async function unitsOf(
  pool: Pool,
  shardCount: number,
  name: string,
  shard: number | undefined,
): Promise<UnitStanding[]> {
  if (shard !== undefined) requireShard(shard, shardCount, '--shard');
  const units = await subscriptionStandings(pool);
  const named = units.filter((unit) => unit.name === name);
  if (named.length === 0) {
    const names = [...new Set(units.map((unit) => unit.name))].join(', ');
    throw wrongUsage(
      `nothing of the name ${name} follows the log; there are: ${names || 'none yet, start the service once'}`,
    );
  }
  return named.filter((unit) => shard === undefined || unit.shard === shard);
}

/** An effect outside the database is over when its owner gives the lease back, or, if that is dead, when it runs out. */
async function untilLetGo(
  pool: Pool,
  name: string,
  units: readonly UnitStanding[],
): Promise<readonly UnitStanding[]> {
  for (;;) {
    const standings = await standingsOf(pool, name, units);
    if (standings.every(({ status, leaseMs }) => status === 'running' || (leaseMs ?? 0) <= 0))
      return standings;
    await sleep(POLL_MS);
  }
}

/** How these stand now; a generation that was dropped in the meantime is left out. */
async function standingsOf(
  pool: Pool,
  name: string,
  units: readonly UnitStanding[],
): Promise<readonly UnitStanding[]> {
  const wanted = new Set(units.map(keyOf));
  return (await subscriptionStandings(pool, name)).filter((unit) => wanted.has(keyOf(unit)));
}

const keyOf = ({ version, shard }: Unit): string => `${version}/${shard}`;

function report(
  output: Output,
  name: string,
  standings: readonly UnitStanding[],
  changed: readonly Unit[],
): void {
  const keys = new Set(changed.map(keyOf));
  const shards = standings.map((unit) => {
    const { version, shard, status, position } = unit;
    return { version, shard, status, position, changed: keys.has(keyOf(unit)) };
  });
  const lines = shards.map(
    (one) =>
      `${name} v${one.version}, shard ${one.shard}: ${one.status} at ${one.position}${one.changed ? '' : ', as it was'}`,
  );
  output.answer({ name, shards }, lines.join('\n'));
}
