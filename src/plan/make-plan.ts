/** Plan and inventory to what a reviewer sees. Two halves, so that prices can be asked for between them. */
import { iso } from '../clock.ts';
import {
  type Approvals,
  type BlockedTarget,
  type Durations,
  type Finding,
  type Forecast,
  type Instance,
  type Inventory,
  type Money,
  type Place,
  type Plan,
  type PlanReview,
  type PriceShare,
  SAVED_PLAN_FORMAT,
  type SavedPlan,
  type SavedWindows,
  type SealedCalendar,
  type Severity,
  type Step,
  type UnsealedPlan,
  type Wave,
} from '../model.ts';
import { partsOf, sumPrices } from '../money.ts';
import { nextCommand } from '../next-command.ts';
import { say } from '../rules/check.ts';
import { indexOffers, type SoldFor } from '../rules/is-sold.ts';
import { sayTelling } from './describe-notifications.ts';
import { ASSUMED_DURATIONS } from './forecast/durations.ts';
import { forecastTime } from './forecast/forecast.ts';
import { costRefused, shrinkDenied, tooManyTargets } from './guards.ts';
import { tooFewApprovers } from './parse/read-approvers.ts';
import { checkPrices, type PricedRoute } from './price/check-prices.ts';
import { type PriceQuestion, type Quotes, questionsOf } from './price/price-steps.ts';
import { indexZones, type ZonesOf } from './resolve/choose-nodes.ts';
import { orderSteps, type Route } from './resolve/order-steps.ts';
import { resolve } from './resolve/resolve.ts';
import { sealPlan } from './seal.ts';
import { layOutSteps, leastSeconds, preconditionOf } from './waves/assign-waves.ts';
import { spreadFindings } from './waves/spread.ts';
import { soaking } from './waves/waves.ts';
import { comingWindow, secondsToFit, windowsClosed, windowTooShort } from './windows/window-findings.ts';

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
    const route = orderSteps(target, sold, zonesOf);
    const shrink = shrinkDenied(plan, target.instance, target.to, target.place);
    const errors = route.findings.filter(({ severity }) => severity === 'error');
    // What is denied anyway needs no measuring.
    const told = shrink ? [shrink, ...errors.filter(({ code }) => code !== 'Refit.UsedUnknown')] : errors;
    if (told.length === 0) {
      const unknown = windowUnknown(plan, target.instance, target.place);
      if (unknown === null) routes.push(route);
      else {
        toSchedule.push(target.instance);
        blocked.push({ instance: target.instance.id, region: target.instance.region, findings: [unknown] });
      }
      continue;
    }
    blocked.push({ instance: target.instance.id, region: target.instance.region, findings: told });
    if (told.some(({ code }) => code === 'Refit.UsedUnknown')) toMeasure.push(target.instance);
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
      ...sayTelling(plan),
    ],
    toPrice: routes.flatMap(questionsOf),
    toMeasure,
    toSchedule,
    sold,
    zonesOf,
    windows,
  };
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
  const { steps, waves, findings: waveFindings } = layOutSteps(plan, priced.routes);
  const preconditions = priced.routes.map(({ route }) => preconditionOf(route, plan, inventory.readAt));
  const forecast = forecastOf({ draft, steps, waves, preconditions }, now, {
    durations: finish.durations ?? ASSUMED_DURATIONS,
    monitorCalls,
  });

  const planFindings = byWeight([
    ...draft.findings,
    ...listed(tooManyTargets(plan, priced.routes.length, inventory.instances.length)),
    ...listed(steps.length > 0 ? costRefused(plan, steps, source) : null),
    ...listed(approvals ? tooFewApprovers(approvals, plan) : null),
    ...priced.shortfalls,
    ...finishByTooSoon(plan, now, forecast, soaking(waves) / 1000),
    ...windowTooShort(forecast),
    ...waveFindings,
    ...spreadFindings(
      plan,
      priced.routes.map(({ route }) => route.target.instance),
    ),
    ...listed(beginTogether(plan, priced.routes)),
    ...summarised(priced.remarks),
  ]);
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
    ...(approvals ? { approvals } : {}),
    ...(plan.spread ? { spread: plan.spread } : {}),
    ...(draft.windows ? { windows: draft.windows } : {}),
    // What is only planned is carried out by nobody: its schedule says nothing of the saved plan.
    ...(plan.schedule?.does === 'run' ? { schedule: plan.schedule } : {}),
    waves,
    steps,
    preconditions,
    unchanged: draft.unchanged,
    blocked,
    findings: planFindings.filter(({ severity }) => severity !== 'error'),
    prices: sumPrices(steps),
    ...sharesOf(steps, waves),
    forecast,
    ...(plan.source ? { source: plan.source } : {}),
    ...(plan.hooks ? { hooks: plan.hooks } : {}),
    ...(plan.notify ? { notify: plan.notify } : {}),
  };
  const findings = byWeight([...blockedFindings, ...planFindings]);
  const reviewed = (verdict: PlanReview['verdict']) => ({
    findings,
    next: nextCommand(verdict, plan, saveAs, findings),
  });
  if (refused) return { verdict: 'blocked', plan: unsealed, ...reviewed('blocked') };
  const verdict = steps.length === 0 ? 'no-change' : 'ready';
  return { verdict, plan: sealPlan(unsealed), ...reviewed(verdict) };
}

