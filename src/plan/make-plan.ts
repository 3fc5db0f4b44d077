/** Plan and inventory to what a reviewer sees. Two halves, so that prices can be asked for between them. */
import { iso } from '../clock.ts';
import type {
  BlockedTarget,
  Finding,
  Instance,
  Inventory,
  Money,
  Plan,
  Precondition,
  Quote,
  Review,
  SavedPlan,
  Severity,
  Step,
  Wave,
} from '../model.ts';
import { SAVED_PLAN_FORMAT } from '../model.ts';
import { check, say } from '../rules/check.ts';
import { isRefusal } from '../rules/facts.ts';
import { indexOffers, type SoldFor } from '../rules/is-sold.ts';
import { costRefused, shrinkDenied, tooManyTargets } from './guards.ts';
import { nextCommand } from './next-command.ts';
import type { Route } from './order-steps.ts';
import { orderSteps } from './order-steps.ts';
import type { PriceQuestion, Quotes } from './price-steps.ts';
import { priceOf, questionsOf, stepId, sumPrices } from './price-steps.ts';
import { resolve } from './resolve.ts';
import { sealPlan } from './seal.ts';
import { shareOut } from './waves.ts';

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
  readonly sold: SoldFor;
}

/** The first half: no prices yet. @param now milliseconds since 1970 UTC. Pure, and linear in targets and instances. */
export function draftPlan(plan: Plan, inventory: Inventory, now: number): Draft {
  const sold = indexOffers(inventory.catalogue);
  const resolution = resolve(plan, inventory, sold);
  const routes: Route[] = [];
  const blocked: BlockedTarget[] = [...resolution.blocked];
  const toMeasure: Instance[] = [];
  for (const target of resolution.targets) {
    const route = orderSteps(target, sold);
    const shrink = shrinkDenied(plan, target.instance, target.to, target.place);
    const errors = route.findings.filter(({ severity }) => severity === 'error');
    // What is denied anyway needs no measuring.
    const told = shrink ? [shrink, ...errors.filter(({ code }) => code !== 'Refit.UsedUnknown')] : errors;
    if (told.length === 0) {
      routes.push(route);
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
    findings: [...resolution.findings, ...timeFindings(plan, inventory, now)],
    toPrice: routes.flatMap(questionsOf),
    toMeasure,
    sold,
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
}

/** The second half: prices and guards, waves, the seal. Nothing is sealed where the verdict is `blocked`. */
export function finishPlan(draft: Draft, { quotes, balances, now, saveAs, source }: Finish): Review {
  const { plan, inventory } = draft;
  const priced = priceRoutes(draft, quotes, balances ?? inventory.balances);
  const blocked = [...draft.blocked, ...priced.blocked];
  const { steps, waves, findings: waveFindings } = layOut(plan, priced.routes);
  const forecast = {
    orders: steps.length,
    leastSeconds: leastSeconds(steps, plan.execution.requestsPerSecond),
  };

  const planFindings = byWeight([
    ...draft.findings,
    ...listed(tooManyTargets(plan, priced.routes.length, inventory.instances.length)),
    ...listed(steps.length > 0 ? costRefused(plan, steps) : null),
    ...finishByTooSoon(plan, now, forecast.leastSeconds),
    ...waveFindings,
    ...summarised(priced.remarks),
  ]);
  const blockedFindings = blocked.flatMap(({ findings }) => findings);
  const refused =
    planFindings.some(({ severity }) => severity === 'error') ||
    (blocked.length > 0 && (plan.onBlocked === 'refuse' || steps.length === 0));

  const unsealed: Omit<SavedPlan, 'digest'> = {
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
    waves,
    steps,
    preconditions: priced.routes.map(({ route }) => preconditionOf(route, inventory.readAt)),
    unchanged: draft.unchanged,
    blocked,
    findings: planFindings.filter(({ severity }) => severity !== 'error'),
    prices: sumPrices(steps),
    forecast,
  };
  const verdict = refused ? 'blocked' : steps.length === 0 ? 'no-change' : 'ready';
  const findings = byWeight([...blockedFindings, ...planFindings]);
  return {
    verdict,
    plan: refused ? { ...unsealed, digest: '' } : sealPlan(unsealed),
    findings,
    next: nextCommand(verdict, plan.file, saveAs, findings),
  };
}

interface PricedRoute {
  readonly route: Route;
  /** One for each leg. */
  readonly quotes: readonly (Quote | null)[];
}

/** Checks every route again with its prices, in order: each takes its share of the money that is left. */
function priceRoutes(
  draft: Draft,
  quotes: Quotes | null,
  balances: Readonly<Record<string, Money>>,
): { routes: PricedRoute[]; blocked: BlockedTarget[]; remarks: Finding[] } {
  const left = new Map(Object.entries(balances));
  const routes: PricedRoute[] = [];
  const blocked: BlockedTarget[] = [];
  const remarks: Finding[] = [];
  for (const route of draft.routes) {
    const asked =
      quotes === null
        ? null
        : checkPrices(route, quotes, left.get(route.target.instance.profile) ?? null, draft.sold);
    if (asked?.errors.length) {
      const { id, region } = route.target.instance;
      blocked.push({ instance: id, region, findings: asked.errors });
      continue;
    }
    if (asked?.left) left.set(route.target.instance.profile, asked.left);
    for (const finding of asked?.remarks ?? route.findings) remarks.push(finding);
    routes.push({ route, quotes: asked?.quotes ?? route.legs.map(() => null) });
  }
  return { routes, blocked, remarks };
}

function checkPrices(route: Route, answers: Quotes, balance: Money | null, sold: SoldFor) {
  const quotes: (Quote | null)[] = [];
  const remarks: Finding[] = [];
  let left = balance;
  for (const [index, { change, instance }] of route.legs.entries()) {
    const { answer, reckoned } = priceOf(route, index, answers);
    const place = route.target.places[change.dimension] ?? route.target.place;
    const findings = check(
      {
        id: instance.id,
        region: instance.region,
        instance,
        change,
        elsewhere: null,
        offer: sold(instance),
        quote: answer,
        balance: left,
        followsOwnStep: index > 0,
      },
      place,
    );
    if (findings[0]?.severity === 'error') return { errors: findings, remarks, quotes, left };
    remarks.push(...findings);
    if (reckoned) {
      const what = `${instance.id}: the price of ${change.dimension} is reckoned: the provider's quote for it alone, scaled by the steps before it`;
      remarks.push(say('Refit.PriceReckoned', { what, mend: 'nothing to do' }, instance.id, place));
    }
    const quote = isRefusal(answer) ? null : answer;
    quotes.push(quote);
    // A refund is not counted on: nobody says when it is paid back.
    if (left !== null && quote?.basis === 'once' && quote.currency === left.currency && quote.amount > 0) {
      left = { ...left, amount: left.amount - quote.amount };
    }
  }
  return { errors: [], remarks, quotes, left };
}

/** Routes to steps, with ids, waves and what each must wait for. */
function layOut(
  plan: Plan,
  routes: readonly PricedRoute[],
): { steps: Step[]; waves: Wave[]; findings: readonly Finding[] } {
  const { shares, findings } = shareOut(plan.waves, routes.length);
  const steps: Step[] = [];
  const waves = shares.map(({ name, start, end }, wave) => {
    const first = steps.length;
    for (const { route, quotes } of routes.slice(start, end)) {
      for (const [index, leg] of route.legs.entries())
        steps.push(stepOf(route, leg, index, wave, quotes[index] ?? null));
    }
    return { name, steps: steps.slice(first).map(({ id }) => id) };
  });
  return { steps, waves, findings };
}

function stepOf(
  { target, legs }: Route,
  leg: Route['legs'][number],
  index: number,
  wave: number,
  quote: Quote | null,
): Step {
  const { id, region, profile } = target.instance;
  const before = legs[index - 1];
  return {
    id: stepId(id, leg.change),
    instance: id,
    region,
    profile,
    edition: known(target.instance),
    change: leg.change,
    before: leg.instance.size,
    after: leg.after,
    needs: before ? stepId(id, before.change) : null,
    wave,
    place: target.places[leg.change.dimension] ?? target.place,
    quote,
  };
}

function preconditionOf({ target, because }: Route, readAt: string): Precondition {
  const { id, name, region, zone, profile, billing, size } = target.instance;
  const reasons = [target.because, because].filter((reason) => reason !== null);
  return {
    instance: id,
    name,
    region,
    zone,
    profile,
    edition: known(target.instance),
    billing,
    size,
    target: target.to,
    because: reasons.length > 0 ? reasons.join('; ') : null,
    readAt,
  };
}

function known({ edition, id }: Instance) {
  if (edition === 'unrecognised')
    throw new Error(`internal error: ${id} of an unknown edition became a step`);
  return edition;
}

/** The limit is per identity and front end, so profiles do not wait for each other. */
function leastSeconds(steps: readonly Step[], perSecond: number): number {
  const byProfile = new Map<string, number>();
  for (const { profile } of steps) byProfile.set(profile, (byProfile.get(profile) ?? 0) + 1);
  return Math.ceil(Math.max(0, ...byProfile.values()) / perSecond);
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

function finishByTooSoon(plan: Plan, now: number, seconds: number): Finding[] {
  const left = plan.finishBy === null ? Number.POSITIVE_INFINITY : Date.parse(plan.finishBy) - now;
  if (left <= 0 || left >= seconds * 1000) return [];
  const what = `the request rate alone takes ${seconds} s, and finishBy leaves ${Math.floor(left / 1000)} s`;
  return [say('Refit.FinishByTooSoon', { what, mend: 'a later finishBy, or fewer targets' }, null, null)];
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
