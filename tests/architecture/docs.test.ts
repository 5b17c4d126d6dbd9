import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES } from '../../src/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));

type Described = {
  components: {
    messages: Record<string, { summary: string }>;
    schemas: Record<string, { properties: object }>;
  };
};

const code = (text = ''): string => (text === '' ? '' : `\`${text}\``);

/** Titles may wrap in the source, so only their words are compared. */
const words = (text: string): string => text.replaceAll(/\s+/g, ' ');

const tableRow = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('the README', () => {
  it('lists every setting with its default and nothing else', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => /^\| `[A-Z_]+`/.test(line))
      .map(tableRow);
    const wanted = CONFIG_VARIABLES.map((one) => [code(one.name), code(one.default), one.description]);
    expect(rows).toEqual(wanted);
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [
      ...`${read('README.md')}${read('CONTRIBUTING.md')}`.matchAll(/npm run (?:-s )?([\w:-]+)/g),
    ];
    for (const [, name] of named) expect(Object.keys(scripts)).toContain(name);
  });
});

it('start and test set everything up themselves: with install scripts off npm runs no hook before them', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => /^(pre|post)/.test(name))).toEqual([]);
  for (const name of ['start', 'test', 'create-key', 'op']) {
    expect(scripts[name]).toMatch(/^node scripts\/bootstrap\.mjs --build && /);
  }
});

const ELSEWHERE = ['examples/README.md', 'packages/client/README.md'];

it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...ELSEWHERE, ...filesIn('docs', '.md')])(
  '%s has no dead link',
  (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => !existsSync(join(root, dirname(file), link)));
    expect(dead).toEqual([]);
  },
);

it('docs/messages.md says of every message what asyncapi.json says: when it is sent and what is in it', () => {
  const { messages, schemas } = (JSON.parse(read('asyncapi.json')) as Described).components;
  const rows = read('docs/messages.md')
    .split('\n')
    .filter((line) => /^\| `[a-z_]+\.[a-z_]+\.v\d+`/.test(line))
    .map(tableRow);
  const told = Object.entries(messages).filter(([type]) => /\.v\d+$/.test(type));
  const wanted = told.map(([type, { summary }]) => [
    code(type),
    summary,
    Object.keys(schemas[type]!.properties).map(code).join(', '),
  ]);
  expect(rows).toEqual(wanted);
});

describe('docs/guarantees.md', () => {
  const claims = read('docs/guarantees.md')
    .split('\n')
    .filter((line) => /\.(test|cases)\.ts`/.test(line))
    .map(tableRow);

  it('has claims, each once', () => {
    expect(claims.length).toBeGreaterThan(20);
    const told = claims.map((claim) => claim.join());
    expect(told.filter((claim, index) => told.indexOf(claim) < index)).toEqual([]);
  });

  it.each(claims)('«%s» is proved by a test that exists', (_claim, file = '', title = '') => {
    const path = join('tests', file.replaceAll('`', ''));
    expect(words(read(path))).toContain(words(title));
  });
});
