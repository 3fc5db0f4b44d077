/** HTML tables. They fit every screen; the page's script sorts and filters them. */
import type { Words } from '../../messages/words.ts';
import { escapeMarkup as escaped, markup, type Raw, raw } from './escape.ts';
import {
  type Cell,
  type Column,
  cellText,
  type Filter,
  joined,
  type Row,
  sortValueOf,
  type Table,
} from './table.ts';

/** The index of a column, and the indexes of the columns shown under it. */
interface Stack {
  readonly at: number;
  readonly under: readonly number[];
}

/** A table with its heading as the caption; null for a table without rows. */
export function htmlTable(table: Table): Raw | null {
  const { id, heading, note, rows, anchors } = table;
  if (rows.length === 0) return null;
  const stacks = table.columns.flatMap((column, at): Stack[] => {
    const under = table.columns.flatMap((one, below) => (one.under === column.id ? [below] : []));
    return isStacked(column, table) ? [] : [{ at, under }];
  });
  const filters = table.filters && filtersOf(table, table.filters);
  let body = '';
  let next = 0;
  for (const row of rows) body += rowHtml(row, anchors?.[next++], { table, stacks, filters });
  return markup`${filters && filterForm(table, filters)}<table id="${id}">
<caption id="${id}-c"><b>${heading}</b>${note !== undefined && ` ${note}`}</caption>
<thead><tr>${stacks.map((stack) => titleHtml(table.columns, stack))}</tr></thead>
<tbody>
${raw(body)}</tbody>
</table>
`;
}

/** What the rows of a table have in common. */
interface RowFrame {
  readonly table: Table;
  readonly stacks: readonly Stack[];
  readonly filters: readonly OwnFilter[] | undefined;
}

function rowHtml(row: Row, anchor: string | undefined, { table, stacks, filters }: RowFrame): string {
  let text = anchor === undefined ? '<tr' : `<tr id="${escaped(anchor)}"`;
  if (filters?.length) text += ` data-f="${filters.map((filter) => choiceOf(row, filter)).join(' ')}"`;
  text += '>';
  for (const stack of stacks) text += cellHtml(row, stack, table, filters !== undefined);
  return `${text}</tr>\n`;
}

/** A filter with the index of its column. */
type OwnFilter = Filter & { readonly at: number };

/** The filters with at least two choices. The others would show all rows. */
function filtersOf({ columns }: Table, filters: readonly Filter[]): OwnFilter[] {
  return filters.flatMap(({ by, choices }) => {
    const at = columns.findIndex(({ id }) => id === by);
    return at < 0 || choices.length < 2 ? [] : [{ by, choices, at }];
  });
}

/** The index of a row's value in the choices of a filter. */
function choiceOf(row: Row, { at, choices }: OwnFilter): number {
  return choices.indexOf(String(sortValueOf(row[at]!) ?? cellText(row[at]!)));
}

/** True where the column is shown under another column of this table. */
function isStacked({ under }: Column, { columns }: Table): boolean {
  return under !== undefined && columns.some(({ id }) => id === under);
}

/** The title of a column. The titles of values that have no label under it follow. */
function titleHtml(columns: readonly Column[], { at, under }: Stack): Raw {
  const { title, right } = columns[at]!;
  const others = under.map((below) => columns[below]!).filter((one) => one.bare && one.in !== 'page');
  const whole = [title, ...others.map((one) => one.title.toLowerCase())].join(', ');
  return markup`<th scope="col"${right && raw(' class="n"')}>${whole}</th>`;
}

/** One cell. @param sorts true in a table that the reader can sort. */
function cellHtml(row: Row, { at, under }: Stack, { columns, words }: Table, sorts: boolean): string {
  const cell = row[at]!;
  // A word sorts by its text.
  const isWord = typeof cell === 'object' && (cell?.kind === 'outcome' || cell?.kind === 'severity');
  const value = sorts && !isWord ? (sortValueOf(cell) ?? (columns[at]!.right ? cellText(cell) : null)) : null;
  let text = columns[at]!.right ? '<td class="n"' : hasLongWord(cell) ? '<td class="w"' : '<td';
  if (value !== null) text += ` data-v="${escaped(String(value))}"`;
  text += `>${shown(cell, words)}`;
  for (const below of under) text += small(row[below]!, columns[below]!, words);
  return `${text}</td>`;
}

/** True for a text with a word that may have to break, so that the table fits. Other words never break. */
function hasLongWord(cell: Cell): boolean {
  const isText =
    typeof cell === 'string' || (cell !== null && ['strong', 'whole', 'action', 'name'].includes(cell.kind));
  return isText && /[^\s-]{25}/.test(cellText(cell));
}

/** A value under another one; each item of a list gets its own line. */
function small(cell: Cell, column: Column, words: Words): string {
  if (typeof cell === 'object' && cell?.kind === 'list')
    return cell.items.map((one) => small(one, column, words)).join('');
  const inside = shown(cell, words);
  if (inside === '') return '';
  if (typeof cell === 'object' && cell?.kind === 'excerpt') return inside;
  if (typeof cell === 'object' && cell?.kind === 'id' && column.bare)
    return `<small class="id">${escaped(cell.text)}</small>`;
  return `<small>${column.bare ? '' : escaped(words.frame.label(column.title))}${inside}</small>`;
}

/** A cell's value as markup. */
function shown(cell: Cell, words: Words): string {
  const text = escaped(cellText(cell, words));
  if (cell === null || typeof cell === 'string' || text === '') return text;
  switch (cell.kind) {
    case 'id':
      return `<span class="id">${text}</span>`;
    case 'link':
      return `<a href="#${escaped(encodeURI(cell.to))}"><span class="id">${text}</span></a>`;
    case 'code':
      // A code of the provider may break after its dot.
      return `<code>${text.replace(/^([A-Z]\w*\.)([A-Z]\w*)$/, '$1<wbr>$2')}</code>`;
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
      return joined(cell.items, (one) => shown(one, words));
    default:
      return text;
  }
}

/** The filters of a table. The script shows them, because they need the script. */
function filterForm({ id, columns, words: { frame } }: Table, filters: readonly OwnFilter[]): Raw {
  const option = (by: string, choice: string) => {
    const text = frame.choice(by, choice);
    return text === choice
      ? markup`<option>${choice}</option>`
      : markup`<option value="${choice}">${text}</option>`;
  };
  return markup`<form class="tools" data-for="${id}" hidden>
<label>${frame.find} <input name="find" type="search" autocomplete="off" spellcheck="false"></label>
${filters.map(({ by, choices, at }) => markup`<label>${columns[at]!.title} <select name="${by.toLowerCase()}"><option value="">${frame.all}</option>${choices.map((choice) => option(by, choice))}</select></label>\n`)}<output aria-live="polite"></output>
</form>
`;
}
