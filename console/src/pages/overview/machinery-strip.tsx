import { Link } from 'wouter';
import { formatCount, formatDuration } from '../../format/count.ts';
import { useHealth, useSubscriptions } from '../../service/machinery.ts';
import type { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import { Answer } from '../../ui/answer.tsx';
import { Badge, inWords, Status } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/page.tsx';
import { parkedOf, slowestOf, stoppedOf, totalLag, type Follower } from './machinery.ts';
import { formatCapped, useOverview } from './waiting.tsx';

type Health = Awaited<ReturnType<typeof service.getHealth>>;

export function MachineryStrip() {
  const isService = useCan('service');
  const isOps = useCan('ops');
  if (!isService && !isOps) return null;
  return (
    <Section title="Machinery">
      <div className="columns">
        {isService && <Followers />}
        {isService && <Checks />}
        {isOps && <DeadLetters />}
      </div>
    </Section>
  );
}

function Followers() {
  const followers = useSubscriptions();
  return (
    <div className="card machine">
      <h3>
        <Link href="/machinery">Read models and processes</Link>
      </h3>
      <Answer query={followers} rows={3}>
        {({ data }) => <Facts facts={followerFacts(data)} />}
      </Answer>
    </div>
  );
}

function followerFacts(followers: readonly Follower[]) {
  const lag = totalLag(followers);
  const slowest = slowestOf(followers);
  const stopped = stoppedOf(followers);
  const parked = parkedOf(followers);
  return [
    [
      'Events behind',
      lag === 0n ? (
        <Badge key="b" tone="good">
          None
        </Badge>
      ) : (
        formatCount(lag)
      ),
    ],
    ['Slowest', slowest ? `${slowest.name}, ${formatDuration(slowest.behindMs)}` : 'All are up to date'],
    [
      'Not running',
      stopped.length === 0 ? (
        <Badge key="n" tone="good">
          None
        </Badge>
      ) : (
        <Badge key="n" tone="bad">
          {stopped.join(', ')}
        </Badge>
      ),
    ],
    [
      'Parked events',
      <Link key="p" href="/parked">
        {parked === 0 ? 'None' : <Badge tone="warn">{formatCount(parked)}</Badge>}
      </Link>,
    ],
  ] as const;
}

function Checks() {
  const health = useHealth();
  return (
    <div className="card machine">
      <h3>
        <Link href="/processes">Service</Link>
      </h3>
      <Answer query={health} rows={3}>
        {({ checks, relay }) => (
          <Facts
            facts={[
              ['Messages to the broker', relayInWords(relay)],
              ...checks.map(
                ({ name, status, detail }) =>
                  [
                    name === 'postgresql' ? 'PostgreSQL' : inWords(name),
                    <span key="s" title={detail}>
                      <Status value={status} /> {status !== 'ok' && detail}
                    </span>,
                  ] as const,
              ),
            ]}
          />
        )}
      </Answer>
    </div>
  );
}

function relayInWords({ configured, connected, messagesBehind, oldestSeconds }: Health['relay']) {
  if (!configured) return 'No broker';
  if (messagesBehind === null) return <Badge tone="warn">Not known</Badge>;
  const waiting =
    messagesBehind === 0
      ? 'None waiting'
      : `${formatCount(messagesBehind)} waiting${oldestSeconds === null ? '' : `, the oldest for ${formatDuration(oldestSeconds * 1_000)}`}`;
  return (
    <>
      {waiting} {!connected && <Badge tone="bad">Not connected</Badge>}
    </>
  );
}

const DeadLetters = () => (
  <div className="card machine">
    <h3>
      <Link href="/dead-letters">Dead letters</Link>
    </h3>
    <Answer query={useOverview()} rows={1}>
      {({ deadLetters }) =>
        deadLetters === null || deadLetters === 0 ? (
          <p>No message was given up.</p>
        ) : (
          <p>
            <Badge tone="bad">{formatCapped(deadLetters)}</Badge> given up by consumers
          </p>
        )
      }
    </Answer>
    <p>
      <Link href="/scheduled">What is scheduled</Link>
    </p>
  </div>
);
