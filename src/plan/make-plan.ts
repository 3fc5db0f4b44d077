/** Makes the review of a plan from plan and inventory, in two halves. Between them, the caller requests prices. */
import { iso } from '../clock.ts';
import { given } from '../given.ts';
import {
  type Approvals,
  type BlockedTarget,
  type Durations,
  type Finding,
  type FleetUse,
  type Instance,
  type Inventory,
  type Money,
  type Plan,
  type PlanReview,
  type RefusedReview,
  SAVED_PLAN_FORMAT,
  type SavedPlan,
  type SavedWindows,
  type SealedCalendar,
  type UnsealedPlan,
} from '../model.ts';
import { sumPrices } from '../money.ts';
import { nextCommand } from '../next-command.ts';
import { indexOffers, type SoldFor } from '../rules/is-sold.ts';
import { ASSUMED_DURATIONS } from './forecast/durations.ts';
import { forecastPlan } from './forecast/forecast.ts';
import { longestFirst } from './forecast/longest-first.ts';
import { tooFewApproversFindings } from './parse/read-approvers.ts';
import {
  bySeverity,
  costAboveGuard,
  finishByPassed,
  notInState,
  shrinkDenied,
  summarize,
  tooManyTargets,
  windowUnknown,
} from './plan-findings.ts';
import { checkPrices } from './price/check-prices.ts';
import { sharesOf } from './price/price-shares.ts';
import { type PriceQuestion, type Quotes, questionsOf } from './price/price-steps.ts';
import { indexZones, type ZonesOf } from './resolve/choose-nodes.ts';
import { NO_USE } from './resolve/match-selector.ts';
import { createRouter, type Route } from './resolve/order-steps.ts';
import { resolve } from './resolve/resolve.ts';
import { isOwnFinding, withOwnFindings } from './saved/own-findings.ts';
import { sealPlan } from './saved/seal-plan.ts';
import { assignSteps, preconditionOf } from './waves/waves.ts';
import { windowsClosedFindings } from './windows/window-findings.ts';

/** A plan, resolved and checked offline, with its steps in order. It lacks prices, guards and the seal. */
export interface Draft {
  readonly plan: Plan;
  readonly inventory: Inventory;
  /** The targets without offline blockers, with their steps, in the order of execution. */
  readonly routes: readonly Route[];
  readonly blocked: readonly BlockedTarget[];
  readonly unchanged: SavedPlan['unchanged'];
  /** Findings about no single instance. */
  readonly findings: readonly Finding[];
  /** Instances whose memory in use must be known. Read it, put it into the inventory, then draft again. */
  readonly toMeasure: readonly Instance[];
  /** Instances whose maintenance window must be known. Proceed as with `toMeasure`. */
  readonly toSchedule: readonly Instance[];
  /** Instances whose history of use must be known. Look up `useQuestionsOf(plan)`, then draft again with the figures. */
  readonly toLookUp: readonly Instance[];
  readonly sold: SoldFor;
  readonly zonesOf: ZonesOf;
  /** The plan's windows with the contents of its calendars; null if it has none. */
  readonly windows: SavedWindows | null;
}

/**
 * The first half: everything without prices. Pure, and linear in targets and instances.
 * @param now milliseconds since 1970 UTC. @param calendars the contents of the plan's calendar files.
 * @param use figures of the history of use, for plans that select or size by it.
 */
export function draftPlan(
  plan: Plan,
  inventory: Inventory,
  now: number,
  calendars: readonly SealedCalendar[] = [],
  use: FleetUse = NO_USE,
): Draft {
  const windows = plan.windows ? { ...plan.windows, calendars } : null;
  const sold = indexOffers(inventory.catalogue);
  const zonesOf = indexZones(inventory.catalogue);
  const resolution = resolve(plan, inventory, sold, use);
  const routes: Route[] = [];
  const blocked: BlockedTarget[] = [...resolution.blocked];
  const toMeasure: Instance[] = [...resolution.toMeasure];
  const toSchedule: Instance[] = [];
  const routeTo = createRouter(sold, zonesOf);
  for (const target of resolution.targets) {
    const { instance } = target;
    const route = routeTo(target);
    const blockers = blockersOf(plan, route);
    if (blockers.length === 0) routes.push(route);
    else blocked.push({ instance: instance.id, region: instance.region, findings: blockers });
    if (blockers.some(({ code }) => code === 'Refit.UsedUnknown')) toMeasure.push(instance);
    if (blockers.some(({ code }) => code === 'Refit.WindowUnknown')) toSchedule.push(instance);
  }
  return {
    plan,
    inventory,
    routes,
    blocked,
    unchanged: resolution.unchanged,
    findings: [
      ...resolution.findings,
      ...finishByPassed(plan, now),
      ...windowsClosedFindings(plan, windows, now),
    ],
    toMeasure,
    toSchedule,
    toLookUp: resolution.toLookUp,
    sold,
    zonesOf,
    windows,
  };
}

/** The prices to request for a draft. */
export function pricesToRequest({ routes }: Pick<Draft, 'routes'>): PriceQuestion[] {
  return routes.flatMap(questionsOf);
}

/** The errors of a target without its price. */
function blockersOf(plan: Plan, { target, findings }: Route): Finding[] {
  const shrink = shrinkDenied(plan, target.instance, target.to, target.location);
  const errors = findings.filter(({ severity }) => severity === 'error');
  // A denied target needs no memory in use, and a refused target needs no window.
  if (shrink.length > 0) return [...shrink, ...errors.filter(({ code }) => code !== 'Refit.UsedUnknown')];
  return errors.length > 0 ? errors : windowUnknown(plan, target.instance, target.location);
}

