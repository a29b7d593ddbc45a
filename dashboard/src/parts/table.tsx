// A table that is sorted by its headings; the order stands in the address.
import type { ComponentChildren } from 'preact';
import { setParameters, useAddress } from '../state/address';

export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => ComponentChildren;
  /** What it is sorted by; without it, it is not. */
  readonly by?: (row: R) => number | string | null | undefined;
  readonly isText?: boolean;
  readonly help?: string;
}

interface TableProps<R> {
  readonly label: string;
  /** Name of the parameter that keeps the order. */
  readonly id: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly empty: string;
}

export function Table<R>({ label, id, columns, rows, keyOf, empty }: TableProps<R>) {
  const { parameters } = useAddress();
  const order = parameters.get(id) ?? '';
  const isUp = order.startsWith('+');
  const sorted = order === '' ? undefined : columns.find(({ name }) => name === order.slice(1));
  const shown =
    sorted?.by === undefined ? rows : rows.toSorted((a, b) => compare(sorted.by!(a), sorted.by!(b)) * (isUp ? 1 : -1));
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, by, help, isText }) => (
              <th
                key={name}
                scope="col"
                class={isText ? 'text' : undefined}
                title={help}
                aria-sort={sorted?.name === name ? (isUp ? 'ascending' : 'descending') : undefined}
              >
                {by === undefined ? (
                  name
                ) : (
                  <button
                    type="button"
                    class="sort"
                    onClick={() =>
                      setParameters({ [id]: `${sorted?.name === name && !isUp ? '+' : '-'}${name}` }, true)
                    }
                  >
                    {name}
                    <span aria-hidden="true">{sorted?.name === name ? (isUp ? ' ↑' : ' ↓') : ''}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, isText }) => (
                <td key={name} class={isText ? 'text' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td class="quiet text" colSpan={columns.length}>
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** What is unknown stands last when the largest are first. */
function compare(a: number | string | null | undefined, b: number | string | null | undefined): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b);
  return Number(a ?? Number.NEGATIVE_INFINITY) - Number(b ?? Number.NEGATIVE_INFINITY) || 0;
}
