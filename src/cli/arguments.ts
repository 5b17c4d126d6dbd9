import { InvalidArgumentError } from 'commander';
import { isDay, isInstant } from '../api/instant.ts';
import { parseLogPlace, type LogPlace } from '../application/log-browsing.ts';
import { parseOrderId } from '../domain/shared/ids.ts';
import { wrongUsage } from './output.ts';

// Commander puts the name of the option or argument in front of these sentences.

export function parsePlace(raw: string): LogPlace {
  const place = parseLogPlace(raw);
  if (!place) throw new InvalidArgumentError('An event is named by shard and position, such as 0-42.');
  return place;
}

/** The id of an order, a payment or a payout: all name streams. */
export function parseStreamId(raw: string): string {
  const id = parseOrderId(raw);
  if (id === undefined)
    throw new InvalidArgumentError('Give the id of an order, a payment or a payout, a UUID.');
  return id;
}

export function parseInstant(raw: string): string {
  if (!isInstant(raw))
    throw new InvalidArgumentError('Give an RFC 3339 time with its offset, such as 2026-01-31T12:00:00Z.');
  return raw;
}

export function parseDay(raw: string): string {
  if (!isDay(raw)) throw new InvalidArgumentError('Give a calendar day in UTC, such as 2026-01-31.');
  return raw;
}

export const parseWhole =
  (min: number, max: number) =>
  (raw: string): number => {
    const value = Number(raw);
    if (!/^\d+$/.test(raw) || value < min || value > max)
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };

export function requireShard(shard: number, shardCount: number, argument: string): void {
  if (shard < shardCount) return;
  const which = shardCount === 1 ? 'only shard 0' : `the shards 0 to ${shardCount - 1}`;
  throw wrongUsage(`${argument} names shard ${shard}, and this log has ${which}`);
}
