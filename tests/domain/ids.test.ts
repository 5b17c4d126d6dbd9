import { describe, expect, it } from 'vitest';
import { parseOrderId, parsePaymentId } from '../../src/domain/shared/ids.ts';

const VERSIONS = [1, 4, 5, 7, 8].map((version) => `0190a000-0000-${version}000-a000-00000000a5a5`);

describe.each([
  ['order', parseOrderId],
  ['payment', parsePaymentId],
])('the id of the %s', (_what, parse) => {
  it.each(VERSIONS)('may be %s', (id) => {
    expect(parse(id)).toBe(id);
  });

  it('may be written in upper case', () => {
    expect(parse('0190A000-0000-7000-A000-00000000A5A5')).toBe('0190a000-0000-7000-a000-00000000a5a5');
  });

  it.each([
    '',
    'order-1',
    '0190a000-0000-7000-a000-00000000a5a',
    '0190a000-0000-7000-a000-00000000a5a5\n',
    ' 0190a000-0000-7000-a000-00000000a5a5',
    '{0190a000-0000-7000-a000-00000000a5a5}',
    '0190a00000007000a00000000000a5a5',
    '0190a000-0000-0000-a000-00000000a5a5',
    '0190a000-0000-7000-c000-00000000a5a5',
    '0190g000-0000-7000-a000-00000000a5a5',
  ])('is not %j', (raw) => {
    expect(parse(raw)).toBeUndefined();
  });
});
