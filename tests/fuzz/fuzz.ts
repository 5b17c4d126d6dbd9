import fc from 'fast-check';
import type { ApiAnswer } from '../support/api-contract.ts';
import { checkAlive, checkRefused, heapUsed } from './afterwards.ts';
import { judge, type Caused } from './answers.ts';
import { collectFindings, type Findings, type Found } from './findings.ts';
import { signedWebhook, signingIn, walk } from './journeys.ts';
import { AS_IT_SHOULD_BE, sendBytes, trick, type Parts } from './raw.ts';
import { isRefused, requests, type Request } from './requests.ts';
import { smallest } from './smallest.ts';
import { headersOf, send, startTarget, startTinyTarget, type Database, type Target } from './target.ts';

export type FuzzOptions = {
  readonly seed: number;
  readonly cases: number;
  readonly onProgress?: (cases: number, findings: number) => void;
};

export type FuzzReport = {
  readonly seconds: number;
  readonly cases: number;
  /** Of them over a socket. */
  readonly overSocket: number;
  /** How often each operation was asked for, and did what it was asked. */
  readonly reached: Readonly<Record<string, { readonly asked: number; readonly done: number }>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** Problems of those limits that were meant to be reached. */
  readonly limited: Readonly<Record<string, number>>;
  /** Requests that were refused, and sent once more to see that they changed nothing. */
  readonly refusedAgain: number;
  readonly heapGrowthBytes: number;
  readonly findings: readonly Found[];
};

const AT_ONCE = 16;
/** One of so many cases goes over a socket, with HTTP that is odd as well. */
const OVER_SOCKET_EVERY = 20;
const SOCKETS_AT_ONCE = 24;
const LIMITED_SHARE = 0.03;
const WALK_EVERY_CASES = 1_000;
const REFUSED_MAX = 800;
/** Caches fill first: what they hold is no leak. */
const WARM_AFTER = 0.4;
/** At 10,000 cases about 10 MB are in use more than when it was warm; each case may keep a kilobyte on top. */
const HEAP_GROWTH_MAX_BYTES = 20 * 1024 * 1024;
const HEAP_GROWTH_MAX_BYTES_A_CASE = 1_024;
const SHOWN_SMALLEST = 5;

type Run = {
  readonly target: Target;
  readonly findings: Findings;
  readonly caused: Caused;
  readonly statuses: Map<string, number>;
  readonly reached: Map<string, { asked: number; done: number }>;
  readonly refused: Map<string, Request>;
  cases: number;
  overSocket: number;
};

export async function fuzz(database: Database, options: FuzzOptions): Promise<FuzzReport> {
  const began = performance.now();
  const target = await startTarget(database);
  const findings = collectFindings();
  const onRejection = (fault: unknown): void =>
    findings.add(
      { kind: 'rejection', detail: fault instanceof Error ? String(fault.stack) : String(fault) },
      run.cases,
    );
  const run: Run = {
    ...{ target, findings, caused: [], cases: 0, overSocket: 0 },
    ...{ statuses: new Map(), reached: new Map(), refused: new Map() },
  };
  process.on('unhandledRejection', onRejection);
  try {
    const heapGrowthBytes = await runAll(run, options);
    const limited = await runLimited(run, database, options);
    const refusedAgain = await checkRefused(target, [...run.refused.values()], findings);
    await checkAlive(target, findings);
    takeErrorLines(run);
    const list = await withSmallest(target, findings.list());
    return {
      seconds: (performance.now() - began) / 1_000,
      ...{
        cases: run.cases,
        overSocket: run.overSocket,
        limited,
        refusedAgain,
        heapGrowthBytes,
        findings: list,
      },
      reached: Object.fromEntries(run.reached),
      statuses: Object.fromEntries(
        [...run.statuses].toSorted(([name], [other]) => name.localeCompare(other)),
      ),
    };
  } finally {
    await target.stop();
    process.off('unhandledRejection', onRejection);
  }
}

