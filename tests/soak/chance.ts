import { createHash } from 'node:crypto';

/** Choices that come out the same for the same seed; when they are made depends on the machine. */
export type Chance = {
  /** From 0 up to, but not including, `end`. */
  below(end: number): number;
  between(first: number, last: number): number;
  /** True this often, of 1. */
  happens(share: number): boolean;
  /** Of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
};

export function chanceOf(seed: string): Chance {
  let state = createHash('sha256').update(seed).digest().readUInt32LE();

  /** Mulberry32. */
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    between: (first, last) => first + below(last - first + 1),
    happens: (share) => next() < share,
    pick: (list) => list[below(list.length)]!,
  };
}
