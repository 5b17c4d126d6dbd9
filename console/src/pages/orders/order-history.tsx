import { useState } from 'react';
import { Link } from 'wouter';
import { Instant } from '../../format/instant.tsx';
import { useCan } from '../../service/session.tsx';
import { inWords } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Identifier } from '../../ui/identifier.tsx';
import { Json } from '../../ui/json.tsx';
import { actorInWords, positionBefore, stepsOf, type Step } from './history.ts';
import type { HistoryEvent } from './order-moment.ts';
import { WhatChanged } from './what-changed.tsx';

type Shown = {
  readonly orderId: string;
  readonly events: readonly HistoryEvent[];
  /** The one that the page shows the order after. */
  readonly index: number;
  readonly goTo: (index: number) => void;
};

// Deeper chains stand no further in: on a narrow page nothing would be left of them.
const DEEPEST = 3;

/** What happened, the first thing first, by what was done at once; what an event led to stands further in. */
export const OrderHistory = (shown: Shown) => (
  <ol className="steps">
    {stepsOf(shown.events).map((step) => (
      <li key={step.key} className={`step step-${Math.min(step.depth, DEEPEST)}`}>
        <StepHead step={step} />
        <ol className="entries">
          {step.entries.map(({ event, number }) => (
            <Entry key={event.eventId} event={event} number={number} {...shown} />
          ))}
        </ol>
      </li>
    ))}
  </ol>
);

function StepHead({ step: { entries, cause } }: { readonly step: Step<HistoryEvent> }) {
  const first = entries[0]?.event;
  return (
    first && (
      <p className="step-head">
        <span>{actorInWords(first.actor)}</span> · <Instant at={first.recordedAt} />
        {cause && (
          <>
            {' · caused by '}
            <a href={`#event-${cause.event.position}`}>
              {cause.number} {inWords(cause.event.type)}
            </a>
          </>
        )}
      </p>
    )
  );
}

type EntryProps = Shown & { readonly event: HistoryEvent; readonly number: number };

function Entry({ event, number, orderId, events, index, goTo }: EntryProps) {
  const [isOpen, setOpen] = useState(false);
  const isShown = index === number - 1;
  const isOfOrder = event.streamId === orderId;
  return (
    <li
      id={`event-${event.position}`}
      className={isShown ? 'entry entry-shown' : 'entry'}
      {...(isShown && { 'aria-current': 'step' as const })}
    >
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="entry-number">{number}</span>
          <span className="entry-type">{inWords(event.type)}</span>
          <span className="muted">{isOfOrder ? 'order' : `payment …${event.streamId.slice(-8)}`}</span>
          {isShown && index < events.length - 1 && <span className="entry-mark">shown</span>}
        </summary>
        {isOpen && (
          <EntryDetails
            event={event}
            orderId={orderId}
            before={positionBefore(events, event)}
            show={isShown ? undefined : () => goTo(number - 1)}
          />
        )}
      </details>
    </li>
  );
}

type DetailsProps = {
  readonly event: HistoryEvent;
  readonly orderId: string;
  readonly before: string | undefined;
  readonly show: (() => void) | undefined;
};

function EntryDetails({ event, orderId, before, show }: DetailsProps) {
  const maySeeLog = useCan('ops');
  const { id, streamId } = event;
  return (
    <div className="entry-details">
      <WhatChanged orderId={orderId} event={event} positionBefore={before} />
      <div className="entry-links">
        {streamId !== orderId && (
          <span>
            Payment <Identifier id={streamId} to={`/payments/${streamId}`} />
          </span>
        )}
        {maySeeLog && <Link href={`/log/${id}`}>Event {id} in the log</Link>}
        {show && <Button onClick={show}>Show the order as it was then</Button>}
      </div>
      <details>
        <summary>Raw event</summary>
        <Json value={event} label={`Event ${id} as JSON`} />
      </details>
    </div>
  );
}
