import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

const project = (name: string, options: TestOptions = {}) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...options },
});

const onServers = (shardCount: number): TestOptions => ({
  globalSetup: 'tests/support/global-setup.ts',
  hookTimeout: 30_000,
  provide: { shardCount },
});

const filesOf = (folder: string, names: readonly string[]): string[] =>
  names.map((name) => `tests/${folder}/${name}.test.ts`);

/** What must hold however many shards the log has, once more on four of them. */
const onFourShards = (folder: string, names: readonly string[]) =>
  project(`${folder}-4-shards`, { ...onServers(4), include: filesOf(folder, names) });

/** On four shards only: they are about shards, or as true of one as of four, and each takes a minute. */
const ON_FOUR_ONLY = ['crash', 'generations', 'partitions', 'snapshots', 'verify', 'verify-tampering'];

export default defineConfig({
  test: {
    // On two cores: much of the time a file waits for servers of its own.
    maxWorkers: 3,
    // Files of a worker share its modules: to load the service anew for each took a fifth of the time.
    isolate: false,
    testTimeout: 30_000,
    reporters: ['default', './tests/support/count-reporter.ts'],
    projects: [
      project('domain'),
      project('application'),
      project('infrastructure', {
        ...onServers(1),
        exclude: filesOf('infrastructure', ON_FOUR_ONLY),
      }),
      onFourShards('infrastructure', ['event-log', ...ON_FOUR_ONLY]),
      project('conformance', onServers(1)),
      project('api', onServers(1)),
      onFourShards('api', ['idempotency', 'order-lists', 'orders']),
      project('architecture'),
      project('console'),
      // Machines with much else to do are slow to show a page.
      project('browser', { ...onServers(1), testTimeout: 120_000 }),
    ],
  },
});
