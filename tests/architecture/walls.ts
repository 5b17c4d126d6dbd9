import { posix } from 'node:path';
import { importsOf, readSource } from './source-text.ts';

export type Violation = { readonly rule: RuleName; readonly file: string; readonly detail: string };

type SourceFile = {
  readonly path: string;
  readonly text: string;
  /** Comments and the insides of literals blanked. */
  readonly code: string;
  readonly literals: readonly string[];
  /** As written. */
  readonly specifiers: readonly string[];
  /** Paths of the files in this repository that it imports. */
  readonly imports: readonly string[];
};

type Tree = {
  readonly texts: ReadonlyMap<string, string>;
  /** TypeScript under src/. */
  readonly sources: readonly SourceFile[];
};

type Finding = { readonly file: string; readonly detail: string };
type Rule = (tree: Tree) => readonly Finding[];

const LAYERS = {
  domain: ['domain'],
  application: ['domain', 'application'],
  infrastructure: ['domain', 'application', 'infrastructure'],
  api: ['domain', 'application', 'api'],
  config: ['domain', 'application', 'config'],
  cli: ['domain', 'application', 'infrastructure', 'api', 'config', 'cli', 'main'],
  main: ['domain', 'application', 'infrastructure', 'api', 'config', 'cli', 'main'],
} as const satisfies Record<string, readonly string[]>;

type Layer = keyof typeof LAYERS;

/** What may lie in src beside the folders of the layers: the configuration, and the parts of the composition root. */
const TOP_FILES: Readonly<Record<string, Layer>> = {
  'config.ts': 'config',
  'config-access.ts': 'config',
  'config-http.ts': 'config',
  'config-limits.ts': 'config',
  'config-messages.ts': 'config',
  'config-providers.ts': 'config',
  'config-refunds.ts': 'config',
  'config-variables.ts': 'config',
  'limit-options.ts': 'main',
  'config-telemetry.ts': 'config',
  'provider-options.ts': 'main',
  'main.ts': 'main',
  'composition.ts': 'main',
  'composition-access.ts': 'main',
  'composition-jobs.ts': 'main',
  'composition-operations.ts': 'main',
  'composition-payments.ts': 'main',
  'composition-reconciliation.ts': 'main',
  'composition-telemetry.ts': 'main',
  'composition-webhooks.ts': 'main',
  'demo.ts': 'main',
  'demo-data.ts': 'main',
  'demo-shop.ts': 'main',
  'demo-steps.ts': 'main',
  'demo-stories.ts': 'main',
};
const FOLDERS: readonly Layer[] = ['domain', 'application', 'infrastructure', 'api', 'cli'];

function layerOf(path: string): Layer | undefined {
  const [root, name = '', ...rest] = path.split('/');
  if (root !== 'src') return undefined;
  return rest.length === 0 ? TOP_FILES[name] : FOLDERS.find((folder) => folder === name);
}

const PURE: readonly (Layer | undefined)[] = ['domain', 'application'];

const inPureLayers = (check: (file: SourceFile) => readonly string[]): Rule =>
  inSources((file) => (PURE.includes(layerOf(file.path)) ? check(file) : []));

function inSources(check: (file: SourceFile) => readonly string[]): Rule {
  return ({ sources }) =>
    sources.flatMap((file) => check(file).map((detail) => ({ file: file.path, detail })));
}

const layers = inSources(({ path, imports }) => {
  const layer = layerOf(path);
  if (!layer) return ['lies in no layer'];
  const allowed: readonly (Layer | undefined)[] = LAYERS[layer];
  return imports
    .filter((target) => !allowed.includes(layerOf(target)))
    .map((target) => `${layer} imports ${target}`);
});

