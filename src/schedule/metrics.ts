/** How a scheduler stands, in the text format of Prometheus. Pure. */
import { OUTCOMES } from '../model.ts';
import type { PlanAccount } from './account.ts';
import { nextOf } from './decide.ts';
import type { SchedulerStanding } from './scheduler.ts';

interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly (readonly [Readonly<Record<string, string>>, number])[];
}

/** @param now milliseconds since 1970 UTC. */
export function metricsText(standing: SchedulerStanding, now: number, version: string): string {
  return metricsOf(standing, now, version)
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, type, help, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`).join('')}`,
    )
    .join('');
}

function metricsOf(
  { state, view, inHand, blind, draining }: SchedulerStanding,
  now: number,
  version: string,
): Metric[] {
  const files = view?.files ?? [];
  const scheduled = files.flatMap((one) => (one.kind === 'scheduled' ? [one.plan] : []));
  const known = [...state.plans].filter(([, { removed }]) => !removed);
  const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({
    name: `refit_schedule_${name}`,
    type: 'gauge',
    help,
    samples,
  });
  const byPlan = (figureOf: (account: PlanAccount, plan: string) => number | null): Metric['samples'] =>
    known.flatMap(([plan, account]) => {
      const value = figureOf(account, plan);
      return value === null ? [] : [[{ plan }, value] as const];
    });
  const seconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : ms / 1000);
  return [
    gauge('info', 'The version that runs.', [[{ version }, 1]]),
    gauge('up', '1 while due times are heeded: 0 while it drains, or cannot look at its folder.', [
      [{}, draining || blind !== null ? 0 : 1],
    ]),
    gauge('plans', 'Plans with a schedule in the folder.', [[{}, scheduled.length]]),
    gauge('invalid_files', 'Files that cannot be scheduled for what is wrong with them.', [
      [{}, files.filter(({ kind }) => kind === 'invalid').length],
    ]),
    gauge(
      'file_invalid',
      'By file: 1 while it cannot be scheduled.',
      files.flatMap(({ kind, name }) => (kind === 'invalid' ? [[{ plan: name }, 1] as const] : [])),
    ),
    gauge(
      'enabled',
      'Whether the due times of a plan are heeded.',
      scheduled.map(({ name }) => [{ plan: name }, view?.switches.get(name)?.enabled === false ? 0 : 1]),
    ),
    gauge(
      'next_due_timestamp_seconds',
      'When a plan is due next, or goes on.',
      scheduled.flatMap((plan) => {
        const next = nextOf(plan, state.plans.get(plan.name) ?? null, now);
        return next === null ? [] : [[{ plan: plan.name }, next / 1000] as const];
      }),
    ),
    gauge(
      'running',
      'Whether an occurrence of the plan is being carried out.',
      byPlan((_, plan) => (inHand.includes(plan) ? 1 : 0)),
    ),
    gauge(
      'last_due_timestamp_seconds',
      'The due time of the occurrence that began last.',
      byPlan(({ last }) => (last === null ? null : Date.parse(last.due) / 1000)),
    ),
    gauge(
      'last_exit_code',
      'The exit code of the latest attempt that has ended.',
      byPlan(({ last }) => last?.exitCode ?? null),
    ),
    gauge(
      'last_end_timestamp_seconds',
      'When the latest attempt ended.',
      byPlan(({ last }) => seconds(last?.endedAt)),
    ),
    gauge(
      'last_steps',
      'The steps of the latest run by outcome.',
      known.flatMap(([plan, { last }]) =>
        OUTCOMES.flatMap((outcome) =>
          last?.totals ? [[{ plan, outcome }, last.totals[outcome]] as const] : [],
        ),
      ),
    ),
    {
      name: 'refit_schedule_occurrences_total',
      type: 'counter',
      help: 'Due times by what became of them: ended-<exit code>, missed, disabled, overlap, not-scheduled.',
      samples: known.flatMap(([plan, { counts }]) =>
        Object.entries(counts).map(([outcome, count]) => [{ plan, outcome }, count] as const),
      ),
    },
    {
      name: 'refit_schedule_starts_total',
      type: 'counter',
      help: 'Schedulers that have taken this folder up.',
      samples: [[{}, state.starts]],
    },
  ];
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
