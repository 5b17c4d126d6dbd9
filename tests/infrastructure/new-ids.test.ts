import { describe, expect, it } from 'vitest';
import { newEventId } from '../../src/infrastructure/system.ts';

describe('ids made one after another', () => {
  it('are UUIDv7, all different and in order, though random bytes are drawn for many at once', () => {
    const made = Array.from({ length: 2_000 }, newEventId);
    expect(new Set(made).size).toBe(made.length);
    expect(made).toEqual(made.toSorted());
    expect(made.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/.test(id))).toBe(
      true,
    );
    // The last 40 bits are random alone, and no stretch of them comes twice.
    expect(new Set(made.map((id) => id.slice(-10))).size).toBe(made.length);
  });
});
