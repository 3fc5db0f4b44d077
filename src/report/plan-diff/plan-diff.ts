/**
 * Compares two saved plans by meaning; pure. Two plans count as different only if they differ in what Refit does, what
 * people approve or who is notified. These values do not count: the times of sealing and reading, memory in use, the
 * forecast, and the name and line numbers of the plan file.
 */
import { canonical } from '../../digest.ts';
import { pick } from '../../given.ts';
import { duration } from '../../messages/en/quantities.ts';
import type { Change, Finding, PolicyInForce, Precondition, SavedPlan, Step, Wave } from '../../model.ts';

import { diffEffects, type EffectsDiff, GATE_EFFECTS } from './diff-effects.ts';

export const PLAN_DIFF_FORMAT = 'refit.plan-diff/1';

/** One value that differs. `from` or `to` is absent where that plan has no such value. */
export interface Difference {
  /** The path of the value, such as `execution.inFlight`. */
  readonly name: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A summary of one of the two plans. */
export interface PlanSide extends Pick<SavedPlan, 'name' | 'file' | 'digest' | 'sealedAt' | 'expiresAt'> {
  readonly steps: number;
  readonly instances: number;
}

/** A step that only one of the two plans has. */
export interface UnmatchedStep
  extends Pick<Step, 'id' | 'instance' | 'region' | 'change' | 'after' | 'quote'> {
  readonly wave: string;
}

export type ChangedStep = Pick<Step, 'id'> & { readonly differences: readonly Difference[] };
export type ChangedPrecondition = Pick<Precondition, 'instance'> & Pick<ChangedStep, 'differences'>;

/** The differences between two saved plans. */
export interface PlanDiff {
  readonly format: typeof PLAN_DIFF_FORMAT;
  /** True where no difference counts. */
  readonly same: boolean;
  readonly from: PlanSide;
  readonly to: PlanSide;
  /** The policy that holds today for both plans, which is no difference; null: there is none; absent: nothing was read. */
  readonly policy?: PolicyInForce | null;
  readonly steps: {
    readonly added: readonly UnmatchedStep[];
    readonly removed: readonly UnmatchedStep[];
    readonly changed: readonly ChangedStep[];
  };
  readonly waves: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    /** True where the waves of both plans are in a different order. */
    readonly reordered: boolean;
    /** Waves whose common steps are in a different order. */
    readonly stepsReordered: readonly string[];
  };
  /** Commands, addresses, metrics and variables that a run uses. */
  readonly effects: EffectsDiff;
  /** Execution, approvals, windows, rollout options: everything else approved apart from the steps. */
  readonly settings: readonly Difference[];
  /** The preconditions of an instance, checked before its first step. */
  readonly preconditions: readonly ChangedPrecondition[];
  /** Sums by currency and basis. */
  readonly prices: readonly Difference[];
  readonly blocked: Sides<{ readonly instance: string; readonly codes: readonly string[] }>;
  readonly unchanged: Sides<string>;
  readonly findings: Sides<Pick<Finding, 'code' | 'severity' | 'message'>>;
  /** Values that do not count, such as the time of planning. */
  readonly readings: readonly Difference[];
}

export interface Sides<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
}

/** Keys that have their own comparison or are computed from others. */
const NOT_SETTINGS: readonly (keyof SavedPlan)[] = [
  'format',
  'digest',
  'file',
  'sealedAt',
  'expiresAt',
  'inventory',
  'forecast',
  'waves',
  'steps',
  'preconditions',
  'unchanged',
  'blocked',
  'findings',
  'prices',
  'priceShares',
  'hooks',
  'notify',
];

