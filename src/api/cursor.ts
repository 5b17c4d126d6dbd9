import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 16;

/** Opaque places in a list. Signed over what they were made for, so one fits only the list it came from. */
export function cursors(secret: Buffer) {
  const sign = (payload: string, list: string): Buffer =>
    createHmac('sha256', secret)
      .update(JSON.stringify([payload, list]))
      .digest()
      .subarray(0, SIGNATURE_BYTES);

  return {
    encode: (place: object, list: string): string => {
      const payload = Buffer.from(JSON.stringify(place)).toString('base64url');
      return `${payload}.${sign(payload, list).toString('base64url')}`;
    },
    /** undefined: not one of ours, or of another list. */
    decode: (cursor: string, list: string): unknown => {
      const [payload = '', signature = ''] = cursor.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(payload, list);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown;
    },
  };
}
export type Cursors = ReturnType<typeof cursors>;
