import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortingState,
} from '@tanstack/react-table';
import { useMemo, useState, type ReactNode } from 'react';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
});

export type Column<T> = {
  readonly id: string;
  readonly heading: string;
  readonly cell: (row: T) => ReactNode;
  /** What the column is sorted by; without, it cannot be. Only for lists that are here as a whole. */
  readonly sortBy?: (row: T) => string | number | bigint;
  /** Numbers and money stand right. */
  readonly isNumeric?: boolean;
};

type Props<T> = {
  /** Names the table for those who do not see it. */
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
};

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

/** Scrolls sideways by itself where the page is narrow. */
export function DataTable<T extends object>({ label, rows, columns, keyOf }: Props<T>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const defined = useMemo(
    () =>
      columns.map(({ id, heading, sortBy }): ColumnDef<typeof features, T> => ({
        id,
        header: heading,
        enableSorting: sortBy !== undefined,
        sortFn: 'basic',
        accessorFn: (row) => sortBy?.(row) ?? '',
      })),
    [columns],
  );
  const table = useTable({
    features,
    columns: defined,
    data: rows,
    getRowId: keyOf,
    state: { sorting },
    onSortingChange: setSorting,
  });
  // Called, not mounted as a component: else columns that are made anew would close the dialogs open in their cells.
  const cellOf = new Map(columns.map(({ id, cell }) => [id, cell]));
  const isNumeric = new Set(columns.flatMap((column) => (column.isNumeric ? [column.id] : [])));
  const classOf = (id: string): string | undefined => (isNumeric.has(id) ? 'numeric' : undefined);

  return (
    // Focusable, so that it scrolls by the keyboard too.
    <div className="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column }) => {
                const sorted = column.getIsSorted();
                return (
                  <th
                    key={id}
                    scope="col"
                    className={classOf(column.id)}
                    {...(sorted && { 'aria-sort': ARIA_SORT[sorted] })}
                  >
                    {column.getCanSort() ? (
                      <button type="button" className="sort" onClick={column.getToggleSortingHandler()}>
                        {String(column.columnDef.header)}
                        <span aria-hidden="true">{sorted ? (sorted === 'asc' ? '↑' : '↓') : ''}</span>
                      </button>
                    ) : (
                      String(column.columnDef.header)
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map(({ id, column }) => (
                <td key={id} className={classOf(column.id)}>
                  {cellOf.get(column.id)?.(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