/** Compares two saved plans that were read and checked. */
export function diffPlans(from: SavedPlan, to: SavedPlan): PlanDiff {
  const settings = [
    ...differences(settingsOf(from), settingsOf(to)),
    ...differences(rolloutOptionsOf(from.waves), rolloutOptionsOf(to.waves)),
    // `knownUntil` does not count, because it follows from the time of planning. The freezes of a calendar do.
  ].filter(({ name }) => !/^windows\.calendars\..*\.knownUntil$/.test(name));
  const conditions = pairs(from.preconditions, to.preconditions, ({ instance }) => instance);
  const blockedIn = ({ blocked }: SavedPlan) =>
    blocked.map(({ instance, findings }) => ({ instance, codes: findings.map(({ code }) => code) }));
  const unchangedIn = ({ unchanged }: SavedPlan) => unchanged.map(({ instance }) => instance);
  const diff = {
    steps: diffSteps(from, to),
    waves: diffWaves(from.waves, to.waves),
    effects: diffEffects(from, to),
    settings,
    preconditions: conditions.both.flatMap(([a, b]) => {
      const own = differences(preconditionValues(a), preconditionValues(b));
      return own.length === 0 ? [] : [{ instance: a.instance, differences: own }];
    }),
    prices: differences(pricesOf(from), pricesOf(to)),
    blocked: unmatched(blockedIn(from), blockedIn(to), canonical),
    unchanged: unmatched(unchangedIn(from), unchangedIn(to), String),
    findings: diffFindings(from.findings, to.findings),
  };
  return {
    format: PLAN_DIFF_FORMAT,
    same: isEmpty(diff),
    from: sideOf(from),
    to: sideOf(to),
    ...diff,
    readings: readingsOf(from, to),
  };
}

/** True where all lists are empty and all flags are false. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === false;
  return Object.values(value).every(isEmpty);
}

function sideOf({ name, file, digest, sealedAt, expiresAt, steps }: SavedPlan): PlanSide {
  const instances = new Set(steps.map(({ instance }) => instance)).size;
  return { name, file, digest, sealedAt, expiresAt, steps: steps.length, instances };
}

function diffSteps(from: SavedPlan, to: SavedPlan): PlanDiff['steps'] {
  const { added, removed, both } = pairs(from.steps, to.steps, ({ id }) => id);
  return {
    added: added.map((step) => unmatchedStep(step, to)),
    removed: removed.map((step) => unmatchedStep(step, from)),
    changed: both.flatMap(([a, b]) => {
      const own = differences(stepValues(a, from), stepValues(b, to), 1);
      return own.length === 0 ? [] : [{ id: a.id, differences: own }];
    }),
  };
}

function unmatchedStep(step: Step, { waves }: SavedPlan): UnmatchedStep {
  const values = pick(step, 'id', 'instance', 'region', 'change', 'after', 'quote');
  return { ...values, wave: waves[step.wave]!.name };
}

/** The approved values of a step. */
function stepValues({ id: _, wave, location: __, quote, ...step }: Step, plan: SavedPlan) {
  return {
    ...step,
    wave: plan.waves[wave]!.name,
    ...(quote ? { quote: { ...quote, readAt: undefined } } : {}),
  };
}

function diffWaves(from: readonly Wave[], to: readonly Wave[]): PlanDiff['waves'] {
  const { added, removed, both } = pairs(from, to, ({ name }) => name);
  const order = (waves: readonly Wave[]) =>
    waves.map(({ name }) => name).filter((name) => both.some(([one]) => one.name === name));
  return {
    added: added.map(({ name }) => name),
    removed: removed.map(({ name }) => name),
    reordered: canonical(order(from)) !== canonical(order(to)),
    stepsReordered: both.flatMap(([a, b]) => {
      const [inA, inB] = [new Set(a.steps), new Set(b.steps)];
      const common = [a.steps.filter((id) => inB.has(id)), b.steps.filter((id) => inA.has(id))];
      return canonical(common[0]) === canonical(common[1]) ? [] : [a.name];
    }),
  };
}

/** All other sealed values by name, including keys that a later format adds. */
function settingsOf(plan: SavedPlan): Record<string, unknown> {
  const rest = Object.entries(plan).filter(([key]) => !NOT_SETTINGS.includes(key as keyof SavedPlan));
  const expires = duration(Date.parse(plan.expiresAt) - Date.parse(plan.sealedAt));
  return { ...Object.fromEntries(rest), expires };
}

function rolloutOptionsOf(waves: readonly Wave[]): Record<string, unknown> {
  return Object.fromEntries(
    waves.map(({ name, steps: _, gate, ...options }) => {
      const checks = Object.entries(gate ?? {}).filter(([key]) => !GATE_EFFECTS.includes(key));
      return [
        `wave ${name}`,
        gate === undefined ? options : { ...options, gate: Object.fromEntries(checks) },
      ];
    }),
  );
}

/** The preconditions without the target size, which the steps contain. */
function preconditionValues(precondition: Precondition): object {
  const { used: _, reason: __, readAt: ___, target: ____, ...condition } = precondition;
  return condition;
}

function pricesOf({ prices }: SavedPlan): Record<string, number> {
  return Object.fromEntries(
    prices.map(({ amount, currency, basis }) => [
      `${currency} ${basis === 'once' ? 'once' : 'per hour'}`,
      amount,
    ]),
  );
}