/** Gives the bytes that are in use more at the end than when it was warm. */
async function runAll(run: Run, { seed, cases, onProgress }: FuzzOptions): Promise<number> {
  const { target, findings } = run;
  for (const { id } of target.operations) run.reached.set(id, { asked: 0, done: 0 });
  const drawing = requests(target.operations, target.worlds);
  const wanted = cases * (1 - LIMITED_SHARE);
  let heapWhenWarm: number | undefined;
  let walkedAt = -Infinity;
  const sockets = new Set<Promise<void>>();
  for (let round = 0; run.cases < wanted; round++) {
    if (run.cases - walkedAt >= WALK_EVERY_CASES) {
      walkedAt = run.cases;
      await Promise.all([walk(target, 'owner'), walk(target, 'stranger')]);
      await one(run, await signedWebhook(target, round));
      await one(run, signingIn(target));
    }
    if (heapWhenWarm === undefined && run.cases >= wanted * WARM_AFTER) heapWhenWarm = heapUsed();
    const drawn = draw(fc.tuple(drawing, trick), seed + round);
    await Promise.all(
      drawn.map(async ([request, how], index) => {
        const streams = mustStream(request);
        if (!streams && (round * AT_ONCE + index) % OVER_SOCKET_EVERY > 0) await one(run, request);
        // Not waited for: what never ends its request takes a second.
        else sockets.add(overSocket(run, request, streams && request.isValid ? AS_IT_SHOULD_BE : how));
      }),
    );
    if (sockets.size >= SOCKETS_AT_ONCE) await waitForAll(sockets);
    takeErrorLines(run);
    if (round % 50 === 0) onProgress?.(run.cases, findings.list().length);
  }
  await waitForAll(sockets);
  takeErrorLines(run);
  const growth = heapUsed() - (heapWhenWarm ?? 0);
  const allowed = HEAP_GROWTH_MAX_BYTES + HEAP_GROWTH_MAX_BYTES_A_CASE * run.cases;
  if (growth > allowed) findings.add({ kind: 'memory', detail: `${growth} bytes more` }, run.cases);
  return growth;
}

async function waitForAll(sockets: Set<Promise<void>>): Promise<void> {
  await Promise.all(sockets);
  sockets.clear();
}

const draw = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T[] =>
  fc.sample(fc.array(arbitrary, { minLength: AT_ONCE, maxLength: AT_ONCE }), { numRuns: 1, seed })[0]!;

/** Without a socket the answer would never end. */
function mustStream({ method, url }: Request): boolean {
  if (method !== 'GET') return false;
  const read = URL.parse(url, 'http://localhost');
  return read === null || read.pathname.startsWith('/api/events');
}

/** One case without a socket. */
async function one(run: Run, request: Request): Promise<void> {
  const { target, findings } = run;
  run.cases++;
  const at = run.cases;
  try {
    const answer = await send(target, request);
    count(run, request, answer);
    for (const finding of judge(request, answer, { ...target, caused: run.caused }))
      findings.add(finding, at, request);
    target.learn(request, answer);
    keepRefused(run, request, answer);
  } catch (fault) {
    findings.add({ kind: 'no-answer', detail: (fault as Error).message }, at, request);
  }
}

/** A few of each kind of refusal that each operation has; but what was refused under a key is kept with the key. */
function keepRefused({ refused }: Run, request: Request, { status, body }: ApiAnswer): void {
  if (!isRefused(status) || 'idempotency-key' in request.headers || refused.size >= REFUSED_MAX) return;
  const { code = '', errors = [] } = (body ?? {}) as { code?: string; errors?: { message: string }[] };
  const name = [request.operationId, code, errors[0]?.message.replaceAll(/\d+/g, '…')].join();
  if (refused.has(`${name} 1`)) refused.set(`${name} 2`, request);
  else refused.set(`${name} 1`, request);
}

