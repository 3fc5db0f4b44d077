/** A review seen target by target: what becomes of each instance the plan names. */
import {
  type Finding,
  type Precondition,
  type PriceShare,
  type Review,
  type SavedPlan,
  type Step,
  totalMemory,
} from '../../model.ts';
import * as show from '../quantities.ts';
import { forecastFacts } from './forecast-in-words.ts';
import { scheduleInWords } from './schedule-in-words.ts';
import { conductOfWaves, spreadInWords } from './wave-conduct.ts';

/** Waves that the first sight names. */
const NAMED_WAVES = 12;

/** One instance under review. */
export interface ReviewedTarget {
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly state: 'change' | 'unchanged' | 'blocked';
  /** Its steps in order; empty unless it changes. */
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** Why it stays, or how its size and order of steps came about; null where there is nothing to say. */
  readonly why: string | null;
}

/** Every target exactly once, blocked ones first. An instance with an error is blocked, whatever else is said of it. */
export function reviewedTargets({ plan, findings }: Review): ReviewedTarget[] {
  const about = groupBy(findings, ({ instance }) => instance ?? '');
  const steps = groupBy(plan.steps, ({ instance }) => instance);
  const known = new Map(plan.preconditions.map((precondition) => [precondition.instance, precondition]));
  const blocked = new Map(plan.blocked.map((target) => [target.instance, target]));
  const regions = new Map<string, string>([
    ...plan.unchanged.map(({ instance, region }) => [instance, region] as const),
    ...plan.blocked.map(({ instance, region }) => [instance, region] as const),
    ...plan.preconditions.map(({ instance, region }) => [instance, region] as const),
  ]);
  const refused = findings.flatMap(({ severity, instance }) =>
    severity === 'error' && instance ? [instance] : [],
  );
  const unchanged = new Map(plan.unchanged.map(({ instance, why }) => [instance, why]));
  const target = (instance: string, state: ReviewedTarget['state']): ReviewedTarget => ({
    instance,
    name: known.get(instance)?.name ?? '',
    region: regions.get(instance) ?? '',
    state,
    steps: state === 'change' ? (steps.get(instance) ?? []) : [],
    findings: [
      ...new Map(
        [...(blocked.get(instance)?.findings ?? []), ...(about.get(instance) ?? [])].map(keyed),
      ).values(),
    ],
    why: unchanged.get(instance) ?? whyOf(known.get(instance)),
  });
  const seen = new Set<string>();
  const each = (instances: Iterable<string>, state: ReviewedTarget['state']) =>
    [...instances].flatMap((instance) => {
      if (seen.has(instance)) return [];
      seen.add(instance);
      return [target(instance, state)];
    });
  return [
    ...each([...refused, ...blocked.keys()], 'blocked'),
    ...each(steps.keys(), 'change'),
    ...each(unchanged.keys(), 'unchanged'),
  ];
}

function whyOf(precondition: Precondition | undefined): string | null {
  const { because = null, window } = precondition ?? {};
  const waits = window ? `waits for its window ${show.hours(window)}` : null;
  return [because, waits].filter((part) => part !== null).join('; ') || null;
}

function keyed(finding: Finding): [string, Finding] {
  return [JSON.stringify([finding.code, finding.what, finding.place]), finding];
}

/** Items in groups, each in the order in which its first one came. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** `plans/a.yaml:12:5`; empty where the finding has no place. */
export function placeOf({ place }: Pick<Finding, 'place'>): string {
  return place === null ? '' : `${place.file}:${place.line}:${place.column}`;
}

