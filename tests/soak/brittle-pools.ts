import type { Socket } from 'node:net';
import { createPool, type Pool } from '../../src/infrastructure/postgres/pool.ts';
import type { Chance } from './chance.ts';

export type BrittlePools = {
  connect(max: number): Pool;
  /** Breaks a connection, best one that is in use: what was sent may happen, and nobody hears of it. How many it broke. */
  breakOne(): 0 | 1;
};

/** Connections as the service makes them, under a name of their own, which break when told to. */
export function brittlePools(databaseUrl: string, name: string, chance: Chance): BrittlePools {
  const sockets = new Map<unknown, Socket>();
  const inUseOf: Set<unknown>[] = [];

  return {
    connect: (max) => {
      const connectionString = `${databaseUrl}${databaseUrl.includes('?') ? '&' : '?'}application_name=${name}`;
      const pool = createPool({ connectionString, max, onConnectionError: () => {} });
      pool.on('connect', (client) => {
        sockets.set(client, (client as unknown as { connection: { stream: Socket } }).connection.stream);
      });
      const inUse = new Set<unknown>();
      inUseOf.push(inUse);
      pool.on('acquire', (client) => inUse.add(client));
      pool.on('release', (_, client) => inUse.delete(client));
      pool.on('remove', (client) => {
        sockets.delete(client);
        inUse.delete(client);
      });
      return pool;
    },
    breakOne: () => {
      const inUse = chance.pick(inUseOf);
      const socket = sockets.get(chance.pick([...(inUse.size > 0 ? inUse : sockets.keys()), undefined]));
      socket?.destroy();
      return socket ? 1 : 0;
    },
  };
}
