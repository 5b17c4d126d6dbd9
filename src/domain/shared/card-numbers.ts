// A whole run of digits, of whatever script, with spaces or dashes of whatever kind as people write them.
const CANDIDATE = /(?<![\w-])\p{Nd}(?:[\p{Zs}\p{Pd}]?\p{Nd}){12,18}(?![\w-]*\p{Nd})/gu;
const DIGIT = /\p{Nd}/u;
const DIGITS = /\p{Nd}/gu;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of 13 to 19 digits, and with a check digit that fits (Luhn). */
function isCardNumber(candidate: string): boolean {
  const digits = (candidate.match(DIGITS) ?? []).map(digitOf);
  let sum = 0;
  for (const [index, digit] of digits.toReversed().entries()) {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The digits of every script stand one after another in Unicode, from 0 to 9. */
function digitOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code <= ASCII_NINE) return code - ASCII_ZERO;
  let zero = code;
  while (DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return (code - zero) % 10;
}
const ASCII_ZERO = 48;
const ASCII_NINE = 57;

const holdsCardNumber = (text: string): boolean =>
  !UUID.test(text) && (text.match(CANDIDATE) ?? []).some(isCardNumber);

/** JSON pointers to all strings and names in a value that hold a card number. */
export function cardNumbersIn(value: unknown): string[] {
  const found: string[] = [];
  // A stack of its own: a body of 256 KiB may be nested 100,000 levels deep, which no call stack bears.
  const open: { readonly part: unknown; readonly pointer: string }[] = [{ part: value, pointer: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { part, pointer } = next;
    if (typeof part === 'string' || typeof part === 'number') {
      if (holdsCardNumber(String(part))) found.push(pointer);
    } else if (part !== null && typeof part === 'object') {
      for (const [name, inner] of Object.entries(part).toReversed()) {
        // The name itself would be repeated to the client, and end in its logs.
        if (holdsCardNumber(name)) found.push(pointer);
        else open.push({ part: inner, pointer: `${pointer}/${escaped(name)}` });
      }
    }
  }
  return found;
}

/** As RFC 6901 wants it. */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** For log lines. */
export const withoutCardNumbers = (text: string): string =>
  text.replaceAll(CANDIDATE, (candidate) => (isCardNumber(candidate) ? '[card number]' : candidate));
