/** A report's steps as every format shows them. */
import type { Report, ReportStep } from '../model.ts';
import { change } from './quantities.ts';

/** What a step changes, as `memory 4 GB → 8 GB × 3 shards`. */
export function changeOf(step: ReportStep): string {
  return change({ dimension: step.dimension, from: step.from, to: step.to }, step.after, step.nodes);
}

const GRAVEST_FIRST: readonly string[] = ['unknown', 'failed', 'refused', 'drifted', 'skipped'];

/** Steps that need a person's eyes, the gravest first; those that merely did not run are not among them. */
export function needingAttention(report: Report): ReportStep[] {
  return report.steps
    .filter(({ outcome, warning }) => GRAVEST_FIRST.includes(outcome) || warning !== undefined)
    .sort((a, b) => gravity(a) - gravity(b));
}

/** What only has a warning comes last. */
function gravity({ outcome }: ReportStep): number {
  const at = GRAVEST_FIRST.indexOf(outcome);
  return at < 0 ? GRAVEST_FIRST.length : at;
}

/** How a step stands in words, and what is to be known of it beside. */
export function wordsOf({ what, warning }: ReportStep): string {
  return warning === undefined ? what : `${what}; warning: ${warning}`;
}
