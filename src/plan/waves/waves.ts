/**
 * Routes to the steps and waves of a saved plan: ids, what each must wait for, and what must still hold when they begin.
 * Waves count instances: all steps of one instance are in one wave.
 */
import { given } from '../../given.ts';
import { count, formatUsed } from '../../messages/en/format-size.ts';
import type {
  Finding,
  Instance,
  Plan,
  PlanWave,
  Precondition,
  Quote,
  RolloutOptions,
  Step,
  Take,
  Wave,
  WaveFrom,
} from '../../model.ts';
import { createFinding } from '../../rules/check.ts';
import { reduces } from '../../rules/reduction.ts';
import type { PricedRoute } from '../price/check-prices.ts';
import { stepId } from '../price/price-steps.ts';
import type { Route } from '../resolve/order-steps.ts';
import { groupOf } from './spread.ts';

/** Steps in the order they are carried out, all those of one instance in one wave. */
export function assignSteps(
  plan: Plan,
  routes: readonly PricedRoute[],
): { steps: Step[]; waves: Wave[]; findings: readonly Finding[] } {
  const instances = routes.map(({ route }) => route.target.instance);
  const { shares, findings } = assignInstances(plan.waves, instances);
  const steps: Step[] = [];
  const waves = shares.map(({ name, members, wave: written }, wave) => {
    const first = steps.length;
    for (const member of members) {
      const { route, quotes } = routes[member]!;
      for (const [index, leg] of route.legs.entries())
        steps.push(stepOf(route, leg, index, wave, quotes[index] ?? null));
    }
    return { name, steps: steps.slice(first).map(({ id }) => id), ...rolloutOptionsOf(written) };
  });
  return { steps, waves, findings: [...findings, ...rolloutFindings(waves)] };
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
    ...given({ nodes: leg.placement?.nodes }),
    before: leg.instance.size,
    after: leg.after,
    needs: before ? stepId(id, before.change) : null,
    wave,
    location: target.locations[leg.change.dimension] ?? target.location,
    quote,
  };
}

/** What must still hold of the instance when its first step begins. */
export function preconditionOf(
  { target, legs, reason }: Route,
  { execution, spread }: Pick<Plan, 'execution' | 'spread'>,
  readAt: string,
): Precondition {
  const { id, name, region, zone, profile, billing, size, window } = target.instance;
  const used = target.byUse || legs.some(({ change }) => reduces(change)) ? target.instance.used : null;
  const group = spread ? groupOf(spread, target.instance) : null;
  const reasons = [target.reason, used && formatUsed(used), reason].filter((reason) => reason !== null);
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
    reason: reasons.join('; ') || null,
    ...given({ used, window: execution.switch === 'maintenance-window' ? window : null, group }),
    readAt,
  };
}

function known({ edition, id }: Instance) {
  if (edition === 'unrecognised')
    throw new Error(`internal error: ${id} of an unknown edition became a step`);
  return edition;
}

/**
 * The least time the request rate allows for the orders, in seconds. The limit is per identity and front end, so
 * profiles do not wait for each other. Source: docs/provider.md P29.
 */
export function leastSeconds(steps: readonly Step[], perSecond: number): number {
  const byProfile = new Map<string, number>();
  for (const { profile } of steps) byProfile.set(profile, (byProfile.get(profile) ?? 0) + 1);
  return Math.ceil(Math.max(0, ...byProfile.values()) / perSecond);
}

/** A wave's share of the planned instances: its members by their places in target order, ascending. */
interface Share {
  readonly name: string;
  readonly members: readonly number[];
  /** As the author wrote it; null for the wave that takes what no other does. */
  readonly wave: PlanWave | null;
}

/** What a wave can choose by. */
export type Choosable = Pick<Instance, 'region' | 'profile' | 'tags'>;

/**
 * Shares the planned instances out, in target order. Percentages are of all planned instances, or of those that the
 * wave's `from` means, rounded up. What no wave takes goes into a last one named `rest`; a wave that is left nothing is
 * not kept. Both are told.
 */
export function assignInstances(
  waves: readonly PlanWave[],
  planned: readonly Choosable[],
): { readonly shares: readonly Share[]; readonly findings: readonly Finding[] } {
  const shares: Share[] = [];
  const findings: Finding[] = [];
  let left = planned.map((_, index) => index);
  for (const wave of waves) {
    const { name, take, from } = wave;
    const fits = (index: number) => from === undefined || isFrom(planned[index]!, from);
    const base = from === undefined ? planned.length : planned.filter((one) => isFrom(one, from)).length;
    const open = left.filter(fits);
    const members = open.slice(0, wanted(take, base));
    if (members.length > 0) {
      const taken = new Set(members);
      left = left.filter((index) => !taken.has(index));
      shares.push({ name, members, wave });
    } else if (planned.length > 0) {
      const message =
        base === 0
          ? `wave ${name} has no instance: its from fits none of the ${planned.length} planned`
          : `wave ${name} has no instance left: the waves before it take all ${base}`;
      findings.push(
        createFinding('Refit.EmptyWave', {
          message,
          fix: `take wave ${name} out, or let the others take less`,
        }),
      );
    }
  }
  if (left.length > 0) {
    const name = waves.length === 0 ? 'all' : freeName(waves);
    shares.push({ name, members: left, wave: null });
    if (waves.length > 0) {
      const message = `the waves leave ${count(left.length, 'instance')}: they go last, in a wave named ${name}`;
      findings.push(createFinding('Refit.ImplicitWave', { message, fix: `- { name: ${name}, take: rest }` }));
    }
  }
  return { shares, findings };
}

function isFrom({ region, profile, tags }: Choosable, from: WaveFrom): boolean {
  return (
    (from.regions?.includes(region) ?? true) &&
    (from.profiles?.includes(profile) ?? true) &&
    Object.entries(from.tags ?? {}).every(
      ([key, values]) => Object.hasOwn(tags, key) && values.includes(tags[key]!),
    )
  );
}

/** The conduct of a wave for the saved plan; what is not written stays absent. */
export function rolloutOptionsOf(wave: RolloutOptions | null): RolloutOptions {
  const { soak, slowStart, approval, haltWhen, gate } = wave ?? {};
  return given({ soak, slowStart, approval, haltWhen, gate });
}

/** What is odd about the conduct of the waves, though it can be carried out. */
function rolloutFindings(waves: readonly Wave[]): Finding[] {
  const last = waves.at(-1);
  if (last?.soak === undefined || last.gate !== undefined) return [];
  const message = `nothing follows wave ${last.name}: its soak changes nothing`;
  return [createFinding('Refit.SoakLast', { message, fix: `take soak out of wave ${last.name}` })];
}

/** Milliseconds to wait after a wave: nothing after the last one, unless its gate is judged then. */
export function soakOf(waves: readonly RolloutOptions[], index: number): number {
  const { soak = 0, gate } = waves[index] ?? {};
  return index < waves.length - 1 || gate !== undefined ? soak : 0;
}

/** Milliseconds that all soaks take together. */
export function totalSoak(waves: readonly RolloutOptions[]): number {
  return waves.reduce((sum, _, index) => sum + soakOf(waves, index), 0);
}

function wanted(take: Take, planned: number): number {
  if (take.kind === 'count') return take.count;
  return take.kind === 'rest' ? planned : Math.ceil((planned * take.percent) / 100 - 1e-6);
}

function freeName(waves: readonly PlanWave[]): string {
  const names = new Set(waves.map(({ name }) => name));
  let name = 'rest';
  for (let i = 2; names.has(name); i++) name = `rest-${i}`;
  return name;
}
