/**
 * Makes a plan from a run. The plan rolls back what the run verified, or retries what it left undone. It is an
 * ordinary plan, so rules, guards, prices and the seal apply to it, against the present fleet.
 */
import { given } from '../given.ts';
import { message } from '../messages/messages.ts';
import {
  DIMENSIONS,
  type Dimension,
  type Finding,
  type Message,
  type Outcome,
  type Plan,
  type PlanSource,
  type PlanTarget,
  type PlanWave,
  type Precondition,
  type RequestedSize,
  type RunState,
  type SavedPlan,
  type SealedCalendar,
  type Size,
  type Step,
} from '../model.ts';
import { createFinding } from '../rules/check.ts';
import { LONGEST_EXPIRY } from './parse/check-plan.ts';
import { rolloutOptionsOf } from './waves/waves.ts';
import { writtenWindows } from './windows/describe-windows.ts';
import { createOpenWindows } from './windows/open-windows.ts';

/** A run, from its saved plan and its journal. */
export interface SourceRun {
  /** The run directory, as the plan shall name it. */
  readonly directory: string;
  readonly saved: SavedPlan;
  readonly state: RunState;
  /** Whether nothing is left to do, so that `apply` does not resume the run. */
  readonly finished: boolean;
  /** Why this user's state does not vouch for the run; null or absent: it does. */
  readonly notTrusted?: Message | null;
}

/** Options for making a plan from a run. */
export interface FromRun {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Ignores windows, freezes and maintenance windows, so that the plan may start at any time. */
  readonly ignoreWindows?: boolean;
}

/**
 * `rollback` takes instances with a verified step back to their size before the run. They must still have the size that
 * the run gave them. `retry` asks again for the planned size where a step failed, was refused, drifted, was skipped or
 * never ran. Both block an instance whose outcome is unknown. Both keep the windows and freezes of the run's plan,
 * except with `ignoreWindows`. Pure.
 * @returns the plan, the sealed calendars of the run's plan, and findings for the reviewer.
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
    const target =
      kind === 'rollback' ? rollbackTarget(instance, steps, run) : retryTarget(instance, steps, run);
    return target === null ? [] : [{ target, wave: steps[0]!.wave }];
  });
  const waveOf = entries.map(({ wave }) => wave);
  const shrinks = kind === 'rollback' || saved.preconditions.some(shrinksSize);
  const suffix = `-${kind}`;
  const source: PlanSource = {
    kind,
    run: directory,
    digest: saved.digest,
    head: state.head,
    ...given({ ignoresWindows: ignoreWindows ? true : null }),
  };
  const timing = timingOf(saved, source, now);
  const plan: Plan = {
    file: `${directory}/plan.json`,
    name: saved.name.slice(0, LONGEST_NAME - suffix.length) + suffix,
    change: saved.change,
    owner: saved.owner,
    expires: timing.expires,
    onBlocked: 'skip',
    finishBy: null,
    defaults: { region: null, profile: null },
    targets: entries.map(({ target }) => target),
    guards: { targets: null, shrink: shrinks ? 'allow' : 'deny', cost: null },
    waves: wavesOf(kind, saved, waveOf),
    execution: { ...saved.execution, switch: timing.switch },
    source,
    ...given({
      approvals: approvals && { need: approvals.need, approvers: approvals.approvers },
      terraform: addressesOf(saved),
      spread: saved.spread,
      windows: timing.windows,
      hooks: saved.hooks,
      notify: saved.notify,
    }),
  };
  return {
    plan,
    calendars: timing.calendars,
    findings: [
      ...timing.findings,
      ...(run.notTrusted ? [untrustedFinding(directory, run.notTrusted)] : []),
      ...(run.finished
        ? []
        : [createFinding('Refit.RunUnfinished', message('from-run.unfinished', { run: directory }))]),
    ],
  };
}

/** A plan from a run changes the sizes again, so Terraform must follow again. */
function addressesOf({ preconditions }: SavedPlan): Plan['terraform'] | null {
  const addresses = new Map(
    preconditions.flatMap(({ instance, terraform }) => (terraform ? [[instance, terraform] as const] : [])),
  );
  return addresses.size === 0 ? null : { addresses };
}

function untrustedFinding(run: string, reason: Message): Finding {
  return createFinding('Refit.RunUnknown', message('from-run.not-trusted', { run, reason }));
}

/** The longest name of a plan, as in its schema. */
const LONGEST_NAME = 120;

