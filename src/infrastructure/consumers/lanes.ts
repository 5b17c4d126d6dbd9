import { orderIdOf, type IntegrationMessage } from '../../application/integration-events.ts';

/** Handles messages of one order one after another, those of different orders side by side, up to `lanesMax`. */
export async function inLanes(
  messages: readonly IntegrationMessage[],
  lanesMax: number,
  handle: (message: IntegrationMessage) => Promise<void>,
): Promise<void> {
  const byOrder = new Map<string, IntegrationMessage[]>();
  for (const message of messages) {
    const lane = byOrder.get(orderIdOf(message));
    if (lane) lane.push(message);
    else byOrder.set(orderIdOf(message), [message]);
  }
  const lanes = [...byOrder.values()];
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane; lane = lanes.shift()) {
      for (const message of lane) await handle(message);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanesMax, lanes.length) }, worker));
  // Thrown only now: whoever tries again must not meet lanes of the time before still at work.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
