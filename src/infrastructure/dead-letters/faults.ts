import { createHash } from 'node:crypto';
import { loggedError, scrubbed } from '../telemetry/scrub.ts';

/** A fault in words that fit a header and a column: no NUL, which PostgreSQL refuses, and no more than so many characters. */
export type FaultText = { readonly type: string; readonly message: string; readonly stack: string };

// All headers of a message together must stay below 64 KiB.
const MESSAGE_CHARS_MAX = 1_000;
const STACK_CHARS_MAX = 8_000;
const GROUP_ID_CHARS = 16;
const FRAMES_MAX = 4;

export function textOfFault(fault: unknown): FaultText {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  return {
    type: error.constructor.name, // the name of those from PostgreSQL is only `error`
    message: printable(scrubbed(error.message)).slice(0, MESSAGE_CHARS_MAX),
    stack: printable(scrubbed(error.stack ?? '')).slice(0, STACK_CHARS_MAX),
  };
}

export const printable = (text: string): string => text.replaceAll('\0', '\uFFFD');

export const errorText = (fault: unknown): string =>
  fault instanceof Error ? `${fault.name}: ${loggedError(fault).message}` : scrubbed(String(fault));

/** The same for faults of one type that were thrown on the same way, whatever they say, in whatever folder or build. */
export function groupIdOf(consumer: string, { type, stack }: Omit<FaultText, 'message'>): string {
  return createHash('sha256')
    .update(JSON.stringify([consumer, type, framesOf(stack)]))
    .digest('hex')
    .slice(0, GROUP_ID_CHARS)
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit))); // letters only: digits might be a card's
}

/**
 * Of `at apply (file:///app/dist/a.js:12:3)` what an unrelated change leaves as it is: `apply (a.js)`. The nearest to the
 * throw only: further out a stack tells by which of several lanes, and after which wait, the same code was reached.
 */
function framesOf(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) => /^\s+at (?:async )?(.*)$/.exec(line)?.[1])
    .filter((frame): frame is string => frame !== undefined && !/node:|^Promise\./.test(frame))
    .slice(0, FRAMES_MAX)
    .map((frame) =>
      frame.replaceAll(/:\d+(?=[:)]|$)/g, '').replaceAll(/(?:file:\/\/)?(?:[^\s()/\\]*[/\\])+/g, ''),
    );
}
