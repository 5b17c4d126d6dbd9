import type { Causation, Caused } from '../application/causation.ts';
import type { BrowsedEvent } from '../application/log-browsing.ts';

/** The chain and what came of it as one tree, the event itself marked. */
export function causationTree({ origin, chain, effects }: Causation): string {
  const lines = [`${origin.actor}, request ${origin.id}`];
  chain.forEach((event, depth) => {
    lines.push(branch(event, depth) + (depth === chain.length - 1 ? '   <- this event' : ''));
  });
  const addAll = (caused: readonly Caused[], depth: number): void => {
    for (const { event, effects: further } of caused) {
      lines.push(branch(event, depth));
      addAll(further, depth + 1);
    }
  };
  addAll(effects, chain.length);
  return lines.join('\n');
}

const branch = ({ id, type, streamId, version, actor }: BrowsedEvent, depth: number): string =>
  `${'   '.repeat(depth)}└─ ${id} ${type}, ${streamId} v${version}, ${actor}`;
