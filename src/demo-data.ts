import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { callerFor, QuotaUsedUp, tell, type Caller, type DemoApi } from './demo-steps.ts';
import { STORIES } from './demo-stories.ts';
import { isSimulated } from './infrastructure/gateways/providers.ts';

/** `none`: it was made by an older build or with a real provider. `begun`: to be gone on with, however often it takes. */
export type DemoData = 'none' | 'begun' | 'done';

const fileIn = (dataDir: string): string => join(dataDir, 'demo-data');

/** Begun by the first start alone: into data that people work with nothing is put. */
export async function demoData(
  dataDir: string,
  { firstStart, providers }: { readonly firstStart: boolean; readonly providers: readonly string[] },
): Promise<DemoData> {
  const kept = await readFile(fileIn(dataDir), 'utf8').catch(() => 'none');
  if (kept === 'begun' || kept === 'done') return kept;
  if (!firstStart || !providers.every(isSimulated)) return 'none';
  await writeFile(fileIn(dataDir), 'begun');
  return 'begun';
}

/**
 * Has everything happen that there is to be looked at, through the API like anybody, one after the other beside what is
 * being served. Whatever a start does not get to, the next one does.
 */
export function makeDemoData(
  api: Omit<DemoApi, 'stopping'>,
  { dataDir, logger }: { readonly dataDir: string; readonly logger: Logger },
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const made = make({ ...api, stopping: stopping.signal }, logger).then(async (isComplete) => {
    if (isComplete) await writeFile(fileIn(dataDir), 'done');
  });
  const ended = made.catch((fault: unknown) => logger.warn({ err: fault }, 'the demo data was not finished'));
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** False: there is more to make. */
async function make(api: DemoApi, logger: Logger): Promise<boolean> {
  const parts = [
    // First, so that it is told of all that follows.
    () => makeWebhooks(callerFor(api, 'webhooks')),
    () => makeKeys(callerFor(api, 'keys')),
    ...STORIES.map((story) => () => tell(api, story)),
  ];
  for (const part of parts) {
    try {
      await part();
    } catch (fault) {
      if (api.stopping.aborted || fault instanceof QuotaUsedUp) return false;
      logger.warn({ err: fault }, 'a part of the demo data could not be made');
    }
  }
  logger.info('the demo data is there');
  return true;
}

/** Nothing answers at names that end in `.invalid`, so their deliveries fail: those of a real one would leave the house. */
async function makeWebhooks({ post, patch }: Caller): Promise<void> {
  await post('webhook-endpoints', {
    url: 'https://accounting.example.invalid/hooks',
    events: ['order.refunded.v1', 'order.cancelled.v1'],
    description: 'Accounting: what went back. Nobody answers there',
  });
  const { endpointId } = await post('webhook-endpoints', {
    url: 'https://newsletter.example.invalid/hooks',
    events: ['order.completed.v1'],
    description: 'Newsletter: not used any more',
  });
  await patch(`webhook-endpoints/${endpointId}`, { status: 'disabled' });
}

async function makeKeys({ post }: Caller): Promise<void> {
  await post('api-keys', { name: 'Accounting, to look', role: 'viewer', mode: 'test' });
  await post('api-keys', { name: 'Warehouse', role: 'operator', mode: 'test', expiresInSeconds: 31_536_000 });
  const { keyId } = await post('api-keys', { name: 'Old shop plugin', role: 'operator', mode: 'test' });
  await post(`api-keys/${keyId}/revoke`, { reason: 'the plugin was replaced' });
}
