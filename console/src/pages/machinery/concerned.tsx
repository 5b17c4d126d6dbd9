import type { ReactNode } from 'react';
import { Effect } from '../../ui/effect.tsx';
import { isSendable, type Preview } from '../../ui/use-preview.ts';

type Counted = { readonly count: number };

/** Not while it is not known how many it concerns, nor if it concerns none. */
export const concernsAny = (preview: Preview<Counted>): boolean =>
  isSendable(preview) && !(preview.is === 'known' && preview.after.count === 0);

type Props = {
  readonly preview: Preview<Counted>;
  readonly none: string;
  readonly children: (count: number) => ReactNode;
};

/** How many something would be done with. */
export const Concerned = ({ preview, none, children }: Props) => (
  <Effect preview={preview}>{({ count }) => <p>{count === 0 ? none : children(count)}</p>}</Effect>
);
