/** HTML tables. Each is in a scrollable frame with keyboard focus; the page's script sorts and filters it. */
import { markup, type Raw, raw } from './escape.ts';
import { type Cell, type Column, cellText, joined, type Row, sortValueOf, type Table } from './table.ts';

/** The index of a column, and the indexes of the columns shown under it. */
interface Stack {
  readonly at: number;
  readonly under: readonly number[];
}

/** A table with its heading as the caption; null for a table without rows. */
export function htmlTable(table: Table): Raw | null {
  const { id, heading, note, rows, filter } = table;
  if (rows.length === 0) return null;
  const stacks = table.columns.flatMap((column, at): Stack[] => {
    const under = table.columns.flatMap((one, below) => (one.under === column.title ? [below] : []));
    return isStacked(column, table) ? [] : [{ at, under }];
  });
  const sorts = filter && table.columns.findIndex(({ title }) => title === filter.by);
  let body = '';
  for (const row of rows) {
    body += '<tr>';
    for (const stack of stacks)
      body += cellHtml(row, stack, table.columns, sorts === undefined ? null : sorts === stack.at);
    body += '</tr>\n';
  }
  const column = stacks.findIndex(({ at }) => at === sorts);
  return markup`${filter && filterForm(id, filter, column)}<div class="scroll" role="region" aria-labelledby="${id}-c" tabindex="0">
<table id="${id}">
<caption id="${id}-c"><b>${heading}</b>${note !== undefined && ` ${note}`}</caption>
<thead><tr>${stacks.map((stack) => titleHtml(table.columns, stack))}</tr></thead>
<tbody>
${raw(body)}</tbody>
</table>
</div>
`;
}

/** True where the column is shown under another column of this table. */
function isStacked({ under }: Column, { columns }: Table): boolean {
  return under !== undefined && columns.some(({ title }) => title === under);
}

/** The title of a column. The titles of values that have no label under it follow. */
function titleHtml(columns: readonly Column[], { at, under }: Stack): Raw {
  const { title, right } = columns[at]!;
  const others = under.map((below) => columns[below]!).filter((one) => one.bare && one.in !== 'page');
  const whole = [title, ...others.map((one) => one.title.toLowerCase())].join(', ');
  return markup`<th scope="col"${right && raw(' class="n"')}>${whole}</th>`;
}

/** One cell. @param sorts null in a table without sorting, else true for the filtered column. */
function cellHtml(row: Row, { at, under }: Stack, columns: readonly Column[], sorts: boolean | null): string {
  const cell = row[at]!;
  const value =
    sorts === null ? null : (sortValueOf(cell) ?? (sorts || columns[at]!.right ? cellText(cell) : null));
  let text = columns[at]!.right ? '<td class="n"' : '<td';
  if (value !== null) text += markup` data-v="${value}"`.raw;
  text += `>${shown(cell)}`;
  for (const below of under) text += small(row[below]!, columns[below]!);
  return `${text}</td>`;
}

/** A value under another one; each item of a list gets its own line. */
function small(cell: Cell, column: Column): string {
  if (typeof cell === 'object' && cell?.kind === 'list')
    return cell.items.map((one) => small(one, column)).join('');
  const inside = shown(cell);
  if (inside === '') return '';
  if (typeof cell === 'object' && cell?.kind === 'excerpt') return inside;
  return `<small>${column.bare ? '' : `${escaped(column.title.toLowerCase())}: `}${inside}</small>`;
}

/** A cell's value as markup. */
function shown(cell: Cell): string {
  const text = escaped(cellText(cell));
  if (cell === null || typeof cell === 'string' || text === '') return text;
  switch (cell.kind) {
    case 'id':
      return `<span class="id">${text}</span>`;
    case 'code':
      return `<code>${text}</code>`;
    case 'name':
      return `<bdi>${text}</bdi>`;
    case 'strong':
      return `<strong>${text}</strong>`;
    case 'time':
      return `<span class="nb">${text}</span>`;
    case 'outcome':
      return `<span class="o ${cell.value}">${text}</span>`;
    case 'severity':
      return `<span class="o ${cell.value === 'note' ? 'note-s' : cell.value}">${text}</span>`;
    case 'action':
      return `<span class="key ${escaped(cell.tone)}">${text}</span>`;
    case 'excerpt':
      // Line by line, because the escape function makes line feeds visible.
      return `<pre>${cell.text
        .split('\n')
        .map((line) => `${escaped(line)}\n`)
        .join('')}</pre>`;
    case 'list':
      return joined(cell.items, shown);
    default:
      return text;
  }
}

function escaped(text: string): string {
  return markup`${text}`.raw;
}

/** The filter of a table. The script shows it, because it needs the script. @param by the index of its column. */
function filterForm(id: string, { by: label, choices }: NonNullable<Table['filter']>, by: number): Raw {
  return markup`<form class="tools" data-for="${id}" data-by="${by}" hidden>
<label>Find <input type="search" autocomplete="off" spellcheck="false"></label>
<label>${label} <select><option value="">all</option>${choices.map((choice) => markup`<option>${choice}</option>`)}</select></label>
<output aria-live="polite"></output>
</form>
`;
}