/** Back to the size before the run; null when no step of the instance is verified or unknown. */
function rollbackTarget(
  precondition: Precondition,
  steps: readonly Step[],
  run: SourceRun,
): PlanTarget | null {
  const unknown = endedAs('unknown', steps, run)[0] ?? null;
  const verified = endedAs('verified', steps, run);
  const toUndo = verified.length > 0 || unknown === null ? verified : [unknown];
  if (toUndo.length === 0) return null;
  return {
    ...targetOf(precondition, toUndo, toUndo[0]!.before),
    fromRun: { leftAt: toUndo.at(-1)!.after, unresolved: unknown?.id ?? null },
  };
}

/** To the size that the run should have reached; null when every step is verified. */
function retryTarget(precondition: Precondition, steps: readonly Step[], run: SourceRun): PlanTarget | null {
  if (endedAs('verified', steps, run).length === steps.length) return null;
  const [unknown] = endedAs('unknown', steps, run);
  return {
    ...targetOf(precondition, steps, precondition.target),
    fromRun: { leftAt: null, unresolved: unknown?.id ?? null },
  };
}

function endedAs(outcome: Outcome, steps: readonly Step[], { state }: SourceRun): Step[] {
  return steps.filter(({ id }) => state.steps.get(id)?.outcome === outcome);
}

/** A target for the dimensions of these steps. Replicas keep the zones in which the steps added or removed them. */
function targetOf({ instance, region, profile }: Precondition, steps: readonly Step[], to: Size): PlanTarget {
  const requested: Partial<Record<Dimension, RequestedSize>> = {};
  for (const { change } of steps)
    requested[change.dimension] = { kind: 'absolute', value: to[change.dimension] };
  const nodes = steps.find((step) => step.nodes !== undefined)?.nodes ?? null;
  return {
    // The location in the plan of the run.
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

/** Whether a dimension of the instance gets smaller. */
export function shrinksSize({ size, target }: Precondition): boolean {
  return DIMENSIONS.some((dimension) => target[dimension] < size[dimension]);
}

/**
 * The waves of the run, each with its number of instances in this plan. Waves without instances are left out. A rollback
 * has no gates, because the cause of a failed gate would also stop the rollback.
 */
function wavesOf(kind: PlanSource['kind'], saved: SavedPlan, waveOf: readonly number[]): PlanWave[] {
  const waves = saved.waves.flatMap((wave, index): PlanWave[] => {
    const instances = waveOf.filter((one) => one === index).length;
    const take = { kind: 'count', count: instances } as const;
    const { gate, ...options } = rolloutOptionsOf(wave);
    const gates = kind === 'retry' && gate !== undefined ? { gate } : {};
    return instances === 0 ? [] : [{ name: wave.name, take, ...options, ...gates }];
  });
  // The last wave takes the rest, because some instances may be blocked. A soak after it would delay nothing.
  return waves.map((wave, index) => {
    if (index < waves.length - 1) return wave;
    const { soak: _, ...last } = wave;
    return { ...(wave.gate === undefined ? last : wave), take: { kind: 'rest' } };
  });
}

/**
 * When the plan may start: in the sealed windows of the run's plan, or at any time with `ignoreWindows`. @param now milliseconds since 1970 UTC.
 */
function timingOf(saved: SavedPlan, source: PlanSource, now: number) {
  const { windows, execution } = saved;
  const own = Date.parse(saved.expiresAt) - Date.parse(saved.sealedAt);
  const always = { windows: null, calendars: [], switch: execution.switch, expires: own, findings: [] };
  if (source.ignoresWindows)
    return { ...always, switch: 'now' as const, findings: windowsIgnoredFindings(saved, source) };
  if (windows === undefined) return always;
  const next = createOpenWindows(windows).nextStart(now);
  // The window's start plus the lifetime of the run's plan, at most the window's last start.
  const until = next === null ? now : Math.min(next.lastStart ?? Number.POSITIVE_INFINITY, next.opens + own);
  return {
    // The sealed calendars are returned separately. Refit does not read their files again.
    windows: { ...windows, calendars: [] },
    calendars: windows.calendars,
    switch: execution.switch,
    expires: Math.min(Math.max(own, until - now), LONGEST_EXPIRY),
    findings: [],
  };
}

function windowsIgnoredFindings({ windows, execution }: SavedPlan, { kind, run }: PlanSource): Finding[] {
  const maintenance = execution.switch === 'maintenance-window';
  if (windows === undefined && !maintenance) return [];
  const ignored = message('from-run.windows-ignored', {
    windows: windows ? writtenWindows(windows) : null,
    maintenance,
    ...{ kind, run },
  });
  return [createFinding('Refit.WindowsIgnored', ignored)];
}
