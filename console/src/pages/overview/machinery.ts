/** One part that follows the log, on one shard. */
export type Follower = {
  readonly name: string;
  readonly status: string;
  readonly lag: string;
  readonly behindMs: number | null;
  readonly parked: number;
};

/** How far behind all of them are together. */
export const totalLag = (followers: readonly Follower[]): bigint =>
  followers.reduce((sum, { lag }) => sum + BigInt(lag), 0n);

/** The one whose next event waits longest; undefined: none has one. */
export const slowestOf = (
  followers: readonly Follower[],
): { readonly name: string; readonly behindMs: number } | undefined =>
  followers
    .flatMap(({ name, behindMs }) => (behindMs === null ? [] : [{ name, behindMs }]))
    .toSorted((a, b) => b.behindMs - a.behindMs)[0];

export const stoppedOf = (followers: readonly Follower[]): readonly string[] => [
  ...new Set(
    followers.filter(({ status }) => status !== 'running').map(({ name, status }) => `${name} ${status}`),
  ),
];

export const parkedOf = (followers: readonly Follower[]): number =>
  followers.reduce((sum, { parked }) => sum + parked, 0);
