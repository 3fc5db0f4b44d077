/** A plan of which only the text was looked at, as a review: its findings, and nothing else to show. */
import type { Finding, TextReview } from '../../model.ts';

/** @param file the plan file, or several. @param next the command to type next. */
export function unplanned(file: string, findings: readonly Finding[], next: string | null): TextReview {
  const isInvalid = findings.some(({ severity }) => severity === 'error');
  return { verdict: isInvalid ? 'invalid' : 'valid', file, findings, next };
}
