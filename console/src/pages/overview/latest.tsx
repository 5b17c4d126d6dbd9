import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Money } from '../../format/money.tsx';
import { Relative, useNow } from '../../format/relative.tsx';
import { useLiveEvents } from '../../live/live.tsx';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { Answer, Empty } from '../../ui/answer.tsx';
import { Section } from '../../ui/page.tsx';
import { createdKey, happeningOf, newest, type Happening } from './happenings.ts';

const SHOWN_EVERY_MS = 300;
const NOW_EVERY_MS = 5_000;
const FIRST_MAX = 15;

/** What is told while the page is there. Shown a few times a second, however much is told. */
function useHeard(): readonly Happening[] {
  const [heard, setHeard] = useState<readonly Happening[]>([]);
  const waiting = useRef<readonly Happening[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvents((event) => {
    const happening = happeningOf(event);
    if (happening === undefined) return;
    waiting.current = newest([happening, ...waiting.current]);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setHeard(waiting.current);
    }, SHOWN_EVERY_MS);
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return heard;
}

export function Latest() {
  const heard = useHeard();
  const now = useNow(NOW_EVERY_MS);
  const orders = useAnswer(['orders', 'newest'], (signal) =>
    service.listOrders({ limit: FIRST_MAX }, { signal }),
  );
  return (
    <Section title="Latest">
      <Answer query={orders} rows={FIRST_MAX}>
        {({ data }) => {
          const first = data.map(({ orderId, createdAt, totals }): Happening => ({
            key: createdKey(orderId),
            what: 'Order created',
            at: createdAt,
            orderId,
            money: totals.grand,
          }));
          const shown = newest([...heard, ...first]);
          return shown.length === 0 ? (
            <Empty>Nothing has happened yet.</Empty>
          ) : (
            <ol className="latest card">
              {shown.map((happening) => (
                <Line key={happening.key} happening={happening} now={now} />
              ))}
            </ol>
          );
        }}
      </Answer>
    </Section>
  );
}

type LineProps = { readonly happening: Happening; readonly now: number };

const Line = ({ happening: { what, at, orderId, money }, now }: LineProps) => (
  <li>
    <Link href={`/orders/${orderId}`} title={`Order ${orderId}`}>
      {what} <code>…{orderId.slice(-6)}</code>
    </Link>
    <span>{money && <Money {...money} />}</span>
    <span className="muted">
      {/* It may be told sooner than the clock here is looked at again. */}
      <Relative at={at} now={Math.max(now, Date.parse(at))} />
    </span>
  </li>
);
