// A string, or a number. Strings are matched first so that digits inside them are left alone.
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NOT_AN_INTEGER = /^-?\d.*[.eE]/;

/**
 * Parses a body in which every number must be an integer. `10.0` and `1e3` would come out of `JSON.parse` as whole
 * numbers; handed on as 1.5 instead, they meet the schema, which names the field. Throws on malformed JSON.
 */
export function parseIntegerJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  const marked = text.replaceAll(STRING_OR_NUMBER, (token) => (NOT_AN_INTEGER.test(token) ? '1.5' : token));
  return marked === text ? parsed : (JSON.parse(marked) as unknown);
}

/** Our deepest body has five levels. What walks a parsed body calls itself for each, so their number has an end. */
const DEPTH_MAX = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A body that nests too deep; its message is for the client. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep';
}

/** Throws `TooDeep`, before anything is built: one pass over the bytes, which holds a number and no stack. */
export function refuseDeepJson(bytes: Buffer): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if ((byte | 0x20) === 0x7b) {
      // [ or {
      if (++depth > DEPTH_MAX)
        throw new TooDeep(
          `Lists and objects may be nested ${DEPTH_MAX} deep; at byte ${at} there is one more.`,
        );
    } else if ((byte | 0x20) === 0x7d) depth--; // ] or }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws on bytes that are not UTF-8, which would otherwise turn into U+FFFD and be stored as that. */
export const decodeUtf8 = (bytes: Buffer): string => UTF8.decode(bytes);
