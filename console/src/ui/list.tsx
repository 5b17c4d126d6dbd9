import type { ReactNode } from 'react';
import { Answer, Empty } from './answer.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { LoadMore } from './load-more.tsx';

type ListQuery<T> = {
  readonly data: readonly T[] | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
};

type Props<T> = {
  readonly label: string;
  readonly query: ListQuery<T>;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  /** Said when there is nothing. */
  readonly empty: ReactNode;
};

/** A list of the service as a table, with more of it on demand. */
export const List = <T extends object>({ query, empty, ...table }: Props<T>) => (
  <Answer query={query}>
    {(rows) =>
      rows.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <>
          <DataTable rows={rows} {...table} />
          <LoadMore query={query} />
        </>
      )
    }
  </Answer>
);
