import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export type Received = {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
};

/** `hold`: until then nothing is answered. `endless`: the answer begins and never ends. */
export type Reply = {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly hold?: Promise<unknown>;
  readonly endless?: boolean;
};

/** What keeps an answer back until it is let go. */
export function holding() {
  const controller = new AbortController();
  return { hold: once(controller.signal, 'abort'), release: () => controller.abort() };
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** A tenant's own server: takes what is posted to it and answers as `reply` says, 200 at first. */
export async function startReceiver(reply: (received: Received) => Reply = () => ({})) {
  const received: Received[] = [];
  const state = { reply };
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const { headers, url = '' } = request;
      const arrival = { url, headers, body, id: String(headers['webhook-id']) };
      received.push(arrival);
      const { status = 200, headers: own = {}, body: answer = '', hold, endless } = state.reply(arrival);
      await hold;
      response.writeHead(status, own);
      if (endless) response.write(answer);
      else response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    answerWith: (next: (received: Received) => Reply): void => {
      state.reply = next;
    },
    idsReceived: (): string[] => received.map(({ id }) => id).toSorted(),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As a receiver does it who knows one secret; throws when the signature is not right. */
export const verifyReceived = (secret: string, { headers, body }: Received): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);
