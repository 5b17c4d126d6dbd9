import { aggregateLoader, noCache, type Loaded } from '../../application/load-aggregates.ts';
import type { DomainEvent, EventLog, StreamId } from '../../application/ports.ts';
import type { Aggregate } from '../../domain/shared/aggregate.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import { fromJson } from '../codecs/money-json.ts';

/** A row of a read model. `shape`: the version of its state; null, or another: it is of older code. */
export type StateRow = {
  readonly id: StreamId;
  readonly version: number;
  readonly state: unknown;
  readonly shape: number | null;
};

/** The states of these rows. Those of older code, until their read model is rebuilt, are folded from the log. */
export async function currentStates<State, Event extends DomainEvent>(
  log: EventLog,
  tenantId: TenantId,
  aggregate: Aggregate<State, Event>,
  rows: readonly StateRow[],
): Promise<Loaded<State>[]> {
  const isCurrent = ({ shape }: StateRow): boolean => shape === aggregate.stateVersion;
  const outdated = rows.filter((row) => !isCurrent(row)).map(({ id }) => id);
  const history = await aggregateLoader(log, noCache).load(tenantId, outdated);
  return rows.map((row) =>
    isCurrent(row)
      ? { state: fromJson<State>(row.state), version: row.version }
      : history.of(aggregate, row.id),
  );
}
