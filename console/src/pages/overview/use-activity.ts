import { useMemo } from 'react';
import { useAnswer } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { askedFrom, periodOf, RANGES, type Range } from './activity.ts';

/** Of the range that was asked for last and is answered: until another is, that stays. */
export function useActivity(range: Range) {
  const { data, error, refetch } = useAnswer(
    ['activity', range],
    async (signal) => {
      const now = Date.now();
      const { step } = RANGES[range];
      const { data: rows } = await service.listActivity({ step, from: askedFrom(range, now) }, { signal });
      return { range, now, rows };
    },
    { isLive: true },
  );
  const answer = useMemo(
    () => data && { range: data.range, period: periodOf(data.range, data.now, data.rows) },
    [data],
  );
  return { data: answer, error, refetch };
}
