import { consoleUrl, onLocalhost } from './console-url.ts';

export type CardFacts = {
  readonly url: string;
  /** Where browsers reach it; unset: on this machine. */
  readonly publicUrl: string | undefined;
  /** Signs in to the console as the demo tenant, once. */
  readonly signInLink: string | undefined;
  /** Of the demo tenant; absent with a database of one's own. */
  readonly key: string | undefined;
  readonly dataDir: string | undefined;
  readonly messaging: string;
  /** Demo data is being made meanwhile. */
  readonly isFilling: boolean;
};

/** What somebody who just started the service wants to know, ready to be pasted. */
export function startCard({ url, key, dataDir, messaging, ...facts }: CardFacts): string {
  const lines = [
    ['Console', consoleLine(facts.publicUrl ?? onLocalhost(url), facts.signInLink)],
    ['API', `${url}/api/orders`],
    ['Docs', `${url}/docs`],
    ['Health', `${url}/readyz`],
    ...(dataDir === undefined ? [] : [['Data', dataDir]]),
    ['Messages', messaging],
    ...(facts.isFilling ? [['Demo', 'a tea shop, orders in every status: being made, some seconds']] : []),
    key === undefined ? ['Key', 'npm run create-key -- --tenant <name>'] : ['Key', `${key}  (demo tenant)`],
  ];
  const told = lines.map(([name, value]) => `  ${name!.padEnd(9)} ${value}`).join('\n');
  return `\nOrder Payments is ready\n\n${told}\n${key === undefined ? '' : firstOrder(url, key)}\n  Stop with Ctrl-C\n\n`;
}

const consoleLine = (base: string, link: string | undefined): string =>
  link === undefined
    ? `${consoleUrl(base)}  (npm run op -- sign-in --key <prefix> gives a link)`
    : `${consoleUrl(base, link)}  (signs you in, once, within the hour)`;

const firstOrder = (url: string, key: string): string => `
  Place an order:

curl -s ${url}/api/orders -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{"customerId":"customer-42","items":[{"productId":"teapot","productName":"Teapot","quantity":2,"unitPrice":{"amount":1999,"currency":"USD"}}]}'

  and pay it: POST /api/payments with {"orderId": "…", "paymentMethod": "card"}
`;