/** Nobody approves a change in a window whose hours nobody knows. */
function windowUnknown({ execution }: Plan, { id, window }: Instance, place: Place): Finding | null {
  if (execution.switch === 'now' || window !== undefined) return null;
  const what = `${id} is to be changed in its maintenance window, and that is not known`;
  const mend =
    'plan against the live fleet with an identity that may call DescribeMaintenanceWindow, or switch: now';
  return say('Refit.WindowUnknown', { what, mend }, id, place);
}

/** What waits for one window begins when the provider opens it: nothing here holds the changes apart then. */
function beginTogether({ execution }: Plan, routes: readonly PricedRoute[]): Finding | null {
  if (execution.switch === 'now' || routes.length === 0) return null;
  const sizes = new Map<string, number>();
  for (const { route } of routes) {
    const { from, to } = route.target.instance.window!;
    sizes.set(`${from}-${to}`, (sizes.get(`${from}-${to}`) ?? 0) + 1);
  }
  const windows = [...sizes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([hours, count]) => `${hours} (${count})`);
  const what = `each instance is changed in its own maintenance window, Beijing time: ${windows.join(', ')}; what waits for one window begins together when it opens, and inFlight does not hold it apart`;
  return say(
    'Refit.InWindows',
    { what, mend: 'smaller waves, where fewer are to begin together' },
    null,
    null,
  );
}

function timeFindings(plan: Plan, inventory: Inventory, now: number): Finding[] {
  const findings: Finding[] = [];
  if (plan.finishBy !== null && Date.parse(plan.finishBy) <= now) {
    const what = `finishBy is ${plan.finishBy}, and it is ${iso(now)}: nothing would be ordered`;
    findings.push(say('Refit.FinishByPassed', { what, mend: 'a later finishBy' }, null, null));
  }
  if (now - Date.parse(inventory.readAt) > plan.expires) {
    const what = `the inventory was read at ${inventory.readAt}, longer ago than a saved plan may be old`;
    findings.push(
      say('Refit.InventoryOld', { what, mend: 'refit inventory -o FILE, then plan again' }, null, null),
    );
  }
  return findings;
}

/** Milliseconds within which what was ordered has shown somewhere; the provider's own order samples are slower than that. */
const LEAST_PATIENCE = 60_000;

function shortPatience({ execution: { patience } }: Plan): Finding[] {
  if (patience >= LEAST_PATIENCE) return [];
  const what = `patience is ${patience / 1000} s: an order without an answer that shows later than that would be asked again`;
  return [
    say(
      'Refit.ShortPatience',
      { what, mend: 'execution: { patience: 3m }, or 60s at the least' },
      null,
      null,
    ),
  ];
}

