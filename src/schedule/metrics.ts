/** The status of a scheduler in the text format of Prometheus. Pure. */
import { OUTCOMES } from '../model.ts';
import { escapeControls } from '../text.ts';
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

type Sample = readonly [Readonly<Record<string, string>>, number];
type Samples = (asked: MetricsInput) => readonly Sample[];

/** One metric: its name without `refit_schedule_`, its type, its help, its samples. */
type Metric = readonly [name: string, type: 'gauge' | 'counter', help: string, samples: Samples];

/** One sample without labels. */
const alone =
  (figureOf: (status: SchedulerStatus) => number): Samples =>
  ({ status }) => [[{}, figureOf(status)]];

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
  figure === null ? [] : [[{ plan }, figure]];

const inSeconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / SECOND);

// biome-ignore format: one line a sentence
const METRICS: readonly Metric[] = [
  ['info', 'gauge', 'The version of Refit.',
    ({ version }) => [[{ version }, 1]]],
  ['up', 'gauge', '1 while the scheduler starts due plans; 0 while it drains or cannot read its folder.',
    alone(({ draining, folderError }) => (draining || folderError !== null ? 0 : 1))],
  ['plans', 'gauge', 'Plans with a schedule in the folder.',
    alone((status) => scheduledOf(status).length)],
  ['invalid_files', 'gauge', 'Files that cannot be scheduled because they are not valid.',
    alone((status) => filesOf(status).filter(({ kind }) => kind === 'invalid').length)],
  ['file_invalid', 'gauge', '1 for each file that cannot be scheduled.',
    ({ status }) => filesOf(status).flatMap(({ kind, name }) => (kind === 'invalid' ? sampleOf(name, 1) : []))],
  ['enabled', 'gauge', '1 if the plan is enabled, else 0.',
    byScheduled(({ name }, { status }) => (status.view?.switches.get(name)?.enabled === false ? 0 : 1))],
  ['next_due_timestamp_seconds', 'gauge', 'When the plan is next due or continues.',
    byScheduled((plan, { status, now }) => inSeconds(nextDueAt(plan, status.state.plans.get(plan.name) ?? null, now)))],
  ['running', 'gauge', '1 while an occurrence of the plan is in progress, else 0.',
    byPlanLog((_, plan, { inProgress }) => (inProgress.includes(plan) ? 1 : 0))],
  ['last_due_timestamp_seconds', 'gauge', 'The due time of the occurrence that started last.',
    byPlanLog(({ last }) => (last === null ? null : Date.parse(last.due) / SECOND))],
  ['last_exit_code', 'gauge', 'The exit code of the latest attempt that ended.',
    byPlanLog(({ last }) => last?.exitCode ?? null)],
  ['last_end_timestamp_seconds', 'gauge', 'When the latest attempt ended.',
    byPlanLog(({ last }) => inSeconds(last?.endedAt))],
  ['last_steps', 'gauge', 'The steps of the latest run by outcome.',
    ({ status }) => planLogsOf(status).flatMap(([plan, { last }]) =>
      OUTCOMES.flatMap((outcome) => (last?.totals ? [[{ plan, outcome }, last.totals[outcome]] as const] : [])))],
  ['occurrences_total', 'counter', 'Due times by result: ended-<exit code>, missed, disabled, overlap, not-scheduled.',
    ({ status }) => planLogsOf(status).flatMap(([plan, { counts }]) =>
      Object.entries(counts).map(([outcome, count]) => [{ plan, outcome }, count] as const))],
  ['starts_total', 'counter', 'Schedulers that started on this folder.',
    alone(({ state }) => state.starts)],
];

/** @param now milliseconds since 1970 UTC. */
export function metricsText(status: SchedulerStatus, now: number, version: string): string {
  return METRICS.map(([suffix, type, help, samplesOf]) => {
    const name = `refit_schedule_${suffix}`;
    const lines = samplesOf({ status, now, version }).map(
      ([labels, value]) => `${name}${labelsText(labels)} ${value}\n`,
    );
    return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
  }).join('');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return escapeControls(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
