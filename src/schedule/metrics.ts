/** The metrics of a scheduler. Pure. */
import { OUTCOMES } from '../model.ts';
import type { Family, Metric, Sample } from '../telemetry/metrics/exposition.ts';
import { SECOND } from '../units.ts';
import { nextDueAt } from './decide.ts';
import type { ScheduledPlan } from './plan-file.ts';
import type { PlanLog } from './schedule-log.ts';
import type { SchedulerStatus } from './scheduler.ts';

interface MetricsInput {
  readonly status: SchedulerStatus;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly version: string;
}

type Samples = (asked: MetricsInput) => readonly Sample[];

/** One metric: its name without `refit_schedule_`, its type, its help, its labels, its samples. */
type Row = readonly [
  name: string,
  type: Metric['type'],
  help: string,
  labels: readonly string[],
  samples: Samples,
];

/** One sample without labels. */
const alone =
  (figureOf: (status: SchedulerStatus) => number): Samples =>
  ({ status }) => [{ labels: {}, value: figureOf(status) }];

const filesOf = ({ view }: SchedulerStatus) => view?.files ?? [];

const scheduledOf = (status: SchedulerStatus) =>
  filesOf(status).flatMap((one) => (one.kind === 'scheduled' ? [one.plan] : []));

const planLogsOf = ({ state }: SchedulerStatus) => [...state.plans].filter(([, { removed }]) => !removed);

/** One sample for each plan in the folder that has a figure. */
const byScheduled =
  (figureOf: (plan: ScheduledPlan, input: MetricsInput) => number | null): Samples =>
  (input) =>
    scheduledOf(input.status).flatMap((plan) => sampleOf(plan.name, figureOf(plan, input)));

/** One sample for each plan in the schedule log that has a figure. */
const byPlanLog =
  (figureOf: (account: PlanLog, plan: string, status: SchedulerStatus) => number | null): Samples =>
  ({ status }) =>
    planLogsOf(status).flatMap(([plan, account]) => sampleOf(plan, figureOf(account, plan, status)));

const sampleOf = (plan: string, figure: number | null): Sample[] =>
  figure === null ? [] : [{ labels: { plan }, value: figure }];

const inSeconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / SECOND);

// biome-ignore format: one line a sentence
const ROWS: readonly Row[] = [
  ['info', 'gauge', 'The version of Refit.', ['version'],
    ({ version }) => [{ labels: { version }, value: 1 }]],
  ['up', 'gauge', '1 while the scheduler starts due plans; 0 while it drains or cannot read its schedule.', [],
    alone(({ draining, readError }) => (draining || readError !== null ? 0 : 1))],
  ['plans', 'gauge', 'Plans with a schedule that this scheduler fires.', [],
    alone((status) => scheduledOf(status).length)],
  ['invalid_files', 'gauge', 'Files that cannot be scheduled because they are not valid.', [],
    alone((status) => filesOf(status).filter(({ kind }) => kind === 'invalid').length)],
  ['file_invalid', 'gauge', '1 for each file that cannot be scheduled.', ['plan'],
    ({ status }) => filesOf(status).flatMap(({ kind, name }) => (kind === 'invalid' ? sampleOf(name, 1) : []))],
  ['enabled', 'gauge', '1 if the plan is enabled, else 0.', ['plan'],
    byScheduled(({ name }, { status }) => (status.view?.switches.get(name)?.enabled === false ? 0 : 1))],
  ['next_due_timestamp_seconds', 'gauge', 'When the plan is next due or continues.', ['plan'],
    byScheduled((plan, { status, now }) => inSeconds(nextDueAt(plan, status.state.plans.get(plan.name) ?? null, now)))],
  ['running', 'gauge', '1 while an occurrence of the plan is in progress, else 0.', ['plan'],
    byPlanLog(({ open }, plan, { inProgress }) => (inProgress.includes(plan) || open?.phase === 'in-progress' ? 1 : 0))],
  ['last_due_timestamp_seconds', 'gauge', 'The due time of the occurrence that started last.', ['plan'],
    byPlanLog(({ last }) => (last === null ? null : Date.parse(last.due) / SECOND))],
  ['last_exit_code', 'gauge', 'The exit code of the latest attempt that ended.', ['plan'],
    byPlanLog(({ last }) => last?.exitCode ?? null)],
  ['last_end_timestamp_seconds', 'gauge', 'When the latest attempt ended.', ['plan'],
    byPlanLog(({ last }) => inSeconds(last?.endedAt))],
  ['last_steps', 'gauge', 'The steps of the latest run by outcome.', ['plan', 'outcome'],
    ({ status }) => planLogsOf(status).flatMap(([plan, { last }]) =>
      OUTCOMES.flatMap((outcome) => (last?.totals ? [{ labels: { plan, outcome }, value: last.totals[outcome] }] : [])))],
  ['occurrences_total', 'counter', 'Due times by result: ended-<exit code>, missed, disabled, overlap, not-scheduled.', ['plan', 'outcome'],
    ({ status }) => planLogsOf(status).flatMap(([plan, { counts }]) =>
      Object.entries({ missed: 0, ...counts }).map(([outcome, count]) => ({ labels: { plan, outcome }, value: count })))],
  ['starts_total', 'counter', 'Schedulers that started on this folder or store.', [],
    alone(({ state }) => state.starts)],
];

/** The metrics of a scheduler without values, for the reference. */
export const SCHEDULE_METRICS: readonly Metric[] = ROWS.map(metricOf);

/** @param now milliseconds since 1970 UTC. */
export function scheduleFamilies(status: SchedulerStatus, now: number, version: string): Family[] {
  return ROWS.map((row) => ({ metric: metricOf(row), samples: row[4]({ status, now, version }) }));
}

function metricOf([suffix, type, help, labels]: Row): Metric {
  return { name: `refit_schedule_${suffix}`, type, help, labels };
}
