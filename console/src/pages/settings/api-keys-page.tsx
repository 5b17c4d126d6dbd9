import { useState } from 'react';
import { Instant, isPast } from '../../format/instant.tsx';
import { useList } from '../../service/queries.ts';
import { service } from '../../service/service.ts';
import { useCan } from '../../service/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { List } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { CreateKey, RevokeKey, RotateKey, type ApiKey } from './api-key-dialogs.tsx';
import { Secret } from './secret.tsx';

type Asked =
  | { readonly act: 'create' }
  | { readonly act: 'rotate' | 'revoke'; readonly apiKey: ApiKey }
  | { readonly act: 'tell'; readonly secret: string | null };

function State({ revokedAt, expiresAt, rotatedTo }: ApiKey) {
  if (revokedAt !== null) return <Badge tone="neutral">Revoked</Badge>;
  if (expiresAt !== null && isPast(expiresAt)) return <Badge tone="neutral">Expired</Badge>;
  return rotatedTo === null ? <Badge tone="good">Active</Badge> : <Badge tone="warn">Being replaced</Badge>;
}

const columnsWith = (ask: (asked: Asked) => void): readonly Column<ApiKey>[] => [
  { id: 'key', heading: 'Key', cell: ({ prefix }) => <code>{prefix}…</code> },
  { id: 'name', heading: 'Name', cell: ({ name }) => name },
  { id: 'state', heading: 'State', cell: (key) => <State {...key} /> },
  { id: 'scopes', heading: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  {
    id: 'used',
    heading: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Instant at={lastUsedAt} />),
  },
  {
    id: 'expires',
    heading: 'Expires',
    cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Instant at={expiresAt} />),
  },
  { id: 'made', heading: 'Made', cell: ({ createdAt }) => <Instant at={createdAt} /> },
  {
    id: 'acts',
    heading: 'Actions',
    cell: (apiKey) =>
      apiKey.revokedAt === null && (
        <span className="button-row">
          {apiKey.rotatedTo === null && (
            <Button aria-label={`Rotate ${apiKey.prefix}`} onClick={() => ask({ act: 'rotate', apiKey })}>
              Rotate
            </Button>
          )}
          <Button
            tone="danger"
            aria-label={`Revoke ${apiKey.prefix}`}
            onClick={() => ask({ act: 'revoke', apiKey })}
          >
            Revoke
          </Button>
        </span>
      ),
  },
];

export default function ApiKeysPage() {
  const [asked, ask] = useState<Asked>();
  const canManage = useCan('admin');
  const keys = useList<ApiKey>(['api-keys'], (cursor, signal) =>
    service.listApiKeys({ limit: 50, ...(cursor && { cursor }) }, { signal }),
  );
  const close = (): void => ask((now) => (now?.act === 'tell' ? now : undefined));
  const tell = (secret: string | null): void => ask({ act: 'tell', secret });
  return (
    <Page
      title="API keys"
      actions={
        canManage && (
          <Button tone="primary" onClick={() => ask({ act: 'create' })}>
            New key
          </Button>
        )
      }
    >
      <List
        label="API keys"
        query={keys}
        columns={columnsWith(ask)}
        keyOf={({ keyId }) => keyId}
        empty="There is no key."
      />
      {asked?.act === 'create' && <CreateKey onSecret={tell} onClose={close} />}
      {asked?.act === 'rotate' && <RotateKey apiKey={asked.apiKey} onSecret={tell} onClose={close} />}
      {asked?.act === 'revoke' && <RevokeKey apiKey={asked.apiKey} onClose={close} />}
      {asked?.act === 'tell' && (
        <Secret title="Your new key" secret={asked.secret} onClose={() => ask(undefined)} />
      )}
    </Page>
  );
}
