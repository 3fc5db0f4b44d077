/**
 * A plan made from a run: the inverse of what it verified, or what it left undone. It is an ordinary plan, so that rules,
 * guards, prices and the seal judge it as any other, against the fleet as it is now.
 */
import { given } from '../given.ts';
import { count } from '../messages/en/format-size.ts';
import {
  DIMENSIONS,
  type Dimension,
  type Finding,
  type Outcome,
  type Plan,
  type PlanSource,
  type PlanTarget,
  type PlanWave,
  type Precondition,
  type RequestedSize,
  type RunState,
  type SavedPlan,
  type SavedWindows,
  type SealedCalendar,
  type Size,
  type Step,
} from '../model.ts';
import { planAgain } from '../next-command.ts';
import { createFinding } from '../rules/check.ts';
import { rolloutOptionsOf } from './waves/waves.ts';
import { createOpenWindows } from './windows/open-windows.ts';

/** A run as its saved plan and its journal tell it. */
export interface SourceRun {
  /** The run directory, as it is to be named in the plan. */
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly state: RunState;
  /** Nothing is left to do in it: `apply` does not go on with it any more. */
  readonly finished: boolean;
}

/** How a plan is made from a run. */
export interface FromRun {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Leaves out the windows and freezes of the run's plan, and the maintenance windows: it may begin at once. */
  readonly ignoreWindows?: boolean;
}

/**
 * `rollback`: every instance of which something was verified goes back to the size it had before, if it still is at the
 * size at which the run left it. `retry`: every instance of which something failed, was refused, drifted, skipped or never
 * ran is to have the size that the run was to give it. An instance whose outcome is unknown is blocked in both. Both keep to
 * the windows and freezes of the run's plan, unless they are to be ignored. Pure.
 * @returns the plan, what the calendars of the run's plan said as it was sealed, and what a reviewer should know of it.
 */
export function planFromRun(
  kind: PlanSource['kind'],
  run: SourceRun,
  { now, ignoreWindows = false }: FromRun,
): { plan: Plan; calendars: readonly SealedCalendar[]; findings: Finding[] } {
  const { saved, state } = run;
  const { approvals } = saved;
  const directory = run.directory.replace(/(?<=.)\/+$/, '');
  const stepsOf = Map.groupBy(saved.steps, ({ instance }) => instance);
  const entries = saved.preconditions.flatMap((instance) => {
    const steps = stepsOf.get(instance.instance) ?? [];
    const target = kind === 'rollback' ? back(instance, steps, run) : again(instance, steps, run);
    return target === null ? [] : [{ target, wave: steps[0]!.wave }];
  });
  const waveOf = entries.map(({ wave }) => wave);
  const shrinks = kind === 'rollback' || saved.preconditions.some(getsSmaller);
  const suffix = `-${kind}`;
  const source: PlanSource = {
    kind,
    run: directory,
    digest: saved.digest,
    head: state.head,
    ...given({ ignoresWindows: ignoreWindows ? true : null }),
  };
  const when = windowsOfRun(saved, source, now);
  const plan: Plan = {
    file: `${directory}/plan.json`,
    name: saved.name.slice(0, LONGEST_NAME - suffix.length) + suffix,
    change: saved.change,
    owner: saved.owner,
    expires: when.expires,
    onBlocked: 'skip',
    finishBy: null,
    defaults: { region: null, profile: null },
    targets: entries.map(({ target }) => target),
    guards: { targets: null, shrink: shrinks ? 'allow' : 'deny', cost: null },
    waves: wavesOf(kind, saved, waveOf),
    execution: { ...saved.execution, switch: when.switch },
    source,
    ...given({
      approvals: approvals && { need: approvals.need, approvers: approvals.approvers },
      spread: saved.spread,
      windows: when.windows,
      hooks: saved.hooks,
      notify: saved.notify,
    }),
  };
  return {
    plan,
    calendars: when.calendars,
    findings: [origin(plan, source), ...when.findings, ...(run.finished ? [] : [unfinished(directory)])],
  };
}

/** By the schema of plans. */
const LONGEST_NAME = 120;

/** From where the run left the instance back to where it was; null where nothing of it was verified or is unknown. */
function back(precondition: Precondition, steps: readonly Step[], run: SourceRun): PlanTarget | null {
  const unknown = endedAs('unknown', steps, run)[0] ?? null;
  const verified = endedAs('verified', steps, run);
  const undone = verified.length > 0 || unknown === null ? verified : [unknown];
  if (undone.length === 0) return null;
  return {
    ...common(precondition, undone, undone[0]!.before),
    fromRun: { leftAt: undone.at(-1)!.after, unresolved: unknown?.id ?? null },
  };
}

/** To the size that the run was to give it; null where all of it was verified. */
function again(precondition: Precondition, steps: readonly Step[], run: SourceRun): PlanTarget | null {
  if (endedAs('verified', steps, run).length === steps.length) return null;
  const [unknown] = endedAs('unknown', steps, run);
  return {
    ...common(precondition, steps, precondition.target),
    fromRun: { leftAt: null, unresolved: unknown?.id ?? null },
  };
}

function endedAs(outcome: Outcome, steps: readonly Step[], { state }: SourceRun): Step[] {
  return steps.filter(({ id }) => state.steps.get(id)?.outcome === outcome);
}

