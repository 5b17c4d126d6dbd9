import type { RateClass } from '../../application/rate-limits.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Pool } from './pool.ts';

export type Share = {
  /** Requests that the caller may let in until the window ends; 0: there are none left. */
  readonly granted: number;
  /** Left for whoever asks next. */
  readonly left: number;
  readonly endsInMs: number;
};

export type AskForShare = (
  tenantId: TenantId,
  rateClass: RateClass,
  limit: number,
  wanted: number,
) => Promise<Share>;

/** Seconds; the windows are those of the database's clock, the same for every process. */
export const WINDOW_SECONDS = 60;

// An eighth of what is left at most: near the end shares get small, so little lies about unused in other processes.
const NEXT_SHARE = 'least($4::int, greatest(1, ($3 - w.taken) / 8), greatest(0, $3 - w.taken))';

/** Takes a share of a tenant's quota. Locks the tenant's row for the length of the statement. */
export const rateWindows =
  (pool: Pool): AskForShare =>
  async (tenantId, rateClass, limit, wanted) => {
    const { rows } = await pool.query<{ granted: number; taken: number; ends_in_ms: number }>({
      name: 'take-rate-share',
      text: `insert into rate_window as w (tenant_id, class, window_start, taken, granted)
        select $1, $2, date_bin($5::interval, clock_timestamp(), 'epoch'), least($4::int, $3::int), least($4::int, $3::int)
        on conflict (tenant_id, class) do update set
          -- Whoever waited for the lock may come from an earlier window than the row is of by now.
          window_start = greatest(w.window_start, excluded.window_start),
          taken = case when w.window_start < excluded.window_start then excluded.taken
            else w.taken + ${NEXT_SHARE} end,
          granted = case when w.window_start < excluded.window_start then excluded.granted else ${NEXT_SHARE} end
        returning granted, taken,
          (extract(epoch from window_start + $5::interval - clock_timestamp()) * 1000)::float as ends_in_ms`,
      values: [tenantId, rateClass, limit, wanted, `${WINDOW_SECONDS} seconds`],
    });
    const { granted, taken, ends_in_ms: endsInMs } = rows[0]!;
    return { granted, left: Math.max(0, limit - taken), endsInMs };
  };
