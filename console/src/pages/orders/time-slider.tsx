import { useEffect, useRef, useState } from 'react';
import { formatInstant, Instant } from '../../format/instant.tsx';
import { Loading } from '../../ui/answer.tsx';
import { inWords } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ChangeList } from './change-list.tsx';
import type { Change } from './changes.ts';
import type { HistoryEvent } from './order-moment.ts';

// Browsers refuse an address that changes more often, and each move is a request.
const MOVES_EVERY_MS = 120;

type Props = {
  readonly events: readonly HistoryEvent[];
  readonly index: number;
  readonly goTo: (index: number, isSame?: boolean) => void;
  /** From what is shown to now; undefined while it is not known. */
  readonly changes: readonly Change[] | undefined;
};

/** Where the thumb is, at once; the page follows, the last move for certain. */
function useThumb(index: number, move: (index: number) => void) {
  const [dragged, setDragged] = useState<number>();
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ index, move });
  useEffect(() => {
    latest.current.move = move;
  });
  useEffect(() => () => clearTimeout(waiting.current), []);
  const drag = (to: number): void => {
    setDragged(to);
    latest.current.index = to;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      latest.current.move(latest.current.index);
      setDragged(undefined);
    }, MOVES_EVERY_MS);
  };
  return [dragged ?? index, drag] as const;
}

/** The order as it was after any of its events. */
export function TimeSlider({ events, index, goTo, changes }: Props) {
  const last = events.length - 1;
  const isPast = index < last;
  // Back leaves the past at once, however far the thumb went in it.
  const [thumb, drag] = useThumb(index, (to) => goTo(to, isPast && to < last));
  const event = events[thumb];
  if (event === undefined)
    return (
      <div className="card time">
        <Loading rows={2} />
      </div>
    );
  const name = `event ${thumb + 1} of ${events.length}`;
  return (
    <section className={isPast ? 'card time time-past' : 'card time'} aria-label="Time travel">
      <p className="time-now">
        <strong>{thumb < last ? `As it was after ${name}` : `Now, after ${name}`}</strong>{' '}
        <span>
          {inWords(event.type)}, <Instant at={event.recordedAt} />
        </span>
      </p>
      <div className="time-controls">
        <Button disabled={index === 0} onClick={() => goTo(index - 1)} aria-label="Previous event">
          ←
        </Button>
        <input
          type="range"
          min={1}
          max={events.length}
          value={thumb + 1}
          aria-label="Event that the order is shown after"
          aria-valuetext={`${name}: ${inWords(event.type)}, ${formatInstant(event.recordedAt)}`}
          onChange={({ target }) => drag(Number(target.value) - 1)}
        />
        <Button disabled={!isPast} onClick={() => goTo(index + 1)} aria-label="Next event">
          →
        </Button>
        <Button disabled={!isPast} onClick={() => goTo(last)}>
          Back to now
        </Button>
      </div>
      <Differences isPast={isPast} changes={changes} />
    </section>
  );
}

type DifferencesProps = { readonly isPast: boolean; readonly changes: readonly Change[] | undefined };

function Differences({ isPast, changes }: DifferencesProps) {
  if (!isPast) return <p className="muted">Move to an earlier event to see the order as it was then.</p>;
  if (changes === undefined) return <p>Loading …</p>;
  if (changes.length === 0) return <p>Nothing of it is different now.</p>;
  return (
    <details>
      <summary>
        {changes.length === 1 ? '1 value is' : `${changes.length} values are`} different now, marked with ≠
      </summary>
      <ChangeList label="Differences from now" changes={changes} headings={['Then', 'Now']} />
    </details>
  );
}
