import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { asInjected, type ApiAnswer, type Contract } from '../support/api-contract.ts';
import type { Request } from './requests.ts';
import { idsIn } from './world.ts';

/** What the fuzzer looks for, and what each stands for. */
export const KINDS = {
  'server-error': 'A 5xx that nothing has caused',
  undocumented: 'An answer that is not as openapi.json says',
  leak: 'An answer that shows what is inside: code, SQL, paths of files',
  foreign: 'Something of another tenant',
  secret: 'A key or a secret where none is told',
  size: 'An answer that is longer than any should be',
  'request-id': 'An answer without X-Request-Id',
  'no-answer': 'A request that was not answered',
  'error-logged': 'A line in the log at the level of errors',
  rejection: 'A rejection that nobody handles',
  trace: 'A request that was refused, and changed something all the same',
  dead: 'Afterwards the service does not do its work',
  memory: 'Memory that is not given back',
} as const;
export type Kind = keyof typeof KINDS;

export type Finding = { readonly kind: Kind; readonly detail: string };

/** Problems that limits answer with, where they are meant to be reached. */
export type Caused = readonly ProblemCode[];

const PROBLEM_MAX_CHARS = 64 * 1024;
const ANSWER_MAX_CHARS = 4 * 1024 * 1024;

const INNARDS =
  /node_modules|\.[jt]s:\d|\bat \w+ \(|\b(select|insert into|update|delete from) \w+ |relation "|fastify|postgres|FST_ERR|constraint|violates|\/work\/|\/home\/|_pkey|_check\b/i;
const KEY = /op_(live|test)_[A-Za-z0-9_-]{20,}/;
const SIGNING_SECRET = /whsec_[A-Za-z0-9+/]{10,}/;
const TELLS_KEY = ['createApiKey', 'rotateApiKey'];
const TELLS_SECRET = ['createWebhookEndpoint', 'rotateWebhookSecret'];
/** Documents, which hold examples of everything. */
export const DOCUMENTS = /^\/(openapi\.json|asyncapi\.json|docs|problems)/;

type Judging = {
  readonly contract: Contract;
  /** That it belongs to another tenant than this actor's, for sure. */
  readonly isForeign: (id: string, actor: Request['actor']) => boolean;
  /** That somebody of the actor's tenant has sent it. */
  readonly hasSent: (id: string, actor: Request['actor']) => boolean;
  readonly caused: Caused;
  /** On a socket HTTP itself may be refused, before it is known what is asked for. */
  readonly isRaw?: boolean;
};

const OF_HTTP = [
  'malformed-request',
  'headers-too-large',
  'request-timeout',
  'expectation-failed',
  'uri-too-long',
];

/** All that is wrong with an answer, the worst first. */
export function judge(request: Request, answer: ApiAnswer, judging: Judging): Finding[] {
  const { status, headers, text, body } = answer;
  const findings: Finding[] = [];
  const found = (kind: Kind, detail: string): void => void findings.push({ kind, detail });
  const isProblem = headers['content-type'] === 'application/problem+json';
  const code = isProblem ? (body as { code?: string } | undefined)?.code : undefined;
  const isDocument = DOCUMENTS.test(request.url);

  if (status >= 500 && !isCaused(request, status, code, judging.caused))
    found('server-error', `${status} ${code ?? ''}`);
  if (isProblem && INNARDS.test(said(body))) found('leak', INNARDS.exec(said(body))![0]);
  for (const id of foreignIn(request, answer, judging)) found('foreign', `tells ${id}`);
  if (!isDocument && KEY.test(text) && !TELLS_KEY.includes(request.operationId))
    found('secret', 'an API key');
  if (!isDocument && SIGNING_SECRET.test(text) && !TELLS_SECRET.includes(request.operationId))
    found('secret', 'a signing secret');
  if (text.length > (isProblem ? PROBLEM_MAX_CHARS : ANSWER_MAX_CHARS))
    found('size', `${text.length} characters`);
  if (!/^[0-9a-f-]{36}$/.test(String(headers['x-request-id']))) found('request-id', String(status));
  if (judging.isRaw && code !== undefined && OF_HTTP.includes(code)) return findings;
  try {
    judging.contract(request.method, judging.isRaw ? request.url : asInjected(request.url), answer);
  } catch (fault) {
    found('undocumented', (fault as Error).message);
  }
  return findings;
}

/** To HEAD nobody says which problem it is, but its status does. */
const isCaused = ({ method }: Request, status: number, code: string | undefined, caused: Caused): boolean =>
  caused.some((known) => (method === 'HEAD' ? PROBLEMS[known].status === status : known === code));

type Problem = {
  readonly detail?: string;
  readonly title?: string;
  readonly errors?: readonly { readonly message?: string }[];
};

/** What a problem says in our words, without what it repeats of the request. */
const said = (body: unknown): string => {
  const { detail = '', title = '', errors = [] } = (body ?? {}) as Problem;
  return [title, detail, ...errors.map(({ message = '' }) => message), ...strange(body)].join('\n');
};

const KNOWN = [
  'type',
  'title',
  'status',
  'detail',
  'instance',
  'code',
  'traceId',
  'errors',
  'violated-policies',
];
const strange = (body: unknown): string[] =>
  Object.entries(body ?? {})
    .filter(([name]) => !KNOWN.includes(name))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);

function foreignIn(request: Request, { status, text }: ApiAnswer, { isForeign, hasSent }: Judging): string[] {
  const { actor, path, url, payload = '', headers, operationId } = request;
  const told = [...new Set(idsIn(text))]
    .filter((id) => isForeign(id, actor))
    // The audit repeats what its own tenant once asked for, and nothing else.
    .filter((id) => operationId !== 'listAudit' || !hasSent(id, actor));
  // What a path may be asked is said of any path.
  if (status < 400 && request.method !== 'OPTIONS')
    return [...told, ...Object.values(path).filter((id) => isForeign(id, actor))];
  // A refusal names what it was asked for, and nothing else.
  const sent = new Set(idsIn([url, String(payload), ...Object.values(headers)].join('\n')));
  return told.filter((id) => !sent.has(id));
}
