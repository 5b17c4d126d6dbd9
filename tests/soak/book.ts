import type { Command, Outcome, Violation } from './protocol.ts';

/** What became of a command, by all who sent it. */
type Entry = {
  readonly command: Command;
  /** Sent and not answered yet, or never, by a sender who is gone. */
  open: number;
  lost: number;
  readonly outcomes: Set<Outcome>;
};

/** What must be so in a snapshot of the log that is taken later. */
export type Due = { readonly present: readonly string[]; readonly absent: readonly string[] };

/** Every command that was ever announced, until the log was seen to hold what was answered. */
export type Book = {
  sent(command: Command): void;
  done(command: Command, outcome: Outcome): void;
  /** The sender was killed: nobody knows. */
  lost(command: Command): void;
  /** Nobody may ever find this one: it was rolled back. */
  rolledBack(command: Command): void;
  due(): Due;
  /** These were found as they had to be: what nobody waits for any more is forgotten. */
  checked(due: Due): void;
  readonly counts: Readonly<Record<Outcome | 'lost' | 'rolledBack', number>>;
};

const IN: readonly Outcome[] = ['appended', 'duplicate'];
const NEVER_IN: readonly Outcome[] = ['conflict', 'unstorable'];

export function openBook(onViolation: (violation: Violation) => void): Book {
  const entries = new Map<string, Entry>();
  const counts = {
    ...{ appended: 0, duplicate: 0, conflict: 0, overloaded: 0 },
    ...{ unavailable: 0, unstorable: 0, fault: 0, lost: 0, rolledBack: 0 },
  };
  const hasAny = ({ outcomes }: Entry, of: readonly Outcome[]): boolean =>
    of.some((one) => outcomes.has(one));

  function entryOf(command: Command): Entry {
    const entry = entries.get(command.id) ?? { command, open: 0, lost: 0, outcomes: new Set() };
    entries.set(command.id, entry);
    return entry;
  }

  /** Only what nobody is still sending, and nobody may have left behind, can be told to be absent. */
  function standing(entry: Entry): keyof Due | undefined {
    if (hasAny(entry, IN)) return 'present';
    if (hasAny(entry, NEVER_IN)) return 'absent';
    const sentBefore = entry.command.again === true; // and perhaps forgotten here
    const unknown = sentBefore || entry.open > 0 || entry.lost > 0 || hasAny(entry, ['unavailable', 'fault']);
    return unknown ? undefined : 'absent';
  }

  return {
    sent: (command) => {
      entryOf(command).open++;
    },
    done: (command, outcome) => {
      const entry = entryOf(command);
      entry.open--;
      counts[outcome]++;
      const detail = `${outcome} after ${[...entry.outcomes].join(', ')}: ${JSON.stringify(command)}`;
      if (outcome === 'appended' && entry.outcomes.has('appended')) onViolation({ kind: 'outcome', detail });
      if (outcome === 'conflict' && command.early) return;
      entry.outcomes.add(outcome);
      if (hasAny(entry, IN) && hasAny(entry, NEVER_IN)) onViolation({ kind: 'outcome', detail });
    },
    lost: (command) => {
      const entry = entryOf(command);
      entry.open--;
      entry.lost++;
      counts.lost++;
    },
    rolledBack: (command) => {
      entryOf(command);
      counts.rolledBack++;
    },
    due: () => {
      const due = { present: [] as string[], absent: [] as string[] };
      for (const [id, entry] of entries) {
        const which = standing(entry);
        if (which) due[which].push(id);
      }
      return due;
    },
    checked: ({ present, absent }) => {
      for (const id of [...present, ...absent]) if (entries.get(id)?.open === 0) entries.delete(id);
    },
    counts,
  };
}
