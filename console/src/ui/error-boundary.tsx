import { Component, type ReactNode } from 'react';

type Props = {
  /** What is shown; another one is tried anew. */
  readonly place?: string;
  /** In place of what cannot be shown. */
  readonly instead: (error: unknown) => ReactNode;
  readonly children: ReactNode;
};
type State = { readonly place: string | undefined; readonly failed: { readonly error: unknown } | undefined };

/** What cannot be shown takes nothing else of the page with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { place: this.props.place, failed: undefined };

  static getDerivedStateFromError = (error: unknown): Pick<State, 'failed'> => ({ failed: { error } });

  static getDerivedStateFromProps = ({ place }: Props, before: State): State | null =>
    place === before.place ? null : { place, failed: undefined };

  override render(): ReactNode {
    const { failed } = this.state;
    return failed ? this.props.instead(failed.error) : this.props.children;
  }
}
