import type { Command } from 'commander';
import type { UnitStanding } from '../application/subscriptions.ts';
import { subscriptionStandings } from '../infrastructure/event-log/subscription-control.ts';
import { command, group, onDatabase, type Cli, type JsonOption } from './cli.ts';
import { EXIT, table } from './output.ts';
import { pauseCommand, resumeCommand } from './projections-pause.ts';
import { rebuildCommand } from './projections-rebuild.ts';

export const projectionsCommand = (cli: Cli): Command =>
  group({
    name: 'projections',
    description:
      'Read models and everything else that follows the log: how they stand; rebuild, pause, resume',
    example: 'projections list',
  })
    .addCommand(listCommand(cli))
    .addCommand(rebuildCommand(cli))
    .addCommand(pauseCommand(cli))
    .addCommand(resumeCommand(cli));

const listCommand = (cli: Cli): Command =>
  command({
    name: 'list',
    description: 'How every projection and every other subscription stands, shard by shard',
    example: 'projections list --json',
  }).action((options: JsonOption) =>
    onDatabase(cli, options, async ({ pool, output }) => {
      const units = await subscriptionStandings(pool);
      const projections = units.filter((unit) => unit.generation !== null);
      const others = units.filter((unit) => unit.generation === null);
      output.answer(
        { projections: projections.map(asProjection), subscriptions: others.map(asSubscription) },
        `Projections\n${inTable(projections)}\n\nOther subscriptions\n${inTable(others)}`,
      );
      return EXIT.done;
    }),
  );

function asSubscription(unit: UnitStanding) {
  const {
    shard,
    name,
    version,
    status,
    position,
    head,
    behindMs,
    owner,
    leaseMs,
    lastError,
    parked,
    followed,
  } = unit;
  const lag = head - position;
  return {
    name,
    version,
    shard,
    status,
    position,
    head,
    lag,
    behindMs,
    owner,
    leaseMs,
    lastError,
    parked,
    followed,
  };
}

const asProjection = (unit: UnitStanding) => ({
  ...asSubscription(unit),
  generation: unit.version,
  generationStatus: unit.generation,
  codeVersion: unit.codeVersion,
});

const HEADINGS = [
  'NAME',
  'GEN',
  'SHARD',
  'STATUS',
  'POSITION',
  'HEAD',
  'LAG',
  'PARKED',
  'LEASE',
  'OWNER',
  'LAST ERROR',
];

const inTable = (units: readonly UnitStanding[]): string =>
  units.length === 0 ? '(none)' : table(HEADINGS, units.map(toRow));

const toRow = (unit: UnitStanding): string[] => [
  unit.name,
  String(unit.version),
  String(unit.shard),
  unit.generation === null ? unit.status : `${unit.generation}, ${unit.status}`,
  String(unit.position),
  String(unit.head),
  String(unit.head - unit.position),
  String(unit.parked),
  leaseOf(unit),
  unit.owner ?? '-',
  unit.lastError ?? '',
];

function leaseOf({ leaseMs }: UnitStanding): string {
  if (leaseMs === null) return 'free';
  const seconds = `${(Math.abs(leaseMs) / 1000).toFixed(1)} s`;
  return leaseMs > 0 ? `for ${seconds}` : `over since ${seconds}`;
}
