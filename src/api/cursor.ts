import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 16;

/** Opaque places in a list. Signed over what they were made for, so one fits only the list it came from. */
export function cursors(secret: Buffer) {
  const seal = (payload: string, list: string): string => {
    const mac = createHmac('sha256', secret)
      .update(JSON.stringify([payload, list]))
      .digest();
    return `${payload}.${mac.subarray(0, SIGNATURE_BYTES).toString('base64url')}`;
  };

  return {
    encode: (place: object, list: string): string =>
      seal(Buffer.from(JSON.stringify(place)).toString('base64url'), list),
    /** undefined: not one of ours, or of another list. */
    decode: (cursor: string, list: string): unknown => {
      const [payload = ''] = cursor.split('.', 1);
      // Whole texts are compared: base64 reads leniently, so several spellings would pass for one signature.
      const given = Buffer.from(cursor);
      const expected = Buffer.from(seal(payload, list));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown;
    },
  };
}
export type Cursors = ReturnType<typeof cursors>;
