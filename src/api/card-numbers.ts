// A whole run of digits, with spaces or dashes as people write them.
const CANDIDATE = /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-]*\d)/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of 13 to 19 digits, and with a check digit that fits (Luhn). */
function isCardNumber(candidate: string): boolean {
  const digits = candidate.replaceAll(/[ -]/g, '');
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

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
