import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** A minute each and more: begun last, they would keep all others waiting. */
const LONG = ['fuzz', 'soak', 'rabbitmq-outages', 'first-run', 'demo-data', 'verify-tampering', 'partitions'];

const isLong = ({ moduleId }: TestSpecification): boolean =>
  LONG.some((name) => moduleId.endsWith(`/${name}.test.ts`));

class LongFirst extends BaseSequencer {
  /** Those of a project one after another: they share its workers. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted(
      (one, other) =>
        Number(isLong(other)) - Number(isLong(one)) || one.project.name.localeCompare(other.project.name),
    );
  }
}

export default defineConfig({
  test: {
    // On two cores: more than half of the time a file waits for a server, a broker, a browser or a timer.
    maxWorkers: 4,
    // Files of a worker share its modules: to load the service anew for each took a fifth of the time.
    isolate: false,
    sequence: { sequencer: LongFirst },
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
