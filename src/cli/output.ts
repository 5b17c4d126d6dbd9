/** How a command ended, for scripts; said in `--help`. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command did not do what was asked: one sentence for people, which names the fix. */
export class CliProblem extends Error {
  override readonly name = 'CliProblem';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const wrongUsage = (message: string): CliProblem => new CliProblem(message, EXIT.usage);

/** Where a command writes. */
export type Streams = {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
};

export type Output = {
  readonly json: boolean;
  /** The answer, to stdout: with --json the value as one document, else the text. */
  answer(value: unknown, text: string): void;
  /** One of many answers, to stdout: with --json the value as one line. */
  item(value: unknown, text: string): void;
  /** For people, to stderr, so that stdout stays clean. */
  note(text: string): void;
  /** How far something has come, to stderr; a terminal shows the latest only. Nothing with --json. */
  progress(line: string): void;
  /** Whether `progress` is watched on a terminal, where it may be written often. */
  readonly watched: boolean;
};

export function openOutput({ stdout, stderr }: Streams, json: boolean): Output {
  const watched = !json && stderr.isTTY === true;
  let shown = 0; // characters of progress on the terminal's current line

  function clear(): void {
    if (shown > 0) stderr.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
  }
  const write = (value: unknown, text: string, indent?: number): void => {
    clear();
    stdout.write(`${json ? toJsonText(value, indent) : text}\n`);
  };
  return {
    json,
    watched,
    answer: (value, text) => write(value, text, 2),
    item: (value, text) => write(value, text),
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (line) => {
      if (json) return;
      if (!watched) {
        stderr.write(`${line}\n`);
        return;
      }
      stderr.write(`\r${line.padEnd(shown)}`);
      shown = line.length;
    },
  };
}

/** Positions, lags and counts are bigints in here and JSON numbers out there: none comes near 2^53. */
const toJsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part), indent);

/** Rows under headings, columns as wide as they need to be. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [headings, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
