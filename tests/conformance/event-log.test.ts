import { afterAll, describe, inject } from 'vitest';
import { debianPostgresForTests } from '../support/debian-postgres.ts';
import { inMemoryLog } from '../support/in-memory-log.ts';
import { openTestLog } from '../support/log.ts';
import { copyDatabase, createTemplate, type EmptyDatabase } from '../support/postgres.ts';
import { eventLogSuite } from './event-log.suite.ts';
import type { LogStore } from './log-store.ts';

describe('in memory', () =>
  eventLogSuite({
    shardCount: 65_536, // every ending of an id is a shard of its own
    runs: 500,
    open: async () => {
      const log = inMemoryLog();
      return { logs: [log, log], close: async () => {} };
    },
  }));

describe.each([1, 4])('on the PostgreSQL of this run with shards: %i', (shardCount) =>
  eventLogSuite(onPostgres(() => inject('postgresUrl'), shardCount)),
);

describe('on the PostgreSQL of the system', () => {
  const server = debianPostgresForTests();
  describe.each([1, 4])('with shards: %i', (shardCount) =>
    eventLogSuite(onPostgres(() => server().url, shardCount)),
  );
});

/** Each log in a database of its own, copied from one that is made when the first is wanted. */
function onPostgres(serverUrl: () => string, shardCount: number): LogStore {
  let template: Promise<EmptyDatabase> | undefined;
  afterAll(async () => (await template)?.drop());
  return {
    shardCount,
    runs: 60,
    open: async () => {
      template ??= createTemplate(serverUrl(), shardCount);
      const database = await copyDatabase(serverUrl(), (await template).name);
      const opened = [
        openTestLog(database.pool, { shardCount }),
        openTestLog(database.pool, { shardCount }),
      ] as const;
      return {
        logs: [opened[0].log, opened[1].log],
        close: async () => {
          await Promise.all(opened.map(({ stop }) => stop()));
          await database.drop();
        },
      };
    },
  };
}
