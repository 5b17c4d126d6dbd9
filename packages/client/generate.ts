import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

// Writes src/api-types.ts from /openapi.json: the types of the document, and what the client must know of each
// operation while it runs. With --check only compares.

type Schema = { readonly properties?: Readonly<Record<string, unknown>> };
type Described = {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
};
type Document = {
  readonly 'x-minor-digits': Readonly<Record<string, number>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: {
      readonly Problem: {
        readonly properties: { readonly code: { 'x-extensible-enum': readonly string[] } };
      };
    };
  };
};

const HEADER = `// Made from openapi.json by \`npm run generate\`; not edited by hand.\n\n`;
/** The feed has a function of its own; providers sign theirs. */
const LEFT_OUT = new Set(['followEvents', 'receiveProviderWebhook']);

function operationEntry(path: string, method: string, described: Described): string {
  const { operationId, summary = '', parameters = [], requestBody } = described;
  const named = (where: string): string[] =>
    parameters.filter((parameter) => parameter.in === where).map(({ name }) => name);
  const inBody = Object.keys(requestBody?.content['application/json']?.schema?.properties ?? {});
  // The client takes all of them as one object, so that a name may mean one thing only.
  const fields = [...named('path'), ...named('query'), ...inBody];
  if (new Set(fields).size < fields.length)
    throw new Error(`${operationId} uses a name twice: ${fields.join(', ')}`);
  const operation = {
    method: method.toUpperCase(),
    path,
    rest: requestBody ? 'body' : 'query',
    ...(requestBody && named('query').length > 0 && { inQuery: named('query') }),
    isKeyed: named('header').includes('Idempotency-Key'),
    isPaged: named('query').includes('cursor'),
  };
  return `  /** ${summary} */\n  ${operationId}: ${JSON.stringify(operation)},\n`;
}

/** Answers that succeed, and without headers: what the client types. Problems all have one form, and their codes a list. */
const withoutProblems = (text: string): object =>
  JSON.parse(text, (key, value: unknown) => {
    if (key !== 'responses' || typeof value !== 'object' || value === null) return value;
    const successes = Object.entries(value).filter(([status]) => status.startsWith('2'));
    return Object.fromEntries(
      successes.map(([status, { headers: _left, ...answer }]: [string, { headers?: object }]) => [
        status,
        answer,
      ]),
    );
  }) as object;

async function generate(text: string): Promise<string> {
  const { paths, components, 'x-minor-digits': minorDigits } = JSON.parse(text) as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => operationId !== undefined && !LEFT_OUT.has(operationId))
      .map(([method, described]) => operationEntry(path, method, described)),
  );
  const types = astToString(await openapiTS(JSON.stringify(withoutProblems(text)), { alphabetize: false }));
  const codes = components.schemas.Problem.properties.code['x-extensible-enum'];
  const problemCode = `export type ProblemCode = ${codes.map((code) => `'${code}'`).join(' | ')};\n`;
  const digits = `/** Decimals of each currency of ISO 4217. */\nexport const MINOR_DIGITS: Readonly<Record<string, number>> = ${JSON.stringify(minorDigits)};\n`;
  return `${HEADER}${types}\n${problemCode}\n${digits}\nexport const OPERATIONS = {\n${operations.join('')}} as const;\n`;
}

const wanted = await generate(await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'));
const file = new URL('src/api-types.ts', import.meta.url);
if (!process.argv.includes('--check')) await writeFile(file, wanted);
else if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) {
  console.error('packages/client differs from openapi.json: run `npm run generate` and commit it');
  process.exitCode = 1;
}
