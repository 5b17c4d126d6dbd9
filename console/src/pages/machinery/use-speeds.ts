import { useState } from 'react';
import { speedOf, type Reading, type Standing } from './standing.ts';

type Seen = {
  readonly at: number;
  readonly readings: ReadonlyMap<string, Reading>;
  readonly speeds: ReadonlyMap<string, number>;
};

/** Events a second of each, between the last two answers. */
export function useSpeeds(all: readonly Standing[], answeredAt: number): ReadonlyMap<string, number> {
  const [seen, setSeen] = useState<Seen>({ at: 0, readings: new Map(), speeds: new Map() });
  if (answeredAt > seen.at) {
    const readings = new Map(all.map(({ name, position }) => [name, { at: answeredAt, position }]));
    const speeds = new Map(
      all.flatMap(({ name }) => {
        const speed = speedOf(seen.readings.get(name), readings.get(name)!);
        return speed === undefined ? [] : [[name, speed] as const];
      }),
    );
    setSeen({ at: answeredAt, readings, speeds });
  }
  return seen.speeds;
}
