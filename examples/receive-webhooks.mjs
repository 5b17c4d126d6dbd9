// Receives webhooks: PORT=4000 WEBHOOK_SECRET=whsec_… node receive-webhooks.mjs (after npm install standardwebhooks)
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // in a database, in the transaction of what you do about a message

const server = createServer((request, response) => void receive(request, response));

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let message;
  try {
    // The bytes as they came: parsed and written again they would have another signature.
    message = webhook.verify(Buffer.concat(chunks).toString('utf8'), request.headers);
  } catch {
    response.writeHead(401).end(); // not from us, or older than five minutes
    return;
  }
  const id = request.headers['webhook-id'];
  if (!seen.has(id)) {
    seen.add(id);
    console.log(message.type, message.timestamp, JSON.stringify(message.data));
  }
  response.writeHead(204).end(); // within 15 seconds; do what takes longer afterwards
}

server.listen(Number(process.env.PORT ?? 4000), () => console.log('listening on', server.address().port));
