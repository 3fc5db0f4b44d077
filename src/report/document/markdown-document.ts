/** A Markdown document of bounded length, for comments on a change: what does not fit is cut, and the cut is stated. */

/** The longest comment the common hosts of change requests take, in characters. */
export const MARKDOWN_LIMIT = 65_536;

/** A table of which as many rows are kept as fit. */
export interface MarkdownTable {
  readonly heading: string;
  readonly columns: readonly string[];
  /** Rows of escaped cells. */
  readonly rows: readonly (readonly string[])[];
  /** Cells that hold numbers are set to the right; by column. */
  readonly numbers?: readonly number[];
}

/**
 * Joins head, tables and tail with blank lines. Head and tail are always whole; tables are filled in order while
 * there is room, and one that is cut says how many rows are missing and `elsewhere`, where to find them.
 */
export function markdownDocument(
  head: readonly string[],
  tables: readonly MarkdownTable[],
  tail: readonly string[],
  elsewhere: string,
): string {
  const opening = head.join('\n\n');
  const closing = tail.join('\n\n');
  const told = tables.filter(({ rows }) => rows.length > 0);
  // Each table may need its frame and the line that states the cut, even if no row of it fits.
  const reserve = (table: MarkdownTable) => frame(table).length + elsewhere.length + 80;
  let room =
    MARKDOWN_LIMIT -
    opening.length -
    closing.length -
    16 -
    told.reduce((sum, table) => sum + reserve(table), 0);
  const parts = [opening];
  for (const table of told) {
    const kept: string[] = [];
    for (const row of table.rows) {
      const line = `| ${row.join(' | ')} |`;
      if (line.length + 1 > room) break;
      kept.push(line);
      room -= line.length + 1;
    }
    const missing = table.rows.length - kept.length;
    parts.push([frame(table), ...kept].join('\n'));
    if (missing > 0)
      parts.push(`**${missing} of ${table.rows.length} rows are not shown here.** ${elsewhere}`);
  }
  return `${[...parts, closing].filter((part) => part !== '').join('\n\n')}\n`;
}

function frame({ heading, columns, numbers = [] }: MarkdownTable): string {
  const rule = columns.map((_, at) => (numbers.includes(at) ? '--:' : '---'));
  return `### ${heading}\n\n| ${columns.join(' | ')} |\n| ${rule.join(' | ')} |`;
}