/** The dimensions that these steps changed, at a size; replicas in the zones where they were added or removed. */
function common({ instance, region, profile }: Precondition, steps: readonly Step[], to: Size): PlanTarget {
  const requested: Partial<Record<Dimension, RequestedSize>> = {};
  for (const { change } of steps)
    requested[change.dimension] = { kind: 'absolute', value: to[change.dimension] };
  const nodes = steps.find((step) => step.nodes !== undefined)?.nodes ?? null;
  return {
    // Where the author of the run's plan asked for it.
    location: steps[0]!.location ?? { file: 'plan.json', line: 1, column: 1 },
    region,
    profile,
    match: { kind: 'instance', instance },
    requested,
    zones:
      nodes === null
        ? null
        : (nodes.kind === 'add' ? nodes.zones : nodes.nodes.map(({ zone }) => zone)).map(({ code }) => code),
  };
}

function getsSmaller({ size, target }: Precondition): boolean {
  return DIMENSIONS.some((dimension) => target[dimension] < size[dimension]);
}

/**
 * The waves of the run, each with as many instances as there are of it; those without any are left out. A rollback has
 * no gates: what made the run's gates fail would hold back its fix.
 */
function wavesOf(kind: PlanSource['kind'], saved: SavedPlan, waveOf: readonly number[]): PlanWave[] {
  const waves = saved.waves.flatMap((wave, index): PlanWave[] => {
    const instances = waveOf.filter((one) => one === index).length;
    const take = { kind: 'count', count: instances } as const;
    const { gate, ...conduct } = rolloutOptionsOf(wave);
    const judged = kind === 'retry' && gate !== undefined ? { gate } : {};
    return instances === 0 ? [] : [{ name: wave.name, take, ...conduct, ...judged }];
  });
  // Where some are blocked, the last one takes what there is; nothing follows it that a soak could hold up.
  return waves.map((wave, index) => {
    if (index < waves.length - 1) return wave;
    const { soak: _, ...last } = wave;
    return { ...(wave.gate === undefined ? last : wave), take: { kind: 'rest' } };
  });
}

function origin({ targets, guards }: Plan, { kind, run, digest, head }: PlanSource): Finding {
  const about = count(targets.length, 'instance');
  const does =
    kind === 'rollback'
      ? `takes back what run ${run} verified (${about}); it says shrink: allow, because taking a growth back makes smaller`
      : `asks again for what run ${run} left undone (${about})${guards.shrink === 'allow' ? '; it says shrink: allow, because that run made smaller' : ''}`;
  const message = `this plan ${does}. The run carried out saved plan ${digest.slice(0, 8)}, its journal's head is ${head}`;
  return createFinding('Refit.FromRun', { message, fix: `refit audit verify ${run} --head ${head}` });
}

function unfinished(run: string): Finding {
  const message = `run ${run} has not ended for good: the same apply would still go on with it`;
  const fix = `leave that run alone once this plan is carried out; or go on with it instead: refit apply ${run}/plan.json --run-dir ${run}`;
  return createFinding('Refit.RunUnfinished', { message, fix });
}

/**
 * When the plan may begin: in the windows of the run's plan with what its calendars said, as they were sealed, or at any
 * time where they are to be ignored. @param now milliseconds since 1970 UTC.
 */
function windowsOfRun(saved: SavedPlan, source: PlanSource, now: number) {
  const { windows, execution } = saved;
  const own = Date.parse(saved.expiresAt) - Date.parse(saved.sealedAt);
  const always = { windows: null, calendars: [], switch: execution.switch, expires: own, findings: [] };
  if (source.ignoresWindows) return { ...always, switch: 'now' as const, findings: ignored(saved, source) };
  if (windows === undefined) return always;
  const next = createOpenWindows(windows).nextStart(now);
  // As long after it opens as the run's plan was good for, and no longer than something may begin in it.
  const until = next === null ? now : Math.min(next.lastStart ?? Number.POSITIVE_INFINITY, next.opens + own);
  return {
    // The calendars are beside it: their files lie where the run's plan was made, and are not read again.
    windows: { ...windows, calendars: [] },
    calendars: windows.calendars,
    switch: execution.switch,
    expires: Math.max(own, until - now),
    findings: [kept(windows, source)],
  };
}

function kept(windows: SavedWindows, source: PlanSource): Finding {
  const known = windows.calendars.map(
    ({ file, knownUntil }) =>
      `; what ${file} says is as it was sealed for that run, known until ${knownUntil}`,
  );
  const message = `as that run did, it keeps to ${inWords(windows)}${known.join('')}`;
  const fix = `${planAgain({ file: '', source: { ...source, ignoresWindows: true } }, 'SAVED')}   where it cannot wait for them`;
  return createFinding('Refit.WindowsOfRun', { message, fix });
}

function ignored({ windows, execution }: SavedPlan, source: PlanSource): Finding[] {
  const left = [
    ...(windows ? [inWords(windows)] : []),
    ...(execution.switch === 'maintenance-window' ? ['the maintenance windows of the instances'] : []),
  ];
  if (left.length === 0) return [];
  const message = `to begin at once, at any time, it ignores what that run kept to: ${left.join('; and ')}`;
  const { ignoresWindows: _, ...keeping } = source;
  const fix = `${planAgain({ file: '', source: keeping }, 'SAVED')}   keeps to them`;
  return [createFinding('Refit.WindowsIgnored', { message, fix })];
}

/** `the windows Tue-Thu 01:00-05:00 (Asia/Shanghai), 1 freeze and 2 calendars` */
function inWords({ allow, timezone, freeze, calendars }: SavedWindows): string {
  const freezes = [
    ...(freeze.length > 0 ? [`the freeze ${freeze.join(', ')}`] : []),
    ...(calendars.length > 0 ? [count(calendars.length, 'calendar')] : []),
  ];
  const windows = allow.length > 0 ? [`the windows ${allow.join(', ')}`] : [];
  return `${[...windows, ...freezes].join(', ')} (${timezone})`;
}
