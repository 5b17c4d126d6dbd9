import {
  nodeAt,
  resolved,
  schemaChanges,
  type Breaking,
  type Documents,
  type Node,
} from './schema-changes.ts';

/** What a client made for the one document would stumble over with the other. */
export function breakingChanges(before: Node, after: Node): Breaking[] {
  const documents = { before, after, seen: new Set<string>() };
  return Object.entries(nodeAt(before, 'paths')).flatMap(([path, methods]) =>
    Object.entries(methods as Node).flatMap(([method, was]) => {
      const is = nodeAt(after, 'paths', path)[method] as Node | undefined;
      const subject = String((was as Node)['operationId']);
      if (!is) return [{ subject, what: `${method.toUpperCase()} ${path} is gone` }];
      return operationChanges(documents, was as Node, is).map(({ what, ...change }) => ({
        subject: change.subject || subject,
        what,
      }));
    }),
  );
}

/** An empty subject stands for the operation. */
function operationChanges(documents: Documents, was: Node, is: Node): Breaking[] {
  const changes: Breaking[] = [];
  const note = (what: string): number => changes.push({ subject: '', what });
  if (was['operationId'] !== is['operationId'])
    note(`its operationId is ${String(is['operationId'])}, was ${String(was['operationId'])}`);
  const [needed, needs] = [securityOf(documents.before, was), securityOf(documents.after, is)];
  if (!isStillOpen(needed, needs))
    note(`its security is ${JSON.stringify(needs)}, was ${JSON.stringify(needed)}`);
  return [
    ...changes,
    ...parameterChanges(documents, was, is),
    ...bodyChanges(documents, was, is),
    ...answerChanges(documents, was, is),
  ];
}

/** Each of them alone is enough; none: nothing is needed. */
const securityOf = (document: Node, operation: Node): readonly unknown[] =>
  (operation['security'] ?? document['security'] ?? []) as readonly unknown[];

/** Whoever came in before still does; that others may too breaks nobody. */
function isStillOpen(needed: readonly unknown[], needs: readonly unknown[]): boolean {
  const enough = new Set(needs.map((one) => JSON.stringify(one)));
  return needs.length === 0 || (needed.length > 0 && needed.every((one) => enough.has(JSON.stringify(one))));
}

function parameterChanges(documents: Documents, was: Node, is: Node): Breaking[] {
  const known = parametersOf(documents.before, was);
  const now = parametersOf(documents.after, is);
  const added = [...now].filter(([name, parameter]) => parameter['required'] && !known.has(name));
  return [
    ...added.map(([name]) => ({ subject: '', what: `${name} is new and required` })),
    ...[...known].flatMap(([name, before]) => {
      const after = now.get(name);
      if (!after) return [{ subject: '', what: `${name} is gone` }];
      const required = after['required'] && !before['required'];
      const pair = { before: nodeAt(before, 'schema'), after: nodeAt(after, 'schema') };
      return [
        ...(required ? [{ subject: '', what: `${name} is required` }] : []),
        ...schemaChanges(documents, pair, { subject: '', at: name, direction: 'request' }),
      ];
    }),
  ];
}

/** By where they come and their name, in which headers know no case. */
function parametersOf(document: Node, { parameters = [] }: Node): Map<string, Node> {
  const all = (parameters as Node[]).map((parameter) => resolved(document, parameter));
  return new Map(
    all.map((parameter) => {
      const [place, name] = [String(parameter['in']), String(parameter['name'])];
      return [`the ${place} parameter ${place === 'header' ? name.toLowerCase() : name}`, parameter];
    }),
  );
}

function bodyChanges(documents: Documents, was: Node, is: Node): Breaking[] {
  const [before, after] = [nodeAt(was, 'requestBody'), nodeAt(is, 'requestBody')];
  const required = after['required'] && !before['required'];
  return [
    ...(required ? [{ subject: '', what: 'a body is required' }] : []),
    ...contentChanges(documents, before, after, 'request'),
  ];
}

function answerChanges(documents: Documents, was: Node, is: Node): Breaking[] {
  return Object.entries(nodeAt(was, 'responses')).flatMap(([status, given]) => {
    const now = nodeAt(is, 'responses')[status];
    if (!now) return [{ subject: '', what: `the status ${status} is gone` }];
    const [before, after] = [
      resolved(documents.before, given as Node),
      resolved(documents.after, now as Node),
    ];
    const lost = Object.keys(nodeAt(before, 'headers')).filter((name) => !(name in nodeAt(after, 'headers')));
    return [
      ...lost.map((name) => ({ subject: '', what: `the status ${status} lost the header ${name}` })),
      ...contentChanges(documents, before, after, 'answer', status),
    ];
  });
}

function contentChanges(
  documents: Documents,
  before: Node,
  after: Node,
  direction: 'request' | 'answer',
  at = '',
): Breaking[] {
  return Object.entries(nodeAt(before, 'content')).flatMap(([type, media]) => {
    const now = nodeAt(after, 'content')[type];
    if (!now) return [{ subject: '', what: `${direction}${at && ` ${at}`}: the type ${type} is gone` }];
    const pair = { before: nodeAt(media, 'schema'), after: nodeAt(now, 'schema') };
    return schemaChanges(documents, pair, { subject: '', at, direction });
  });
}

/** The lines under "Unreleased" that begin with BREAKING say which operations and schemas they concern. */
export function undeclared(changes: readonly Breaking[], changelog: string): Breaking[] {
  const [, unreleased = ''] = /^## \[Unreleased\]$(.*?)(?=^## |(?![^]))/ms.exec(changelog) ?? [];
  const entries = unreleased.split(/^- /m).filter((entry) => entry.startsWith('BREAKING'));
  return changes.filter(({ subject }) => !entries.some((entry) => entry.includes(`\`${subject}\``)));
}
