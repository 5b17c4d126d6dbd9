import { afterAll, beforeEach } from 'vitest';
import { appending } from './appending.cases.ts';
import { concurrency } from './concurrency.cases.ts';
import { loading } from './loading.cases.ts';
import type { Logs, LogStore, OpenStore } from './log-store.ts';
import { reading } from './reading.cases.ts';

/** What the port `EventLog` promises, whatever the log is kept in. */
export function eventLogSuite(store: LogStore): void {
  let opened: OpenStore | undefined;
  // Not beforeAll: that would ask a server that may be missing, which each test then says as it is skipped.
  beforeEach(async () => {
    opened ??= await store.open();
  });
  afterAll(() => opened?.close());

  const logs: Logs = () => {
    if (!opened) throw new Error('the log opens before the first test');
    return opened.logs;
  };
  appending(logs, store);
  reading(logs, store);
  loading(logs, store);
  concurrency(logs, store);
}
