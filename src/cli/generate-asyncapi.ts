import { INBOUND_BODIES } from '../api/inbound-commands.ts';
import { OWN_SUBSCRIBERS } from '../infrastructure/consumers/own-consumers.ts';
import { describeMessages } from '../infrastructure/rabbitmq/asyncapi.ts';
import { keepGenerated, readVersion } from './generated-file.ts';

// Writes asyncapi.json from the schemas of the messages; with --check only compares.

const document = describeMessages({
  version: await readVersion(),
  consumers: OWN_SUBSCRIBERS,
  commands: INBOUND_BODIES,
});
await keepGenerated(new URL('../../asyncapi.json', import.meta.url), document);