/** Two findings are equal if code, severity and instance are equal. Their numbers may differ. */
function diffFindings(from: readonly Finding[], to: readonly Finding[]): PlanDiff['findings'] {
  const about = ({ code, severity, instance }: Finding) => canonical([code, severity, instance]);
  const { added, removed } = unmatched(from, to, about);
  const summary = (finding: Finding) => pick(finding, 'code', 'severity', 'message');
  return { added: added.map(summary), removed: removed.map(summary) };
}

function readingsOf(from: SavedPlan, to: SavedPlan): Difference[] {
  const values = ({ file, sealedAt, expiresAt, inventory, forecast, windows, preconditions }: SavedPlan) => ({
    file,
    sealedAt,
    expiresAt,
    inventory,
    forecast,
    ...(windows && {
      calendars: Object.fromEntries(windows.calendars.map(({ file, knownUntil }) => [file, knownUntil])),
    }),
    used: Object.fromEntries(
      preconditions.flatMap(({ instance, used }) => (used === undefined ? [] : [[instance, used.total]])),
    ),
  });
  return differences(values(from), values(to));
}

/**
 * Finds the leaves in which two values differ. It matches the items of a list by name or file. A list without names or
 * files counts as one value.
 * @param depth the number of levels to descend. A deeper object, such as a size, counts as one value.
 */
function differences(from: object, to: object, depth = Number.POSITIVE_INFINITY): Difference[] {
  const [a, b] = [from, to].map((value) => new Map(Object.entries(byName(value))));
  return [...new Set([...a!.keys(), ...b!.keys()])].flatMap((key) => {
    const [x, y] = [a!.get(key), b!.get(key)];
    if (canonicalOf(x) === canonicalOf(y)) return [];
    const within = depth > 1 ? inner(x, y, depth - 1) : [];
    if (within.length > 0) return within.map(({ name, ...sides }) => ({ name: `${key}.${name}`, ...sides }));
    return [{ name: key, ...(x === undefined ? {} : { from: x }), ...(y === undefined ? {} : { to: y }) }];
  });
}

/** Finds the differences inside two objects; an absent value counts as an object without keys. Empty for other values. */
function inner(x: unknown, y: unknown, depth: number): Difference[] {
  const tree = (value: unknown) =>
    value === undefined ? {} : isTree(value) && !isSize(value) ? value : null;
  const [from, to] = [tree(x), tree(y)];
  return from === null || to === null ? [] : differences(from, to, depth);
}

function canonicalOf(value: unknown): string {
  return value === undefined ? '' : canonical(JSON.parse(JSON.stringify(value)));
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null && (!Array.isArray(value) || byName(value) !== value);
}

/** True for a size, which is shown as one value. */
function isSize(value: object): boolean {
  return 'memoryPerShard' in value && 'shards' in value;
}

/** Turns a list whose items have unique names or files into an object with these as keys. Other values stay. */
function byName(value: object): object {
  if (!Array.isArray(value) || value.length === 0) return value;
  const names = value.map((one: { name?: unknown; file?: unknown } | null) => one?.name ?? one?.file);
  if (!names.every((name) => typeof name === 'string') || new Set(names).size < names.length) return value;
  return Object.fromEntries(value.map((one, at) => [names[at], one]));
}

interface Pairs<T> extends Sides<T> {
  readonly both: readonly (readonly [T, T])[];
}

function pairs<T>(from: readonly T[], to: readonly T[], key: (item: T) => string): Pairs<T> {
  const before = new Map(from.map((item) => [key(item), item]));
  const after = new Map(to.map((item) => [key(item), item]));
  return {
    added: to.filter((item) => !before.has(key(item))),
    removed: from.filter((item) => !after.has(key(item))),
    both: from.flatMap((item) => (after.has(key(item)) ? [[item, after.get(key(item))!] as const] : [])),
  };
}

/** The items that one list has more often than the other. */
function unmatched<T>(from: readonly T[], to: readonly T[], key: (item: T) => string): Sides<T> {
  const [before, after] = [Map.groupBy(from, key), Map.groupBy(to, key)];
  const more = (own: Map<string, T[]>, other: Map<string, T[]>) =>
    [...own].flatMap(([name, items]) => items.slice(other.get(name)?.length ?? 0));
  return { added: more(after, before), removed: more(before, after) };
}

/** True for a change of one dimension. */
export function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'dimension' in value;
}