/** The first sight of a plan as name and value, empty where there is nothing to say. */
export function firstSight(
  { plan, findings, unplanned }: Review,
  targets: readonly ReviewedTarget[],
): [string, string][] {
  if (unplanned !== undefined) return [];
  const tally = (state: ReviewedTarget['state']) => targets.filter((target) => target.state === state).length;
  const { forecast, execution, inventory } = plan;
  const sum = (of: (precondition: Precondition) => number) =>
    plan.preconditions.reduce((total, precondition) => total + of(precondition), 0);
  const unpriced = plan.steps.filter(({ quote }) => quote === null).length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  return [
    [
      'targets',
      `${show.counted(tally('change'), 'instance')} in ${show.counted(plan.steps.length, 'step')}; ` +
        `${show.count(tally('blocked'))} blocked, ${show.count(tally('unchanged'))} unchanged`,
    ],
    ['money', plan.prices.length === 0 ? '' : priceOfShare({ sums: plan.prices, unpriced })],
    [
      'memory',
      plan.steps.length === 0
        ? ''
        : `${show.memory(sum(({ size }) => totalMemory(size)))} → ${show.memory(
            sum(({ target }) => totalMemory(target)),
          )}, replicas included`,
    ],
    [
      'calls',
      plan.steps.length === 0
        ? ''
        : `${show.counted(forecast.orders, 'order')}, ${
            forecast.leastSeconds < 1
              ? 'under a second'
              : `at least ${show.duration(forecast.leastSeconds * 1000)}`
          } at ${execution.requestsPerSecond} a second; ${execution.inFlight} in flight`,
    ],
    ...forecastFacts(forecast),
    [
      'monitor',
      forecast.monitorCalls === undefined
        ? ''
        : `${show.counted(forecast.monitorCalls, 'call')} made to read the memory in use, billed beyond 1,000,000 a month`,
    ],
    ['waves', plan.steps.length === 0 ? '' : wavesInWords(plan)],
    ['approvals', approvalsInWords(plan)],
    ['conduct', conductOfWaves(plan).join(' · ')],
    ['spread', spreadInWords(plan)],
    ['window', comingWindow(plan)],
    ['windows', show.windows(plan.preconditions.flatMap(({ window }) => window ?? []))],
    [
      'fleet',
      `${show.counted(inventory.instances, 'instance')}, read ${show.instant(inventory.readAt)} from ${inventory.source}`,
    ],
    ['expires', plan.digest === '' ? '' : show.instant(plan.expiresAt)],
    [
      'schedule',
      plan.schedule === undefined ? '' : `carried out by itself, ${scheduleInWords(plan.schedule)}`,
    ],
    ['finish by', plan.finishBy === null ? '' : show.instant(plan.finishBy)],
    ['warnings', warnings === 0 ? '' : show.count(warnings)],
  ];
}

/** `canary 4 · rest 49`, and of many waves their number and how long they are. */
function wavesInWords({ waves }: SavedPlan): string {
  const lengths = waves.map(({ steps }) => steps.length);
  if (waves.length > NAMED_WAVES) {
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    const steps =
      least === most ? show.counted(least, 'step') : `${show.count(least)} to ${show.counted(most, 'step')}`;
    return `${show.count(waves.length)} waves, of ${steps} each`;
  }
  return waves.map(({ name, steps }) => `${name} ${show.count(steps.length)}`).join(' · ');
}

/** `Wed 2026-11-25 01:00-05:00 Asia/Shanghai (opens 2026-11-24 17:00:00 UTC); the orders fit`. */
function comingWindow({ forecast: { window }, windows, steps }: Review['plan']): string {
  if (windows === undefined) return '';
  if (window === undefined) return 'none opens within a year';
  const fits = window.fits ? 'the orders fit' : 'the orders do not fit, the rest goes on in the next';
  const halts =
    windows.atClose === 'halt' ? '; what is under way at its close is left to the next apply' : '';
  return `${window.local} (opens ${show.instant(window.opens)})${steps.length > 0 ? `; ${fits}` : ''}${halts}`;
}

/** `2 of wei, jun, li; not by dba-oncall, who made it; again for wave tenth`; empty where nobody has to sign. */
function approvalsInWords({ approvals, waves }: Pick<SavedPlan, 'approvals' | 'waves'>): string {
  if (approvals === undefined) return '';
  const { need, approvers, authors } = approvals;
  const again = waves.filter(({ approval }) => approval !== undefined).map(({ name }) => name);
  const who = approvers.map(({ name }) => name).join(', ');
  const waved = again.length === 0 ? '' : `; again for wave ${again.join(', ')}`;
  return `${need} of ${who}; not by ${authors.join(', ')}, who made it${waved}`;
}

/** `+¥412.00 now, ¥1.752 an hour; 2 steps without a price`. */
export function priceOfShare({ sums, unpriced }: Pick<PriceShare, 'sums' | 'unpriced'>): string {
  const without = unpriced === 0 ? [] : [`${show.counted(unpriced, 'step')} without a price`];
  return [...(sums.length > 0 ? [show.quotes(sums)] : []), ...without].join('; ');
}
