/** The public API of the library: exports only. `operations/` has the code. */

export { VERSION } from './require-node.ts';

// Everything below loads only after this check.

export type { Clock } from './clock.ts';
export type { Cloud, CloudReader } from './cloud/cloud.ts';
export type { Examination, Permission } from './cloud/examine.ts';
export { discoverRegions, readInventory } from './cloud/read-inventory.ts';
export { type ErrorCode, RefitError } from './errors.ts';
export { replay, totals } from './journal/replay.ts';
export type * from './model.ts';
export {
  type Connection,
  type ConnectOptions,
  connect,
  connectReader,
  examine,
} from './operations/connect.ts';
export { stateDirectoryOf, userName } from './operations/machine.ts';
export {
  findDrift,
  type PlanFromRunOptions,
  type PlanOptions,
  planFleet,
  planFromRun,
  readCalendars,
} from './operations/plans/plan-fleet.ts';
export { historyOf, type PlanHistory } from './operations/plans/read-use.ts';
export { type RehearseOptions, rehearseSavedPlan } from './operations/plans/rehearse-plan.ts';
export { readSizing } from './operations/recommend/read-sizing.ts';
export { type Advice, type AdviceOptions, recommend } from './operations/recommend/recommend.ts';
export { loadWords, renderReport, renderReview, type Words } from './operations/render.ts';
export {
  type ApplyOptions,
  applySavedPlan,
  type ReconcileOptions,
  reconcileRun,
} from './operations/run-plan.ts';
export { controlRun } from './operations/runs/control-run.ts';
export { openUsage, usageProvider } from './operations/usage/open-usage.ts';
export { explainCode, explainInstance } from './plan/explain.ts';
export { decodePlan } from './plan/parse/decode-plan.ts';
export { parsePlan } from './plan/parse/parse-plan.ts';
export { readSavedPlan } from './plan/saved/read-saved-plan.ts';
export { encodeSavedPlan } from './plan/saved/seal-plan.ts';
export { parseSizing } from './recommend/parse-sizing.ts';
export { toPlan } from './recommend/to-plan.ts';
export { diffPlans, type PlanDiff } from './report/plan-diff/plan-diff.ts';
export {
  PLAN_DIFF_FORMATS,
  type PlanDiffFormat,
  renderPlanDiff,
} from './report/plan-diff/render-plan-diff.ts';
export { REVIEW_FORMATS, type ReviewFormat } from './report/review/render-review.ts';
export { buildReport } from './report/run/build-report.ts';
export { type CloudEvent, cloudEvents } from './report/run/cloud-events.ts';
export { REPORT_FORMATS, type ReportFormat } from './report/run/render-report.ts';
export type { ApplyEnd, Approval } from './run/apply.ts';
export type { ControlAnswer, LiveRunStatus } from './run/control/control.ts';
export type { ReconciledStep, ReconcileEnd } from './run/reconcile.ts';
export type { Rehearsal } from './run/rehearse/rehearse-plan.ts';
export { durationsOfRuns } from './store/folder/past-durations.ts';
export { readRun } from './store/folder/run-directory.ts';
