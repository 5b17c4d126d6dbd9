import { expect } from 'vitest';
import type { AuditEntry } from '../../src/application/access.ts';
import type { ParkedView } from '../../src/application/parked-events.ts';
import type { ApiAnswer } from './api-contract.ts';
import type { ApiClient } from './api-service.ts';

export type UnitBody = {
  readonly name: string;
  readonly kind: string;
  readonly version: number;
  readonly generationStatus: string | null;
  readonly shard: number;
  readonly status: string;
  readonly position: string;
  readonly head: string;
  readonly lag: string;
  readonly owner: string | null;
  readonly leaseMs: number | null;
  readonly parked: number;
};

export type GenerationBody = {
  readonly generation: number;
  readonly status: string;
  readonly done: string;
  readonly total: string;
  readonly stopped: string | null;
};

const bodyOf = (answer: ApiAnswer, status: number): unknown => {
  expect(answer).toMatchObject({ status });
  return answer.body;
};

/** Asked over HTTP, by somebody who may act on the service. */
export function machineryOf(client: ApiClient) {
  return {
    units: async (name: string): Promise<UnitBody[]> => {
      const { data } = bodyOf(await client.get('/api/ops/subscriptions'), 200) as { data: UnitBody[] };
      return data.filter((unit) => unit.name === name);
    },
    change: async (name: string, verb: 'pause' | 'resume', body: object = {}): Promise<UnitBody[]> =>
      (bodyOf(await client.post(`/api/ops/subscriptions/${name}/${verb}`, body), 200) as { data: UnitBody[] })
        .data,
    rebuild: async (name: string, body: object = {}): Promise<GenerationBody> =>
      bodyOf(await client.post(`/api/ops/projections/${name}/rebuild`, body), 202) as GenerationBody,
    generations: async (name: string): Promise<GenerationBody[]> =>
      (bodyOf(await client.get(`/api/ops/projections/${name}`), 200) as { generations: GenerationBody[] })
        .generations,
    cancel: async (name: string): Promise<number | null> => {
      const url = `/api/ops/projections/${name}/rebuild`;
      return (bodyOf(await client.send({ method: 'DELETE', url }), 200) as { cancelled: number | null })
        .cancelled;
    },
    parked: async (query = ''): Promise<{ data: ParkedView[]; nextCursor: string | null }> =>
      bodyOf(await client.get(`/api/ops/parked${query}`), 200) as {
        data: ParkedView[];
        nextCursor: string | null;
      },
    act: async (verb: 'retry' | 'discard', body: object) =>
      bodyOf(await client.post(`/api/ops/parked/${verb}`, body), 200) as {
        count: number;
        ids: string[];
        preview: boolean;
      },
    /** What operators did, oldest first. */
    actions: async (): Promise<Pick<AuditEntry, 'actor' | 'what' | 'reason' | 'details'>[]> => {
      const { data } = bodyOf(await client.get('/api/ops/audit?limit=100'), 200) as { data: AuditEntry[] };
      return data
        .filter(({ kind }) => kind === 'action')
        .map(({ actor, what, reason, details }) => ({ actor, what, reason, details }))
        .toReversed();
    },
  };
}
