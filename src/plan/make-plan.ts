/** Plan and inventory to what a reviewer sees. Two halves, so that prices can be asked for between them. */
import { iso } from '../clock.ts';
import { given } from '../given.ts';
import {
  type Approvals,
  type BlockedTarget,
  type Durations,
  type Finding,
  type Forecast,
  type Instance,
  type Inventory,
  type Money,
  type Plan,
  type PlanReview,
  type PriceShare,
  SAVED_PLAN_FORMAT,
  type SavedPlan,
  type SavedWindows,
  type SealedCalendar,
  type Step,
  type UnsealedPlan,
  type Wave,
} from '../model.ts';
import { partsOf, sumPrices } from '../money.ts';
import { nextCommand } from '../next-command.ts';
import { indexOffers, type SoldFor } from '../rules/is-sold.ts';
import { SECOND } from '../units.ts';
import { ASSUMED_DURATIONS } from './forecast/durations.ts';
import { forecastPlan } from './forecast/forecast.ts';
import { tooFewApprovers } from './parse/read-approvers.ts';
import {
  bySeverity,
  costAboveGuard,
  finishByTooSoon,
  notificationFindings,
  shortPatience,
  shrinkDenied,
  startTogetherFinding,
  summarize,
  timeFindings,
  tooManyTargets,
  windowUnknown,
} from './plan-findings.ts';
import { checkPrices } from './price/check-prices.ts';
import { type PriceQuestion, type Quotes, questionsOf } from './price/price-steps.ts';
import { indexZones, type ZonesOf } from './resolve/choose-nodes.ts';
import { orderSteps, type Route } from './resolve/order-steps.ts';
import { resolve } from './resolve/resolve.ts';
import { sealPlan } from './seal.ts';
import { spreadFindings } from './waves/spread.ts';
import { assignSteps, preconditionOf, totalSoak } from './waves/waves.ts';
import { windowsClosed, windowTooShort } from './windows/window-findings.ts';

/** A plan resolved, ordered and checked offline: everything but prices, guards and the seal. */
export interface Draft {
  readonly plan: Plan;
  readonly inventory: Inventory;
  /** The targets that nothing offline speaks against, with their steps, in the order they are to be carried out. */
  readonly routes: readonly Route[];
  readonly blocked: readonly BlockedTarget[];
  readonly unchanged: SavedPlan['unchanged'];
  /** Those that concern no single instance. */
  readonly findings: readonly Finding[];
  /** The prices to ask for. */
  readonly toPrice: readonly PriceQuestion[];
  /** Instances whose memory in use must be known: read it, put it into the inventory, draft again. */
  readonly toMeasure: readonly Instance[];
  /** Instances whose maintenance window must be known: as `toMeasure`. */
  readonly toSchedule: readonly Instance[];
  readonly sold: SoldFor;
  readonly zonesOf: ZonesOf;
  /** The plan's windows, with what its calendars say; null where it has none. */
  readonly windows: SavedWindows | null;
}

/**
 * The first half: no prices yet. Pure, and linear in targets and instances.
 * @param now milliseconds since 1970 UTC. @param calendars what the plan's calendar files say.
 */
export function draftPlan(
  plan: Plan,
  inventory: Inventory,
  now: number,
  calendars: readonly SealedCalendar[] = [],
): Draft {
  const windows = plan.windows ? { ...plan.windows, calendars } : null;
  const sold = indexOffers(inventory.catalogue);
  const zonesOf = indexZones(inventory.catalogue);
  const resolution = resolve(plan, inventory, sold);
  const routes: Route[] = [];
  const blocked: BlockedTarget[] = [...resolution.blocked];
  const toMeasure: Instance[] = [...resolution.toMeasure];
  const toSchedule: Instance[] = [];
  for (const target of resolution.targets) {
    const { instance } = target;
    const route = orderSteps(target, sold, zonesOf);
    const against = blocking(plan, route);
    if (against.length === 0) routes.push(route);
    else blocked.push({ instance: instance.id, region: instance.region, findings: against });
    if (against.some(({ code }) => code === 'Refit.UsedUnknown')) toMeasure.push(instance);
    if (against.some(({ code }) => code === 'Refit.WindowUnknown')) toSchedule.push(instance);
  }
  return {
    plan,
    inventory,
    routes,
    blocked,
    unchanged: resolution.unchanged,
    findings: [
      ...resolution.findings,
      ...timeFindings(plan, inventory, now),
      ...windowsClosed(plan, windows, now),
      ...shortPatience(plan),
      ...notificationFindings(plan),
    ],
    toPrice: routes.flatMap(questionsOf),
    toMeasure,
    toSchedule,
    sold,
    zonesOf,
    windows,
  };
}

/** What speaks against a target, whatever it costs. */
function blocking(plan: Plan, { target, findings }: Route): Finding[] {
  const shrink = shrinkDenied(plan, target.instance, target.to, target.location);
  const errors = findings.filter(({ severity }) => severity === 'error');
  // What is denied anyway needs no measuring, and what is refused anyway no window.
  if (shrink.length > 0) return [...shrink, ...errors.filter(({ code }) => code !== 'Refit.UsedUnknown')];
  return errors.length > 0 ? errors : windowUnknown(plan, target.instance, target.location);
}

