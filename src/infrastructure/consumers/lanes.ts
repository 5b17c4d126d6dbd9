/** Handles what has one key one after another, what has different ones side by side, up to `lanesMax`. */
export async function inLanes<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  lanesMax: number,
  handle: (item: Item) => Promise<void>,
): Promise<void> {
  const byKey = new Map<string, Item[]>();
  for (const item of items) {
    const lane = byKey.get(keyOf(item));
    if (lane) lane.push(item);
    else byKey.set(keyOf(item), [item]);
  }
  const lanes = [...byKey.values()];
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane; lane = lanes.shift()) {
      for (const item of lane) await handle(item);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanesMax, lanes.length) }, worker));
  // Thrown only now: whoever tries again must not meet lanes of the time before still at work.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
