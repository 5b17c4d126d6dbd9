import type { Input, Schemas } from '@order-payments/client';
import { useState } from 'react';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { TextField } from '../../ui/field.tsx';

export type Endpoint = Schemas['WebhookEndpoint'];
type Events = Input<'createWebhookEndpoint'>['events'];
type Closing = { readonly onClose: () => void };

type FieldsProps = {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
};
type Draft = { readonly url: string; readonly events: string; readonly description: string };

/** `order.paid.v1, order.refunded.v1` or `*`; the service says which it does not know. */
const eventsOf = ({ events }: Draft): Events =>
  events
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map((name) => name as Events[number]);

const Fields = ({ draft, onDraft }: FieldsProps) => (
  <>
    <TextField
      label="URL"
      type="url"
      required
      hint="https, reachable from the service"
      value={draft.url}
      onValue={(url) => onDraft({ ...draft, url })}
    />
    <TextField
      label="Events"
      required
      hint="Names with commas between, such as order.paid.v1, order.refunded.v1; * is all"
      value={draft.events}
      onValue={(events) => onDraft({ ...draft, events })}
    />
    <TextField
      label="Description"
      value={draft.description}
      onValue={(description) => onDraft({ ...draft, description })}
    />
  </>
);

const isIncomplete = (draft: Draft): boolean => draft.url === '' || eventsOf(draft).length === 0;

export function CreateEndpoint({
  onSecret,
  onClose,
}: Closing & { readonly onSecret: (secret: string | null) => void }) {
  const [draft, setDraft] = useState<Draft>({ url: '', events: '*', description: '' });
  const { url, description } = draft;
  const command = { url, events: eventsOf(draft), ...(description !== '' && { description }) };
  return (
    <ActionDialog
      title="New webhook endpoint"
      confirm="Create the endpoint"
      command={command}
      isIncomplete={isIncomplete(draft)}
      send={(idempotencyKey) => service.createWebhookEndpoint(command, { idempotencyKey })}
      onDone={({ secret }) => onSecret(secret)}
      onClose={onClose}
    >
      <Fields draft={draft} onDraft={setDraft} />
    </ActionDialog>
  );
}

export function ChangeEndpoint({ endpoint, onClose }: Closing & { readonly endpoint: Endpoint }) {
  const [draft, setDraft] = useState<Draft>({
    url: endpoint.url,
    events: endpoint.events.join(', '),
    description: endpoint.description ?? '',
  });
  const command = { url: draft.url, events: eventsOf(draft), description: draft.description };
  return (
    <ActionDialog
      title="Change the endpoint"
      confirm="Save"
      command={command}
      isIncomplete={isIncomplete(draft)}
      send={() => service.changeWebhookEndpoint({ endpointId: endpoint.endpointId, ...command })}
      onClose={onClose}
    >
      <Fields draft={draft} onDraft={setDraft} />
    </ActionDialog>
  );
}
