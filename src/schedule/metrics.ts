/** How a scheduler stands, in the text format of Prometheus. Pure. */
import { OUTCOMES } from '../model.ts';
import { SECOND } from '../units.ts';
import { nextOf } from './decide.ts';
import type { ScheduledPlan } from './plan-file.ts';
import type { PlanLog } from './schedule-log.ts';
import type { SchedulerStatus } from './scheduler.ts';

/** What is asked of a scheduler. */
interface Asked {
  readonly standing: SchedulerStatus;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly version: string;
}

type Sample = readonly [Readonly<Record<string, string>>, number];
type Samples = (asked: Asked) => readonly Sample[];

/** One metric: its name without `refit_schedule_`, its type, its help, its samples. */
type Metric = readonly [name: string, type: 'gauge' | 'counter', help: string, samples: Samples];

/** One sample without labels. */
const alone =
  (figureOf: (standing: SchedulerStatus) => number): Samples =>
  ({ standing }) => [[{}, figureOf(standing)]];

const filesOf = ({ view }: SchedulerStatus) => view?.files ?? [];

const scheduledOf = (standing: SchedulerStatus) =>
  filesOf(standing).flatMap((one) => (one.kind === 'scheduled' ? [one.plan] : []));

const accountsOf = ({ state }: SchedulerStatus) => [...state.plans].filter(([, { removed }]) => !removed);

/** A sample for each plan in the folder for which there is a figure. */
const byScheduled =
  (figureOf: (plan: ScheduledPlan, asked: Asked) => number | null): Samples =>
  (asked) =>
    scheduledOf(asked.standing).flatMap((plan) => sampleOf(plan.name, figureOf(plan, asked)));

/** A sample for each plan that the account knows, where there is a figure. */
const byAccount =
  (figureOf: (account: PlanLog, plan: string, standing: SchedulerStatus) => number | null): Samples =>
  ({ standing }) =>
    accountsOf(standing).flatMap(([plan, account]) => sampleOf(plan, figureOf(account, plan, standing)));

const sampleOf = (plan: string, figure: number | null): Sample[] =>
  figure === null ? [] : [[{ plan }, figure]];

const inSeconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / SECOND);

// biome-ignore format: one line a sentence
const METRICS: readonly Metric[] = [
  ['info', 'gauge', 'The version that runs.',
    ({ version }) => [[{ version }, 1]]],
  ['up', 'gauge', '1 while due times are heeded: 0 while it drains, or cannot look at its folder.',
    alone(({ draining, blind }) => (draining || blind !== null ? 0 : 1))],
  ['plans', 'gauge', 'Plans with a schedule in the folder.',
    alone((standing) => scheduledOf(standing).length)],
  ['invalid_files', 'gauge', 'Files that cannot be scheduled for what is wrong with them.',
    alone((standing) => filesOf(standing).filter(({ kind }) => kind === 'invalid').length)],
  ['file_invalid', 'gauge', 'By file: 1 while it cannot be scheduled.',
    ({ standing }) => filesOf(standing).flatMap(({ kind, name }) => (kind === 'invalid' ? sampleOf(name, 1) : []))],
  ['enabled', 'gauge', 'Whether the due times of a plan are heeded.',
    byScheduled(({ name }, { standing }) => (standing.view?.switches.get(name)?.enabled === false ? 0 : 1))],
  ['next_due_timestamp_seconds', 'gauge', 'When a plan is due next, or goes on.',
    byScheduled((plan, { standing, now }) => inSeconds(nextOf(plan, standing.state.plans.get(plan.name) ?? null, now)))],
  ['running', 'gauge', 'Whether an occurrence of the plan is being carried out.',
    byAccount((_, plan, { inHand }) => (inHand.includes(plan) ? 1 : 0))],
  ['last_due_timestamp_seconds', 'gauge', 'The due time of the occurrence that began last.',
    byAccount(({ last }) => (last === null ? null : Date.parse(last.due) / SECOND))],
  ['last_exit_code', 'gauge', 'The exit code of the latest attempt that has ended.',
    byAccount(({ last }) => last?.exitCode ?? null)],
  ['last_end_timestamp_seconds', 'gauge', 'When the latest attempt ended.',
    byAccount(({ last }) => inSeconds(last?.endedAt))],
  ['last_steps', 'gauge', 'The steps of the latest run by outcome.',
    ({ standing }) => accountsOf(standing).flatMap(([plan, { last }]) =>
      OUTCOMES.flatMap((outcome) => (last?.totals ? [[{ plan, outcome }, last.totals[outcome]] as const] : [])))],
  ['occurrences_total', 'counter', 'Due times by what became of them: ended-<exit code>, missed, disabled, overlap, not-scheduled.',
    ({ standing }) => accountsOf(standing).flatMap(([plan, { counts }]) =>
      Object.entries(counts).map(([outcome, count]) => [{ plan, outcome }, count] as const))],
  ['starts_total', 'counter', 'Schedulers that have taken this folder up.',
    alone(({ state }) => state.starts)],
];

/** @param now milliseconds since 1970 UTC. */
export function metricsText(standing: SchedulerStatus, now: number, version: string): string {
  return METRICS.map(([suffix, type, help, samplesOf]) => {
    const name = `refit_schedule_${suffix}`;
    const lines = samplesOf({ standing, now, version }).map(
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
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
