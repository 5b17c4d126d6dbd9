import { inWords } from '../../ui/badge.tsx';

type Props = { readonly what: string; readonly before: string; readonly after: string };

/** What a status will be, or that it stays as it is. */
export const Becomes = ({ what, before, after }: Props) => (
  <p>
    {what} {before === after ? 'stays' : 'becomes'} <strong>{inWords(after).toLowerCase()}</strong>.
  </p>
);
