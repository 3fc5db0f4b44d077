/** Parsers for rendered formats: Markdown as a host renders it, CSV, annotations. */
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Markdown as HTML, with GitHub's extensions. Raw HTML stays, so that tests see what a host would remove. */
export function htmlOf(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** The names of all opened elements, in order. */
export function tagsOf(markup: string): string[] {
  return [...markup.matchAll(/<([a-zA-Z!?][^\s/>]*)/g)].map(([, name]) => name!.toLowerCase());
}

/** The text of an element's content. */
export function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

export interface HtmlTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a page, their cells as text. */
export function tablesOf(html: string): HtmlTable[] {
  return [...html.matchAll(/<table>([\s\S]*?)<\/table>/g)].map(([, table]) => {
    const [head, ...rows] = [...table!.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
      [...row!.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => textOf(cell!)),
    );
    return { head: head!, rows };
  });
}

/** Records of a CSV file by RFC 4180. @throws Error for a quote that is not closed or is inside an unquoted cell. */
export function recordsOf(csv: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (cell.lastIndex < csv.length) {
    const at = cell.lastIndex;
    const found = cell.exec(csv);
    if (!found) throw new Error(`no CSV at ${at}: ${JSON.stringify(csv.slice(at, at + 60))}`);
    record.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

export interface Annotation {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Workflow commands as GitHub's runner reads them. */
export function annotationsOf(text: string): {
  readonly lines: string[];
  readonly annotations: Annotation[];
} {
  const data = (value: string) =>
    value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const property = (value: string) => data(value.replaceAll('%3A', ':').replaceAll('%2C', ','));
  const lines = text.split('\n').slice(0, -1);
  const annotations = lines.flatMap((line) => {
    const found = /^::(\w+) ([^:]*)::(.*)$/.exec(line);
    if (!found) return [];
    const properties = found[2]!.split(',').map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), property(pair.slice(equals + 1))];
    });
    return [{ kind: found[1]!, properties: Object.fromEntries(properties), message: data(found[3]!) }];
  });
  return { lines, annotations };
}
