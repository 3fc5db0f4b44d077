/** A table of a report as the server gives it: text cells in the language of the person. */
import type { PageTable } from '../../../operations/reviews/page-tables.ts';
import { say } from '../language.ts';
import { Amounts } from './amounts.tsx';

/**
 * A column without any text is left out, and the name of an instance is beside its id.
 * @param of how many rows there are in all; the table may have fewer. @param names of instances, for a table without them.
 */
export function DataTable({
  table,
  of = table.rows.length,
  names = {},
}: {
  table: PageTable;
  of?: number;
  names?: Readonly<Record<string, string>>;
}) {
  const { rows, heading, note } = table;
  const nameAt = table.columns.findIndex(({ id }) => id === 'name');
  const instanceAt = table.columns.findIndex(({ id }) => id === 'instance');
  const isBeside = (at: number) => at === nameAt && instanceAt >= 0;
  const columns = table.columns.flatMap((column, at) =>
    isBeside(at) || rows.every((row) => row[at] === '') ? [] : [{ ...column, at }],
  );
  const nameOf = (row: readonly string[]) => row[nameAt] || names[row[instanceAt]!];
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
                {columns.map(({ id, title, right, at: column }) => (
                  <td key={id} class={`cell-${id}${right ? ' right' : ''}`} data-label={title}>
                    {column === instanceAt ? (
                      <>
                        {nameOf(row) && <strong>{nameOf(row)}</strong>} <code>{row[column]}</code>
                      </>
                    ) : (
                      <Amounts text={row[column]!} />
                    )}
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
