import { Button } from './button.tsx';

type Props = {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  readonly text?: string;
};

/** Nothing, once all is here. */
export const LoadMore = ({ query, text = 'Load more' }: Props) =>
  query.hasNextPage && (
    <p className="more">
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? 'Loading …' : text}
      </Button>
    </p>
  );