/** What it will cost in calls and time, and whether it fits into the first window. */
function forecastOf(
  {
    draft: { plan, windows },
    steps,
    waves,
    preconditions,
  }: Pick<SavedPlan, 'steps' | 'waves' | 'preconditions'> & { readonly draft: Draft },
  now: number,
  { durations, monitorCalls }: { readonly durations: Durations; readonly monitorCalls: number },
): Forecast {
  const seconds = leastSeconds(steps, plan.execution.requestsPerSecond);
  const forecastable = {
    steps,
    waves,
    preconditions,
    execution: plan.execution,
    ...(plan.spread ? { spread: plan.spread } : {}),
    ...(windows ? { windows } : {}),
  };
  const time = forecastTime(forecastable, now, durations);
  const window =
    windows && comingWindow(windows, now, secondsToFit({ leastSeconds: seconds, ...(time ? { time } : {}) }));
  return {
    orders: steps.length,
    leastSeconds: seconds,
    ...(monitorCalls > 0 ? { monitorCalls } : {}),
    ...(window ? { window } : {}),
    ...(time ? { time } : {}),
  };
}

function finishByTooSoon(plan: Plan, now: number, forecast: Forecast, soak: number): Finding[] {
  const left = plan.finishBy === null ? Number.POSITIVE_INFINITY : Date.parse(plan.finishBy) - now;
  const { leastSeconds: ordering, time } = forecast;
  if (left > 0 && left >= (ordering + soak) * 1000 && time && left < time.total.p50 * 1000) {
    const what = `the plan is likely to take ${time.total.p50} s (${time.durations.what}), and finishBy leaves ${Math.floor(left / 1000)} s`;
    return [
      say(
        'Refit.FinishByTooSoon',
        { what, mend: 'a later finishBy, fewer targets, or a greater inFlight' },
        null,
        null,
      ),
    ];
  }
  if (left <= 0 || left >= (ordering + soak) * 1000) return [];
  const takes =
    soak === 0
      ? `the request rate alone takes ${ordering} s`
      : `request rate and soak times alone take ${ordering + soak} s`;
  const what = `${takes}, and finishBy leaves ${Math.floor(left / 1000)} s`;
  return [say('Refit.FinishByTooSoon', { what, mend: 'a later finishBy, or fewer targets' }, null, null)];
}

/** What is paid where; nothing where no price is known. */
function sharesOf(
  steps: readonly Step[],
  waves: readonly Wave[],
): { readonly priceShares?: readonly PriceShare[] } {
  if (steps.every(({ quote }) => quote === null)) return {};
  const priceShares = partsOf(steps, ({ wave }) => waves[wave]!.name).map(({ by, name, items }) => ({
    by,
    name,
    steps: items.length,
    unpriced: items.filter(({ quote }) => quote === null).length,
    sums: sumPrices(items),
  }));
  return { priceShares };
}

/** Remarks that repeat over the fleet, told once each with their number. */
function summarised(remarks: readonly Finding[]): Finding[] {
  const byCode = new Map<string, { first: Finding; others: number }>();
  for (const remark of remarks) {
    const same = byCode.get(remark.code);
    if (same) same.others += 1;
    else byCode.set(remark.code, { first: remark, others: 0 });
  }
  return [...byCode.values()].map(({ first, others }) =>
    others === 0 ? first : { ...first, what: `${first.what} (and ${others} more like it)` },
  );
}

const WEIGHTS: readonly Severity[] = ['error', 'warning', 'note'];

/** Those that block first; otherwise in the order they were found. */
function byWeight(findings: readonly Finding[]): Finding[] {
  return WEIGHTS.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

function listed(finding: Finding | null): Finding[] {
  return finding === null ? [] : [finding];
}