const packages = inPureLayers(({ specifiers, code }) => [
  ...specifiers.filter((specifier) => !specifier.startsWith('.')).map((specifier) => `imports ${specifier}`),
  ...(/\b(?:import|require)\s*\(\s*[^\s'"`]/.test(code) ? ['imports something computed'] : []),
]);

const DRIVERS = ['pg', 'kysely', 'amqplib'];

const drivers = inSources(({ path, specifiers }) =>
  layerOf(path) === 'infrastructure'
    ? []
    : specifiers
        .filter((name) => DRIVERS.includes(name.split('/')[0] ?? ''))
        .map((name) => `imports ${name}`),
);

const CAPABILITY = /^src\/(?:domain|application)\/(orders|payments|checkout|ledger)\//;
const capabilityOf = (path: string): string | undefined => CAPABILITY.exec(path)?.[1];

/** Ports speak of everything there is, and so does the list of what leaves the service. */
const SPEAK_OF_BOTH = ['ports.ts', 'read-models.ts', 'integration-events.ts'].map(
  (name) => `src/application/${name}`,
);

const capabilities = inSources(({ path, imports }) => {
  const own = capabilityOf(path);
  if (own === 'checkout' || own === 'ledger' || SPEAK_OF_BOTH.includes(path)) return [];
  const others = imports.filter(
    (target) => capabilityOf(target) !== undefined && capabilityOf(target) !== own,
  );
  if (own !== undefined || path.startsWith('src/domain/')) return others.map((target) => `imports ${target}`);
  const met = new Set(others.map(capabilityOf));
  const both = PURE.includes(layerOf(path)) && met.has('orders') && met.has('payments');
  return both ? ['imports both orders and payments, which only checkout and ledger may'] : [];
});

/** One finding for each file that can reach itself, with the shortest way it does. */
const cycles: Rule = ({ sources }) => {
  const edges = new Map(sources.map(({ path, imports }) => [path, imports]));
  return sources.flatMap(({ path }) => {
    const seen = new Set<string>();
    const ways = [[path]];
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
      for (const next of edges.get(way.at(-1) ?? path) ?? []) {
        if (next === path) return [{ file: path, detail: `imports itself: ${[...way, path].join(' → ')}` }];
        if (!seen.has(next)) ways.push([...way, next]);
        seen.add(next);
      }
    }
    return [];
  });
};

const barrels = inSources(({ path, code }) => [
  ...(/\/index\.\w+$/.test(path) ? ['is an index file'] : []),
  ...(/\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from\b)/.test(code)
    ? ['re-exports what another file defines']
    : []),
]);

const VAGUE = new Set(['util', 'utils', 'helper', 'helpers', 'common']);

const names: Rule = ({ texts }) =>
  [...texts.keys()].flatMap((file) => {
    const words = file.toLowerCase().split(/[/._-]/);
    return words.filter((word) => VAGUE.has(word)).map((word) => ({ file, detail: `is named ${word}` }));
  });

const environment = inSources(({ path, code, specifiers }) => {
  if (path === 'src/config.ts') return [];
  const used =
    /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*(?:\?\.\s*)?\[|\{[^{}]*\benv\b[^{}]*\}\s*=\s*process\b/.test(
      code,
    );
  const imported =
    specifiers.some((name) => /^(?:node:)?process$/.test(name)) && /\bimport\b[^;]*\benv\b/.test(code);
  return used || imported ? ['reads process.env'] : [];
});

const CLOCK_AND_CHANCE = [
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/,
  /(?<!\bnew\s+)\bDate\s*\(/,
  /\bTemporal\s*\.\s*Now\b/,
  /\bperformance\s*\.\s*now\b/,
  /\bprocess\s*\.\s*hrtime\b/,
  /\bMath\s*\.\s*random\b/,
  /\b(?:randomUUID|randomBytes|randomInt|getRandomValues)\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
];

const clockAndChance = inPureLayers(({ code }) =>
  CLOCK_AND_CHANCE.flatMap((pattern) => pattern.exec(code)?.[0] ?? []).map((found) => `uses ${found}`),
);

const NAME = String.raw`[\w."$]+`;
const SQL = [
  String.raw`select\s+(?:distinct\s+)?(?:\*|\d|\(|${NAME}\s*(?:\(|::|->)|${NAME}(?:\s*,[^]*?|\s+as\s[^]*?)?\s+from\s)`,
  String.raw`insert\s+into\s+${NAME}`,
  String.raw`update\s+(?:only\s+)?${NAME}\s+(?:(?:as\s+)?\w+\s+)?set\s`,
  String.raw`delete\s+from\s+${NAME}`,
  String.raw`with\s+(?:recursive\s+)?\w+(?:\s*\([^)]*\))?\s+as\s+(?:(?:not\s+)?materialized\s+)?\(`,
  String.raw`(?:create|alter|drop)\s+(?:\w+\s+){0,2}(?:table|index|view|schema|function|trigger|sequence|database)\s+${NAME}`,
].map((statement) => new RegExp(String.raw`^\s*${statement}`, 'i'));

const sql = inSources(({ path, literals }) => {
  if (layerOf(path) === 'infrastructure') return [];
  return literals
    .filter((text) => SQL.some((pattern) => pattern.test(text)))
    .map((text) => `holds SQL: ${text.trim().slice(0, 40)}`);
});

const LINES_MAX = 300;

const length = inSources(({ text }) => {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > LINES_MAX ? [`has ${lines} lines, over ${LINES_MAX}`] : [];
});

const decorators = inSources(({ code }) => (/^\s*@\w/m.test(code) ? ['uses a decorator'] : []));

const MACHINE = [
  /(?<![\w.~/-])\/(?:root|home|work)\/[\w.]/,
  /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\b/,
  /https?:\/\/[^/\s"']*(?:registry|artifactory|verdaccio|nexus)/,
];

const machine: Rule = ({ texts }) =>
  [...texts].flatMap(([file, text]) =>
    MACHINE.flatMap((pattern) => pattern.exec(text)?.[0] ?? []).map((found) => ({
      file,
      detail: `mentions ${found}`,
    })),
  );

const RULES = {
  layers,
  packages,
  drivers,
  capabilities,
  cycles,
  barrels,
  names,
  environment,
  clockAndChance,
  sql,
  length,
  decorators,
  machine,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/** Everything in these files (by path from the root of the repository) that breaks through a wall. */
export function violations(files: ReadonlyMap<string, string>): readonly Violation[] {
  const tree = readTree(files);
  return Object.entries(RULES).flatMap(([rule, check]) =>
    check(tree).map((finding) => ({ rule: rule as RuleName, ...finding })),
  );
}

function readTree(texts: ReadonlyMap<string, string>): Tree {
  const sources = [...texts]
    .filter(([path]) => path.startsWith('src/') && /\.[cm]?ts$/.test(path))
    .map(([path, text]): SourceFile => {
      const source = readSource(text);
      const specifiers = importsOf(source);
      const imports = specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'));
      return {
        path,
        text,
        code: source.code,
        literals: source.literals.map((literal) => literal.text),
        specifiers,
        imports,
      };
    });
  return { texts, sources };
}