/** What the second half is told. */
export interface Finish {
  /** Answers to `toPrice` by step id; null where the plan is not priced. */
  readonly quotes: Quotes | null;
  /** What each profile's account can pay; where it is not given, that of the inventory. */
  readonly balances?: Readonly<Record<string, Money>>;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** The file the saved plan is written to; null where it is only shown. */
  readonly saveAs: string | null;
  /** Where the instances were read from: `live`, which is the default, or the inventory file. */
  readonly source?: string;
  /** Calls of the monitor product that were made for it. */
  readonly monitorCalls?: number;
  /** Who may approve, where the plan wants approvals. */
  readonly approvals?: Approvals;
  /** How long changes take, as past runs measured it; absent: an assumption, which the forecast names. */
  readonly durations?: Durations;
}

/** The second half: prices and guards, waves, the seal. Nothing is sealed where the verdict is `blocked`. */
export function finishPlan(draft: Draft, finish: Finish): PlanReview {
  const { plan, inventory } = draft;
  const { quotes, balances, now, saveAs, source, monitorCalls = 0, approvals } = finish;
  if (plan.approvals && !approvals) throw new Error('internal error: the approvers were not read');
  const priced = checkPrices(draft, quotes, balances ?? inventory.balances);
  const blocked = [...draft.blocked, ...priced.blocked];
  const laidOut = assignSteps(plan, priced.routes);
  const { steps, waves } = laidOut;
  const preconditions = priced.routes.map(({ route }) => preconditionOf(route, plan, inventory.readAt));
  const more = given({ spread: plan.spread, windows: draft.windows });
  const forecast = forecastPlan({ steps, waves, preconditions, execution: plan.execution, ...more }, now, {
    durations: finish.durations ?? ASSUMED_DURATIONS,
    monitorCalls,
  });
  const planFindings = findingsOf(draft, finish, { priced, laidOut, forecast });
  const blockedFindings = blocked.flatMap(({ findings }) => findings);
  const refused =
    planFindings.some(({ severity }) => severity === 'error') ||
    (blocked.length > 0 && (plan.onBlocked === 'refuse' || steps.length === 0));

  const unsealed: UnsealedPlan = {
    format: SAVED_PLAN_FORMAT,
    name: plan.name,
    change: plan.change,
    owner: plan.owner,
    file: plan.file,
    sealedAt: iso(now),
    expiresAt: iso(now + plan.expires),
    finishBy: plan.finishBy,
    inventory: { source: source ?? 'live', readAt: inventory.readAt, instances: inventory.instances.length },
    execution: plan.execution,
    ...given({
      approvals,
      ...more,
      // What is only planned is carried out by nobody: its schedule says nothing of the saved plan.
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
  };
  const findings = bySeverity([...blockedFindings, ...planFindings]);
  const reviewed = (verdict: PlanReview['verdict']) => ({
    findings,
    next: nextCommand(verdict, plan, saveAs, findings),
  });
  if (refused) return { verdict: 'blocked', plan: unsealed, ...reviewed('blocked') };
  const verdict = steps.length === 0 ? 'no-change' : 'ready';
  return { verdict, plan: sealPlan(unsealed), ...reviewed(verdict) };
}

/** What the second half finds of the plan as a whole, those that block first. */
function findingsOf(
  { plan, inventory, findings }: Draft,
  { now, source = 'live', approvals }: Finish,
  found: {
    readonly priced: ReturnType<typeof checkPrices>;
    readonly laidOut: ReturnType<typeof assignSteps>;
    readonly forecast: Forecast;
  },
): Finding[] {
  const { priced, laidOut, forecast } = found;
  const { steps, waves } = laidOut;
  const instances = priced.routes.map(({ route }) => route.target.instance);
  return bySeverity([
    ...findings,
    ...tooManyTargets(plan, priced.routes.length, inventory.instances.length),
    ...costAboveGuard(plan, steps, source),
    ...(approvals ? tooFewApprovers(approvals, plan) : []),
    ...priced.shortfalls,
    ...finishByTooSoon(plan, now, forecast, totalSoak(waves) / SECOND),
    ...windowTooShort(forecast),
    ...laidOut.findings,
    ...spreadFindings(plan, instances),
    ...startTogetherFinding(plan, instances),
    ...summarize(priced.remarks),
  ]);
}

/** What is paid where; null where no price is known. */
function sharesOf(steps: readonly Step[], waves: readonly Wave[]): PriceShare[] | null {
  if (steps.every(({ quote }) => quote === null)) return null;
  return partsOf(steps, ({ wave }) => waves[wave]!.name).map(({ by, name, items }) => ({
    by,
    name,
    steps: items.length,
    unpriced: items.filter(({ quote }) => quote === null).length,
    sums: sumPrices(items),
  }));
}
