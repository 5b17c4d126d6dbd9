import type { Channel, GetMessage } from 'amqplib';
import { afterEach, beforeEach, expect } from 'vitest';
import { eventually } from './eventually.ts';
import { rabbitmqForTests, withChannel, type Rabbitmq } from './rabbitmq.ts';
import {
  effectsOf,
  onBroker,
  openShop,
  removeTopology,
  type BrokerOptions,
  type OnBroker,
  type Shop,
} from './shop.ts';

/** One broker for the file, and for each test a shop of its own on it. */
export type ShopOnRabbitmq = {
  readonly rabbitmq: () => Rabbitmq;
  readonly shop: () => Shop;
  /** Returns when all are connected; ends with the test, if not before. */
  start(options?: Partial<BrokerOptions>): Promise<OnBroker>;
  /** Done when the test ends, last in first out. */
  undoLater(step: () => Promise<unknown>): void;
  /** A look into the broker from outside the service. */
  inBroker<T>(work: (channel: Channel) => Promise<T>): Promise<T>;
  waitingIn(queue: string): Promise<number>;
  takeFrom(queue: string): Promise<GetMessage>;
  expectEmpty(queue: string): Promise<void>;
  expectEffects(sales: number): Promise<void>;
};

/** A broker that starts again on two busy cores needs some of it. */
export const WITHIN_MS = 60_000;
export const TIMEOUT_MS = 120_000;

export function shopOnRabbitmq(): ShopOnRabbitmq {
  const rabbitmq = rabbitmqForTests();
  let undo: (() => Promise<unknown>)[] = [];
  let current: Shop | undefined;

  const shop = (): Shop => {
    if (!current) throw new Error('the shop opens before each test');
    return current;
  };

  beforeEach(async () => {
    const opened = await openShop();
    current = opened;
    undo.push(
      () => opened.database.drop(),
      () => removeTopology(opened, rabbitmq().url),
    );
  });

  afterEach(async () => {
    const steps = undo.toReversed();
    undo = [];
    for (const step of steps) await step();
  }, TIMEOUT_MS);

  const inBroker = <T>(work: (channel: Channel) => Promise<T>): Promise<T> =>
    withChannel(rabbitmq().url, work);

  const waitingIn = async (queue: string): Promise<number> =>
    (await inBroker((channel) => channel.checkQueue(queue))).messageCount;

  return {
    rabbitmq,
    shop,
    inBroker,
    waitingIn,
    start: async (options = {}) => {
      const running = await onBroker(shop(), { url: rabbitmq().url, ...options });
      undo.push(running.stop);
      await eventually(() => {
        const states = running.consumers.status().map(({ status }) => status);
        expect(states).toEqual(states.map(() => 'connected'));
      }, WITHIN_MS);
      return running;
    },
    undoLater: (step) => void undo.push(step),
    takeFrom: (queue) =>
      eventually(async () => {
        const message = await inBroker((channel) => channel.get(queue, { noAck: true }));
        if (!message) throw new Error(`${queue} is empty`);
        return message;
      }, WITHIN_MS),
    expectEmpty: (queue) => eventually(async () => expect(await waitingIn(queue)).toBe(0), WITHIN_MS),
    expectEffects: (sales) =>
      eventually(async () => expect(await shop().effects()).toEqual(effectsOf(sales)), WITHIN_MS),
  };
}
