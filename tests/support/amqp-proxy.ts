import { createServer, connect as connectTcp, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and the broker, and can swallow what the broker says. */
export async function startAmqpProxy(brokerUrl: string) {
  const brokerPort = Number(new URL(brokerUrl).port);
  let swallow = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connectTcp(brokerPort, '127.0.0.1');
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (from === client || !swallow) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    swallowAnswers: (on: boolean) => {
      swallow = on;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
