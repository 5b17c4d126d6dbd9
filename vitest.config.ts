import { defineConfig } from 'vitest/config';

const project = (name: string, options = {}) => ({
  extends: true as const,
  test: { name, include: [`tests/${name}/**/*.test.ts`], ...options },
});

const onServers = {
  globalSetup: 'tests/support/global-setup.ts',
  testTimeout: 30_000,
  hookTimeout: 30_000,
};

export default defineConfig({
  test: {
    // Two files at a time: each may hold a database of its own, and CI has two cores.
    maxWorkers: 2,
    reporters: ['default', './tests/support/count-reporter.ts'],
    projects: [
      project('domain'),
      project('application'),
      project('infrastructure', onServers),
      project('api', onServers),
      project('architecture'),
    ],
  },
});
