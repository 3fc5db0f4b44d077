/** A report in the format asked for: the one place that knows which file renders which format. */
import type { Report } from '../../model.ts';
import { json } from '../document/escape.ts';
import { reportCsv } from './report-csv.ts';
import { reportHtml } from './report-html.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';

/** How a renderer may show things. Formats that are no terminal text ignore both. */
export interface ReportOptions {
  readonly color: boolean;
  /** Cells a line of the terminal holds. */
  readonly width: number;
  /** The run directory, for the commands to type next; `RUN` where it is not known. */
  readonly directory?: string;
  /** The columns of CSV that are wanted, in their order; absent: all of `CSV_COLUMNS`. */
  readonly columns?: readonly string[];
}

const RENDERERS = { text: reportText, json, markdown: reportMarkdown, html: reportHtml, csv: reportCsv };

export type ReportFormat = keyof typeof RENDERERS;

/** The formats of a report, in the order in which they are listed to users. */
export const REPORT_FORMATS = Object.keys(RENDERERS) as readonly ReportFormat[];

/** The whole text of a report, ending with a line end. Pure: the same report gives the same bytes. */
export function renderReport(report: Report, format: ReportFormat, options: ReportOptions): string {
  return RENDERERS[format](report, options);
}
