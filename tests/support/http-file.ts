import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { openEventStream } from './event-stream.ts';

// Runs files of requests in the syntax of editors: `### title`, `# @name`, `@variable = value`, `{{reference}}`. What an
// answer must be is said in comments, which editors pass over: `# expect 201`, `# expect body $.status = "Paid"`.

type Variables = Readonly<Record<string, string>>;

type Expectation =
  | { readonly of: 'status'; readonly status: number }
  | { readonly of: 'body' | 'header'; readonly path: string; readonly value: string }
  | { readonly of: 'event'; readonly type: string };

export type HttpRequest = {
  readonly title: string;
  readonly name: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly expectations: readonly Expectation[];
};

export type HttpFile = { readonly variables: Variables; readonly requests: readonly HttpRequest[] };

type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

export function parseHttpFile(text: string): HttpFile {
  const [head = '', ...blocks] = text.split(/^###/m);
  const variables = [...head.matchAll(/^@([\w-]+)\s*=\s*(.*)$/gm)].map(([, name, value]) => [
    name!,
    value!.trim(),
  ]);
  return { variables: Object.fromEntries(variables), requests: blocks.map(parseRequest) };
}

function parseRequest(block: string): HttpRequest {
  const [title = '', ...lines] = block.split('\n').map((line) => line.trim());
  const start = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  const comments = lines.slice(0, start);
  const [request = '', ...rest] = lines.slice(start);
  const [, method, url] = /^([A-Z]+) (\S+)$/.exec(request) ?? [];
  if (!method || !url) throw new Error(`"${title}" is no request: ${request}`);
  const blank = rest.includes('') ? rest.indexOf('') : rest.length;
  const headers = rest
    .slice(0, blank)
    .map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1).trim()]);
  const body = rest.slice(blank).join('\n').trim();
  const expectations = comments
    .filter((comment) => comment.startsWith('# expect'))
    .map((comment) => expectationOf(comment.slice('# expect'.length).trim()));
  if (!expectations.some(({ of }) => of === 'status')) throw new Error(`"${title}" expects no status`);
  return {
    title: title.trim(),
    name: comments.map((comment) => /^# @name (\w+)$/.exec(comment)?.[1]).find(Boolean),
    method,
    url,
    headers: Object.fromEntries(headers),
    body: body === '' ? undefined : body,
    expectations,
  };
}

function expectationOf(text: string): Expectation {
  if (/^\d{3}$/.test(text)) return { of: 'status', status: Number(text) };
  const [, type] = /^event (\S+)$/.exec(text) ?? [];
  if (type) return { of: 'event', type };
  const [, of, path, value] = /^(body|header) (\S+) = (.+)$/.exec(text) ?? [];
  if (!of || !path || !value) throw new Error(`it is not clear what to expect: ${text}`);
  return { of: of as 'body' | 'header', path, value };
}

/** Sends the requests one after another. Throws at the first whose answer is not as its file says. */
export async function runHttpFile(file: HttpFile, given: Variables): Promise<void> {
  const answers = new Map<string, Answer>();
  const variables = { ...file.variables, ...given };
  for (const request of file.requests) {
    const filled = fillIn(request, (reference) => valueOf(reference, variables, answers));
    const check = async (): Promise<Answer> => {
      const answer = await send(filled);
      for (const expectation of filled.expectations) compare(answer, expectation);
      return answer;
    };
    try {
      // What follows from a command comes a moment later: whoever reads too early reads again, as a person would.
      const answer = request.method === 'GET' ? await eventually(check) : await check();
      if (request.name) answers.set(request.name, answer);
    } catch (fault) {
      throw new Error(`"${request.title}": ${(fault as Error).message}`, { cause: fault });
    }
  }
}

function fillIn(request: HttpRequest, valueFor: (reference: string) => string): HttpRequest {
  const text = JSON.stringify(request).replaceAll(/\{\{([^}]+)\}\}/g, (_, reference: string) =>
    JSON.stringify(valueFor(reference)).slice(1, -1),
  );
  return JSON.parse(text) as HttpRequest;
}

function valueOf(reference: string, variables: Variables, answers: ReadonlyMap<string, Answer>): string {
  const [, name, part, path] = /^(\w+)\.response\.(body|headers)\.(.+)$/.exec(reference) ?? [];
  const answer = answers.get(name ?? '');
  const value = !answer
    ? variables[reference]
    : part === 'headers'
      ? answer.headers.get(path!)
      : at(answer.body, path!);
  if (typeof value !== 'string') throw new Error(`no text is known as {{${reference}}}`);
  return value;
}

/** By a path such as `$.items[0].lineId`. */
const at = (body: unknown, path: string): unknown =>
  (path.match(/[^.$[\]]+/g) ?? []).reduce<unknown>(
    (value, name) => (value as Record<string, unknown> | undefined)?.[name],
    body,
  );

async function send({ method, url, headers, body, expectations }: HttpRequest): Promise<Answer> {
  const wanted = expectations.find(({ of }) => of === 'event');
  if (wanted) return readEvent(url, headers);
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  });
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Of a stream, which does not end, the first event. */
async function readEvent(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { Authorization = '', ...others } = headers;
  const stream = await openEventStream(url, Authorization.replace('Bearer ', ''), others);
  try {
    const [event] = await stream.take(1);
    return { status: stream.status, headers: new Headers(), body: event };
  } finally {
    stream.drop();
  }
}

function compare({ status, headers, body }: Answer, expectation: Expectation): void {
  switch (expectation.of) {
    case 'status':
      expect({ status, body }).toMatchObject({ status: expectation.status });
      return;
    case 'event':
      expect(body).toMatchObject({ event: expectation.type });
      return;
    case 'body':
    case 'header': {
      const { of, path, value } = expectation;
      const found = of === 'header' ? headers.get(path) : at(body, path);
      expect({ [path]: found }).toEqual({ [path]: JSON.parse(value) });
    }
  }
}
