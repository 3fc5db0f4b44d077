/** A table of a report as the server gives it: text cells in the language of the person. */
import type { PageTable } from '../../../operations/reviews/page-tables.ts';
import { say } from '../language.ts';
import { Amounts } from './amounts.tsx';

/** @param of how many rows there are in all; the table may have fewer. */
export function DataTable({ table, of = table.rows.length }: { table: PageTable; of?: number }) {
  const { columns, rows, heading, note } = table;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: people who use a keyboard scroll it */}
      <div class="data-table" tabIndex={0} role="region" aria-label={heading}>
        <table>
          <thead>
            <tr>
              {columns.map(({ id, title, right }) => (
                <th key={id} scope="col" class={right ? 'right' : ''}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td
                    key={columns[column]?.id}
                    class={`cell-${columns[column]?.id}${columns[column]?.right ? ' right' : ''}`}
                  >
                    <Amounts text={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {note !== null && <p class="soft">{note}</p>}
      {of > rows.length && <p class="soft">{say('dry.shown', { shown: rows.length, all: of })}</p>}
    </>
  );
}
