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

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws on bytes that are not UTF-8, which would otherwise turn into U+FFFD and be stored as that. */
export const decodeUtf8 = (bytes: Buffer): string => UTF8.decode(bytes);
