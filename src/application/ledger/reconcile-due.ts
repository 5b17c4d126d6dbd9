import type { Clock } from '../ports.ts';
import type { SettlementSource } from '../provider-ports.ts';
import type { ReconcileDay } from './reconcile-day.ts';

/** The oldest day of a provider that is due and that nobody else has in hand; undefined: none is. */
export type ClaimDay = (provider: string, now: Date) => Promise<string | undefined>;

const DAYS_MAX = 100;
const FAULTS_MAX = 3; // a provider that is away is not asked about every day there is

/** Reconciles the days that are due, of each provider up to 100. One provider's fault does not hold up the others. */
export function dueReconciler({
  sources,
  claimDay,
  reconcileDay,
  clock,
}: {
  readonly sources: readonly SettlementSource[];
  readonly claimDay: ClaimDay;
  readonly reconcileDay: ReconcileDay;
  readonly clock: Clock;
}): () => Promise<void> {
  return async () => {
    const faults: unknown[] = [];
    for (const source of sources) faults.push(...(await reconcileAll(source)));
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} days were not reconciled`);
  };

  async function reconcileAll(source: SettlementSource): Promise<unknown[]> {
    const faults: unknown[] = [];
    for (let days = 0; days < DAYS_MAX && faults.length < FAULTS_MAX; days++) {
      const day = await claimDay(source.name, clock.now());
      if (day === undefined) break;
      try {
        await reconcileDay(source, day);
      } catch (fault) {
        faults.push(fault); // the claim runs out, and then the day is due again
      }
    }
    return faults;
  }
}
