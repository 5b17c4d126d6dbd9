import { describe, expect, it } from 'vitest';
import { instantOf, startOfDay, wrongDay } from '../../console/src/format/day.ts';

const OF_THE_VIEWER = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00\.000Z$/;

describe('a day of an address', () => {
  it('begins at midnight where the viewer is', () => {
    expect(startOfDay('2026-01-31')).toBe(new Date(2026, 0, 31).toISOString());
    expect(wrongDay('2026-01-31')).toBeUndefined();
  });

  it.each(['', 'foo', 'foo 1', '2026-13-01', '2026-1-1', '12026-01-31', '2026-01-31T10:00'])(
    'is none if it says “%s”',
    (day) => {
      expect(startOfDay(day)).toBeUndefined();
      expect(wrongDay(day)).toMatch(/such as 2026-01-31/);
    },
  );
});

describe('a time of a field', () => {
  it('is an instant, unless there is none', () => {
    expect(instantOf('2026-01-31T10:00')).toMatch(OF_THE_VIEWER);
    expect(instantOf('12026-01-31T10:00')).toBeUndefined();
    expect(instantOf('2026-01-31T25:00')).toBeUndefined();
    expect(instantOf('')).toBeUndefined();
  });
});