/** The inputs of the second half. */
export interface Finish {
  /** The answers to `pricesToRequest` by step id; null if the plan is not priced. */
  readonly quotes: Quotes | null;
  /** The account balance of each profile; if absent, those of the inventory. */
  readonly balances?: Readonly<Record<string, Money>>;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** The file for the saved plan; null if it is only shown. */
  readonly saveAs: string | null;
  /** Where the instances were read from: `live` (the default), or the inventory file. */
  readonly source?: string;
  /** The number of calls to the monitor product so far. */
  readonly monitorCalls?: number;
  /** Who may approve, if the plan needs approvals. */
  readonly approvals?: Approvals;
  /** The addresses in the Terraform state of the plan, by instance; absent if the plan names none. */
  readonly terraform?: ReadonlyMap<string, string>;
  /** How long changes took in past runs; if absent, the forecast uses and names an assumption. */
  readonly durations?: Durations;
}

/** The second half: prices, guards, waves and the seal. Refit seals nothing if the verdict is `blocked`. */
export function finishPlan(draft: Draft, finish: Finish): PlanReview {
  const { plan, inventory } = draft;
  const { quotes, balances, now, saveAs, source, monitorCalls = 0, approvals, terraform } = finish;
  const durations = finish.durations ?? ASSUMED_DURATIONS;
  if (plan.approvals && !approvals) throw new Error('internal error: the approvers were not read');
  const priced = checkPrices(draft, quotes, balances ?? inventory.balances);
  const blocked = [...draft.blocked, ...priced.blocked];
  const assigned = assignSteps(plan, priced.routes, (routes, wave) =>
    longestFirst(routes, wave, { durations, execution: plan.execution }),
  );
  const { steps, waves } = assigned;
  const known = { readAt: inventory.readAt, isPriced: quotes !== null, terraform };
  const preconditions = assigned.routes.map((route) => preconditionOf(route, plan, known));
  const more = given({ spread: plan.spread, windows: draft.windows });
  const sealedAt = iso(now);
  const toForecast = { steps, waves, preconditions, execution: plan.execution, ...more };
  const forecast = forecastPlan(toForecast, Date.parse(sealedAt), {
    durations,
    monitorCalls,
  });
  const planFindings = findingsOf(draft, finish, { priced, assigned });
  const blockedFindings = blocked.flatMap(({ findings }) => findings);
  const stop = stopOf(plan, { findings: planFindings, blocked: blocked.length, steps: steps.length });

  const unsealed = withOwnFindings<UnsealedPlan>({
    format: SAVED_PLAN_FORMAT,
    name: plan.name,
    change: plan.change,
    owner: plan.owner,
    file: plan.file,
    sealedAt,
    expiresAt: iso(now + plan.expires),
    finishBy: plan.finishBy,
    inventory: { source: source ?? 'live', readAt: inventory.readAt, instances: inventory.instances.length },
    execution: plan.execution,
    ...given({
      approvals,
      ...more,
      // A schedule that only plans never applies the saved plan, so the saved plan does not hold it.
      schedule: plan.schedule?.does === 'run' ? plan.schedule : null,
    }),
    waves,
    steps,
    preconditions,
    unchanged: draft.unchanged,
    blocked,
    findings: planFindings.filter(({ severity }) => severity !== 'error'),
    prices: sumPrices(steps),
    ...given({ priceShares: sharesOf(steps, waves) }),
    forecast,
    ...given({ source: plan.source, hooks: plan.hooks, notify: plan.notify }),
  });
  const errors = planFindings.filter(({ severity }) => severity === 'error');
  const findings = bySeverity([...blockedFindings, ...errors, ...unsealed.findings]);
  const reviewed = (verdict: PlanReview['verdict']) => ({
    findings,
    next: nextCommand(verdict, unsealed, saveAs, findings),
  });
  if (stop !== null) return { verdict: 'blocked', plan: unsealed, ...reviewed('blocked'), ...stop };
  const verdict = steps.length === 0 ? 'no-change' : 'ready';
  return { verdict, plan: sealPlan(unsealed), ...reviewed(verdict) };
}

/** Why nothing is sealed, for a refused review; null: the plan is sealed. */
function stopOf(
  { onBlocked }: Plan,
  is: { readonly findings: readonly Finding[]; readonly blocked: number; readonly steps: number },
): Pick<RefusedReview, 'nothingLeft'> | null {
  if (is.findings.some(({ severity }) => severity === 'error')) return {};
  if (is.blocked === 0) return null;
  if (onBlocked === 'refuse') return {};
  return is.steps === 0 ? { nothingLeft: true } : null;
}

/** The findings about the whole plan that do not follow from its steps and settings alone, errors first. */
function findingsOf(
  draft: Draft,
  finish: Finish,
  found: {
    readonly priced: ReturnType<typeof checkPrices>;
    readonly assigned: ReturnType<typeof assignSteps>;
  },
): Finding[] {
  const { plan, inventory, findings } = draft;
  const { source = 'live', approvals, terraform } = finish;
  const { priced, assigned } = found;
  return bySeverity([
    ...findings,
    ...tooManyTargets(plan, priced.routes.length, inventory.instances.length),
    ...costAboveGuard(plan, assigned.steps, source),
    ...(terraform ? notInState(assigned.steps, terraform) : []),
    ...(approvals ? tooFewApproversFindings(approvals, plan) : []),
    ...priced.shortfalls,
    ...assigned.findings,
    ...summarize(priced.remarks.filter(({ code }) => !isOwnFinding(code))),
  ]);
}
