import { Fragment, type ReactNode } from 'react';

type Fact = readonly [name: string, value: ReactNode];

export const fact = (name: string, value: ReactNode): Fact => [name, value];

/** Names and values, two columns where there is room. */
export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className="facts">
    {facts.map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
);
