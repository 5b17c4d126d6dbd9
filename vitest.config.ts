import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

const project = (name: string, options: TestOptions = {}) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...options },
});

const onServers = (shardCount: number): TestOptions => ({
  globalSetup: 'tests/support/global-setup.ts',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  provide: { shardCount },
});

/** The tests that must hold however many shards the log has, once more on four of them. */
const onFourShards = (folder: string, files: readonly string[]) =>
  project(`${folder}-4-shards`, {
    ...onServers(4),
    include: files.map((file) => `tests/${folder}/${file}.test.ts`),
  });

export default defineConfig({
  test: {
    // Two files at a time: each may hold a database of its own, and CI has two cores.
    maxWorkers: 2,
    reporters: ['default', './tests/support/count-reporter.ts'],
    projects: [
      project('domain'),
      project('application'),
      project('infrastructure', {
        ...onServers(1),
        // On four shards only, below: one of its cases needs several, and it takes a minute.
        exclude: ['tests/infrastructure/verify-tampering.test.ts'],
      }),
      onFourShards('infrastructure', [
        'event-log',
        'crash',
        'generations',
        'partitions',
        'snapshots',
        'verify',
        'verify-tampering',
      ]),
      project('conformance', onServers(1)),
      project('api', onServers(1)),
      onFourShards('api', ['access', 'idempotency', 'order-lists', 'orders', 'payments']),
      project('architecture'),
    ],
  },
});
