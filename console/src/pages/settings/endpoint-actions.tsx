import { useState } from 'react';
import { useLocation } from 'wouter';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { Secret } from './secret.tsx';
import { ChangeEndpoint, type Endpoint } from './webhook-dialogs.tsx';

type Act = 'change' | 'enable' | 'disable' | 'ping' | 'rotate' | 'delete';

const ASKED: Readonly<Record<Exclude<Act, 'change'>, { title: string; confirm: string; effect: string }>> = {
  enable: { title: 'Enable the endpoint', confirm: 'Enable', effect: 'It gets messages again from now on.' },
  disable: {
    title: 'Disable the endpoint',
    confirm: 'Disable',
    effect: 'It gets no messages until it is enabled again; what happens meanwhile is not sent later.',
  },
  ping: {
    title: 'Test the endpoint',
    confirm: 'Send a test',
    effect: 'A message of the type webhook.ping is sent.',
  },
  rotate: {
    title: 'Rotate the secret',
    confirm: 'Rotate the secret',
    effect: 'Messages are signed with a new secret. The one before signs too, for a day.',
  },
  delete: {
    title: 'Delete the endpoint',
    confirm: 'Delete the endpoint',
    effect: 'It gets nothing more, and what waits for it is dropped. This cannot be undone.',
  },
};

export function EndpointActions({ endpoint }: { readonly endpoint: Endpoint }) {
  const [act, setAct] = useState<Act>();
  const [secret, setSecret] = useState<string | null>();
  const [, go] = useLocation();
  const { endpointId, status } = endpoint;
  const close = (): void => setAct(undefined);

  const send = async (kind: Exclude<Act, 'change'>, idempotencyKey: string): Promise<unknown> => {
    if (kind === 'enable' || kind === 'disable')
      return service.changeWebhookEndpoint({ endpointId, status: `${kind}d` });
    if (kind === 'ping') return service.pingWebhookEndpoint({ endpointId }, { idempotencyKey });
    if (kind === 'delete') return service.deleteWebhookEndpoint({ endpointId });
    const rotated = await service.rotateWebhookSecret({ endpointId }, { idempotencyKey });
    setSecret(rotated.secret);
    return rotated;
  };
  return (
    <>
      <Button onClick={() => setAct('ping')}>Send a test</Button>
      <Button onClick={() => setAct('change')}>Change</Button>
      <Button onClick={() => setAct('rotate')}>Rotate the secret</Button>
      <Button onClick={() => setAct(status === 'enabled' ? 'disable' : 'enable')}>
        {status === 'enabled' ? 'Disable' : 'Enable'}
      </Button>
      <Button tone="danger" onClick={() => setAct('delete')}>
        Delete
      </Button>
      {act === 'change' && <ChangeEndpoint endpoint={endpoint} onClose={close} />}
      {act !== undefined && act !== 'change' && (
        <ActionDialog
          title={ASKED[act].title}
          confirm={ASKED[act].confirm}
          tone={act === 'delete' || act === 'disable' ? 'danger' : 'primary'}
          command={act}
          send={(key) => send(act, key)}
          onDone={() => act === 'delete' && go('/webhooks')}
          onClose={close}
        >
          <p className="effect">{ASKED[act].effect}</p>
        </ActionDialog>
      )}
      {secret !== undefined && (
        <Secret title="The new secret" secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </>
  );
}
