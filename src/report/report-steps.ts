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
    .filter(({ outcome }) => GRAVEST_FIRST.includes(outcome))
    .sort((a, b) => GRAVEST_FIRST.indexOf(a.outcome) - GRAVEST_FIRST.indexOf(b.outcome));
}
