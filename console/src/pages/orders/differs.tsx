import { createContext, useContext, type ReactNode } from 'react';
import { valueInWords } from './change-list.tsx';
import type { Change } from './changes.ts';

type Differences = ReadonlyMap<string, Change>;
const DifferencesContext = createContext<Differences>(new Map());

type ProviderProps = { readonly changes: readonly Change[]; readonly children: ReactNode };

/** What is shown in it is of the past; `changes` are those from then to now. */
export const DifferencesFromNow = ({ changes, children }: ProviderProps) => (
  <DifferencesContext value={new Map(changes.map((change) => [change.at, change]))}>
    {children}
  </DifferencesContext>
);

/** Marks a value that is another now, and says which. `at` is its place in the order: `items/1/quantity`. */
export function Differs({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  const change = useContext(DifferencesContext).get(at);
  if (change === undefined) return children;
  const now = `now ${valueInWords(change.after, at)}`;
  return (
    <span className="differs" title={now}>
      {children}
      <span aria-hidden="true" className="differs-mark">
        ≠
      </span>
      <span className="visually-hidden"> ({now})</span>
    </span>
  );
}
