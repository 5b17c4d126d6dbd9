import { useState } from 'react';
import { service } from '../../service/service.ts';
import { ActionDialog } from '../../ui/action-dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';

export type ApiKey = Awaited<ReturnType<typeof service.listApiKeys>>['data'][number];
type Closing = { readonly onClose: () => void };
type Telling = Closing & { readonly onSecret: (secret: string | null) => void };

const ROLES = [
  ['viewer', 'Viewer: sees orders and payments'],
  ['operator', 'Operator: acts on them, and on dead letters'],
  ['admin', 'Admin: all of that, webhooks and keys'],
] as const;
const MODES = [
  ['live', 'Live'],
  ['test', 'Test'],
] as const;
const EXPIRIES = [
  ['', 'Never'],
  ['2592000', 'In 30 days'],
  ['7776000', 'In 90 days'],
  ['31536000', 'In a year'],
] as const;

const Reason = ({
  value,
  onValue,
}: {
  readonly value: string;
  readonly onValue: (value: string) => void;
}) => (
  <TextField label="Reason" hint="Kept in the audit log" maxLength={500} value={value} onValue={onValue} />
);

export function CreateKey({ onSecret, onClose }: Telling) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');
  const [mode, setMode] = useState('live');
  const [expiry, setExpiry] = useState('');
  const [reason, setReason] = useState('');
  const command = {
    name: name.trim(),
    role: role as 'viewer' | 'operator' | 'admin',
    mode: mode as 'live' | 'test',
    ...(expiry !== '' && { expiresInSeconds: Number(expiry) }),
    ...(reason !== '' && { reason }),
  };
  return (
    <ActionDialog
      title="New API key"
      confirm="Create the key"
      command={command}
      isIncomplete={command.name === ''}
      send={(idempotencyKey) => service.createApiKey(command, { idempotencyKey })}
      onDone={({ secret }) => onSecret(secret)}
      onClose={onClose}
    >
      <TextField
        label="Name"
        hint="Who or what uses it"
        required
        maxLength={100}
        value={name}
        onValue={setName}
      />
      <SelectField label="Role" options={ROLES} value={role} onValue={setRole} />
      <SelectField label="Mode" options={MODES} value={mode} onValue={setMode} />
      <SelectField label="Expires" options={EXPIRIES} value={expiry} onValue={setExpiry} />
      <Reason value={reason} onValue={setReason} />
    </ActionDialog>
  );
}

const OVERLAPS = [
  ['0', 'At once'],
  ['3600', 'In an hour'],
  ['86400', 'In a day'],
  ['604800', 'In a week'],
] as const;

export function RotateKey({ apiKey, onSecret, onClose }: Telling & { readonly apiKey: ApiKey }) {
  const [overlap, setOverlap] = useState('86400');
  const [reason, setReason] = useState('');
  const command = { overlapSeconds: Number(overlap), ...(reason !== '' && { reason }) };
  return (
    <ActionDialog
      title={`Rotate ${apiKey.prefix}…`}
      confirm="Rotate the key"
      command={command}
      send={(idempotencyKey) => service.rotateApiKey({ keyId: apiKey.keyId, ...command }, { idempotencyKey })}
      onDone={({ secret }) => onSecret(secret)}
      onClose={onClose}
    >
      <p className="effect">
        A new key with the same scopes takes its place. Both work until the old one ends.
      </p>
      <SelectField label="The old one ends" options={OVERLAPS} value={overlap} onValue={setOverlap} />
      <Reason value={reason} onValue={setReason} />
    </ActionDialog>
  );
}

export function RevokeKey({ apiKey, onClose }: Closing & { readonly apiKey: ApiKey }) {
  const [reason, setReason] = useState('');
  const command = reason === '' ? {} : { reason };
  return (
    <ActionDialog
      title={`Revoke ${apiKey.prefix}…`}
      confirm="Revoke the key"
      tone="danger"
      command={command}
      send={() => service.revokeApiKey({ keyId: apiKey.keyId, ...command })}
      onClose={onClose}
    >
      <p className="effect">Whoever uses it is refused from now on, everywhere. This cannot be undone.</p>
      <Reason value={reason} onValue={setReason} />
    </ActionDialog>
  );
}
