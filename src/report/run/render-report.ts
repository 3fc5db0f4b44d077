/** Renders a report in any format. */
import type { Words } from '../../messages/words.ts';
import type { Report } from '../../model.ts';
import { json } from '../document/escape.ts';
import type { RunInCommands } from '../verdict.ts';
import { reportCsv } from './report-csv.ts';
import { reportHtml } from './report-html.ts';
import { reportMarkdown } from './report-markdown.ts';
import { reportText } from './report-text.ts';

/** Options for rendering. Only text uses `color`, `width` and the place of the run; only CSV uses `columns`. */
export interface ReportOptions extends RunInCommands {
  readonly color: boolean;
  /** Width of the terminal in cells. */
  readonly width: number;
  /** Only what a person reads first: verdict, sums, and the steps that need attention. Only text uses it. */
  readonly isShort?: boolean;
  /** The CSV columns to write, in this order; absent: all of `CSV_COLUMNS`. */
  readonly columns?: readonly string[];
  /** The language of the page, in which the report was built; English by default. Only HTML uses it. */
  readonly words?: Words;
}

const RENDERERS = { text: reportText, json, markdown: reportMarkdown, html: reportHtml, csv: reportCsv };

/** A format of reports: one of REPORT_FORMATS. */
export type ReportFormat = keyof typeof RENDERERS;

/** The formats of a report in the order of the help. */
export const REPORT_FORMATS = Object.keys(RENDERERS) as readonly ReportFormat[];

/** The whole text of a report with a final line end. Pure: equal reports give equal bytes. */
export function renderReport(report: Report, format: ReportFormat, options: ReportOptions): string {
  return RENDERERS[format](report, options);
}
