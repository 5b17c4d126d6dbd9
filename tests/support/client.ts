import { createClient, type Client, type ClientOptions } from '../../packages/client/src/client.ts';
import type { Api } from './api-service.ts';

/** A shop that speaks to the service over the network, by the client that others use. */
export type Shop = {
  readonly key: string;
  readonly client: Client;
  /** The same shop with other options. */
  with(options: Partial<ClientOptions>): Client;
};

/** `baseUrl` is where the service listens. */
export async function openShop(api: Api, baseUrl: string, tenant?: string): Promise<Shop> {
  const { key } = await api.connect(tenant);
  const make = (options: Partial<ClientOptions> = {}): Client =>
    createClient({ baseUrl, apiKey: key, ...options });
  return { key, client: make(), with: make };
}

/** A `fetch` over a bad network: the answers to the first `lost` requests do not come back. */
export function losing(lost: number) {
  const sent: { readonly headers: Headers }[] = [];
  const send: typeof fetch = async (url, init = {}) => {
    sent.push({ headers: new Headers(init.headers) });
    const response = await fetch(url, init);
    if (sent.length > lost) return response;
    await response.text();
    throw new TypeError('the connection was reset');
  };
  return { fetch: send, sent };
}

/** A `fetch` whose connections can be cut, and kept from coming back. */
export function cuttable() {
  let cut = new AbortController();
  let gate: Promise<unknown> = Promise.resolve();
  let chunks = 0;
  const counting = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        chunks++;
      },
    });
  const send: typeof fetch = async (url, init = {}) => {
    await gate;
    const signals = [cut.signal, ...(init.signal ? [init.signal] : [])];
    const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
    return new Response(response.body?.pipeThrough(counting()), response);
  };
  return {
    fetch: send,
    /** That something has come over it. */
    isUsed: () => chunks > 0,
    /** No connection is left, nor made before `work` is done. */
    cutWhile: async <T>(work: () => Promise<T>): Promise<T> => {
      const done = (async () => {
        cut.abort(new TypeError('the connection was reset'));
        cut = new AbortController();
        return work();
      })();
      gate = done;
      return done;
    },
  };
}