async function overSocket(
  run: Run,
  request: Request,
  { name, isSound, write }: typeof AS_IT_SHOULD_BE,
): Promise<void> {
  const { target, findings } = run;
  run.cases++;
  run.overSocket++;
  const at = run.cases;
  const { method, payload = '' } = request;
  const headers = Object.fromEntries(
    Object.entries(headersOf(target.keys, request)).map(([key, value]) => [key, latin1(value)]),
  );
  const url = latin1(request.url).replaceAll(/[\s#]/g, '%20');
  const parts: Parts = { method, url, headers, body: Buffer.from(payload) };
  const answers = await sendBytes(target.port, write(parts), method);
  // Whatever else it asks for: to go on may be refused, and without a body.
  const mayHangUp = !isSound || Object.values(headers).some((value) => /\p{Cc}/u.test(value));
  if (!answers || (answers.length === 0 && !mayHangUp)) {
    findings.add({ kind: 'no-answer', detail: `over a socket, ${name}` }, at, request);
    return;
  }
  for (const answer of answers) {
    if (answer.status < 200) continue; // to go on, which Node says by itself
    count(run, request, answer);
    const sent = { ...request, url };
    for (const finding of judge(sent, answer, { ...target, caused: run.caused, isRaw: true }))
      findings.add({ ...finding, detail: `${finding.detail} (over a socket, ${name})` }, at, request);
    target.learn(request, answer);
  }
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

function count(
  { statuses, reached }: Run,
  { operationId, isValid }: Request,
  { status, body }: ApiAnswer,
): void {
  const { code = '' } = (body ?? {}) as { code?: unknown };
  const name = status >= 400 ? `${status} ${String(code)}` : String(status);
  statuses.set(name, (statuses.get(name) ?? 0) + 1);
  const found = reached.get(operationId);
  if (!found) return;
  found.asked++;
  if (isValid && status >= 200 && status < 300) found.done++;
}

function takeErrorLines({ target, findings, cases }: Run): void {
  for (const line of target.errorLines.splice(0)) {
    const { err = {}, msg } = JSON.parse(line) as { err?: { stack?: string; detail?: string }; msg: string };
    findings.add({ kind: 'error-logged', detail: `${msg}: ${err.stack ?? ''}\n${err.detail ?? ''}` }, cases);
  }
}

/** The last cases, against a process that has room for hardly any of them; counts what its limits answered. */
async function runLimited(
  run: Run,
  database: Database,
  { seed, cases }: FuzzOptions,
): Promise<Record<string, number>> {
  const target = await startTinyTarget(run.target, database);
  const limited: Run = { ...run, target, caused: ['overloaded'], statuses: new Map() };
  try {
    const drawing = requests(target.operations, target.worlds).filter((request) => !mustStream(request));
    while (limited.cases < cases) {
      const rounds = Array.from({ length: 4 }, (_, n) => draw(drawing, -seed - limited.cases - n));
      await Promise.all(rounds.flat().map((request) => one(limited, request)));
    }
  } finally {
    await target.stop();
  }
  run.cases = limited.cases;
  for (const [name, times] of limited.statuses) run.statuses.set(name, (run.statuses.get(name) ?? 0) + times);
  return Object.fromEntries([...limited.statuses].filter(([name]) => /^(429|503)/.test(name)));
}

/** For those that can be met again. */
async function withSmallest(target: Target, list: readonly Found[]): Promise<Found[]> {
  const shown: Found[] = [];
  for (const found of list) {
    const { request, kind } = found;
    if (!request || shown.length >= SHOWN_SMALLEST || kind === 'trace') shown.push(found);
    else {
      const fails = async (smaller: Request): Promise<boolean> => {
        if (mustStream(smaller)) return false;
        const answer = await send(target, smaller).catch(() => undefined);
        if (!answer) return kind === 'no-answer';
        return judge(smaller, answer, { ...target, caused: [] }).some((other) => other.kind === kind);
      };
      shown.push({ ...found, request: await smallest(request, fails) });
    }
  }
  return shown;
}
