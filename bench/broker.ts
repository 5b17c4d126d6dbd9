import { connect, type Channel } from 'amqplib';
import { topologyFor, type Subscriber, type Topology } from '../src/infrastructure/rabbitmq/topology.ts';

/** The broker that AMQP_URL names; its queues and exchanges of this service are deleted again and again. */
export const brokerUrl = process.env['AMQP_URL'];

export const NO_BROKER = 'set AMQP_URL to a RabbitMQ that nothing else of this service uses';

/** Deletes what the service would declare for these consumers: the next to connect finds a new broker. */
export async function clearBroker(url: string, subscribers: readonly Subscriber[]): Promise<void> {
  const { queues, exchanges }: Topology = topologyFor(subscribers);
  await onChannel(url, async (channel) => {
    for (const { name } of queues) await channel.deleteQueue(name);
    for (const { name } of exchanges) await channel.deleteExchange(name);
  });
}

export async function onChannel<T>(url: string, work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const result = await work(channel);
    await channel.close();
    return result;
  } finally {
    await connection.close();
  }
}
