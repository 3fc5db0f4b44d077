import type { Report, Review } from '../model.ts';
import {
  type ReviewFormat,
  type ReviewOptions,
  renderReview as renderReviewAs,
} from '../report/review/render-review.ts';
import {
  type ReportFormat,
  type ReportOptions,
  renderReport as renderReportAs,
} from '../report/run/render-report.ts';

export { loadWords } from '../messages/languages.ts';
export type { Words } from '../messages/words.ts';

/**
 * Renders a plan under review in a format. The text ends with a line feed. Pure. Default: no colour, 100 cells wide, the
 * rows that fit a screen.
 */
export function renderReview(
  review: Review,
  format: ReviewFormat,
  options: Partial<ReviewOptions> = {},
): string {
  return renderReviewAs(review, format, { color: false, width: 100, all: false, ...options });
}

/** Renders the report of a run in a format. The text ends with a line feed. Pure. Default: no colour, 100 cells wide. */
export function renderReport(
  report: Report,
  format: ReportFormat,
  options: Partial<ReportOptions> = {},
): string {
  return renderReportAs(report, format, { color: false, width: 100, ...options });
}
