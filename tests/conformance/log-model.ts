import type { AppendOutcome, EventLog, StoredCommand, Unit } from '../../src/application/ports.ts';
import type { CommandId, OrderId, TenantId } from '../../src/domain/shared/ids.ts';

/** Events are told apart by their amounts. */
type Stream = { readonly tenantId: string; readonly amounts: readonly bigint[] };

/** What a log holds, as far as its port lets one see. */
export type Model = {
  readonly streams: ReadonlyMap<string, Stream>;
  readonly commands: ReadonlyMap<string, StoredCommand>;
};

export const emptyModel: Model = { streams: new Map(), commands: new Map() };

/** One call of the port. */
export type Call =
  | { readonly kind: 'append'; readonly unit: Unit }
  | { readonly kind: 'read'; readonly tenantId: TenantId; readonly streamIds: readonly OrderId[] }
  | { readonly kind: 'load'; readonly tenantId: TenantId; readonly streamId: OrderId; readonly after: number }
  | { readonly kind: 'find'; readonly streamId: OrderId; readonly commandId: CommandId };

export type Answer = AppendOutcome | StoredCommand | readonly (readonly bigint[])[] | undefined;

export type Applied = { readonly model: Model; readonly answer: Answer };

const amountOf = (event: object): bigint => (event as { amount: { amountMinor: bigint } }).amount.amountMinor;

/** What the port says in words, once more in a few lines. */
function applyTo(model: Model, call: Call): Applied {
  const visible = (id: string, tenantId: string): Stream | undefined => {
    const stream = model.streams.get(id);
    return stream?.tenantId === tenantId ? stream : undefined;
  };
  switch (call.kind) {
    case 'append':
      return appendTo(model, call.unit);
    case 'read':
      return { model, answer: call.streamIds.map((id) => visible(id, call.tenantId)?.amounts ?? []) };
    case 'load': {
      const stream = visible(call.streamId, call.tenantId);
      return { model, answer: stream && [stream.amounts.slice(call.after)] };
    }
    case 'find':
      return { model, answer: model.commands.get(call.commandId) };
  }
}

function appendTo(model: Model, { context, streams, answer }: Unit): Applied {
  const { commandId, fingerprint, tenantId } = context;
  const stored = model.commands.get(commandId);
  if (stored) return { model, answer: { kind: 'duplicate', ...stored } };
  const fits = streams.every(({ streamId, expectedVersion }) => {
    const { tenantId: owner, amounts } = model.streams.get(streamId) ?? { tenantId, amounts: [] };
    return owner === tenantId && amounts.length === expectedVersion;
  });
  if (!fits) return { model, answer: { kind: 'conflict' } };

  const after = new Map(model.streams);
  for (const { streamId, events } of streams) {
    const amounts = [...(after.get(streamId)?.amounts ?? []), ...events.map(amountOf)];
    after.set(streamId, { tenantId, amounts });
  }
  const commands = new Map(model.commands).set(commandId, { fingerprint, answer });
  return { model: { streams: after, commands }, answer: { kind: 'appended' } };
}

export async function ask(log: EventLog, call: Call): Promise<Answer> {
  switch (call.kind) {
    case 'append':
      return log.append(call.unit);
    case 'read': {
      const streams = await log.readStreams(call.tenantId, call.streamIds);
      return streams.map((stream) => stream.map(({ event }) => amountOf(event)));
    }
    case 'load': {
      const [stream] = await log.loadStreams(call.tenantId, [call]);
      return stream && [stream.events.map(({ event }) => amountOf(event))];
    }
    case 'find':
      return log.findCommand(call.streamId, call.commandId);
  }
}

export type Answered = { readonly call: Call; readonly answer: Answer };

/** Each model that calls made at the same time may have led to: those of every order that explains all answers. */
export function explanations(model: Model, calls: readonly Answered[]): Model[] {
  if (calls.length === 0) return [model];
  return calls.flatMap(({ call, answer }, index) => {
    const applied = applyTo(model, call);
    return asText(applied.answer) === asText(answer)
      ? explanations(applied.model, calls.toSpliced(index, 1))
      : [];
  });
}

/** Whether a log that holds this may answer so, by calls that change nothing. */
export const agrees = (model: Model, reads: readonly Answered[]): boolean =>
  reads.every(({ call, answer }) => asText(applyTo(model, call).answer) === asText(answer));

/** The same for two answers that say the same in another order of keys. */
export const asText = (answer: unknown): string =>
  JSON.stringify(answer, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? 'undefined';
