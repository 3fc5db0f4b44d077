/**
 * Turns routes into the steps, waves and preconditions of a saved plan. Waves count instances: all steps of one instance
 * are in one wave.
 */
import { given } from '../../given.ts';
import { message } from '../../messages/messages.ts';
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
import { joinReasons } from '../resolve/join-reasons.ts';
import type { Route } from '../resolve/order-steps.ts';
import { groupOf } from './spread.ts';

/**
 * Assigns the steps to waves. Steps and routes are in the order in which a run executes them.
 * @param sorted sorts the routes of one wave, which are in target order.
 */
export function assignSteps(
  plan: Pick<Plan, 'waves'>,
  routes: readonly PricedRoute[],
  sorted: (routes: readonly PricedRoute[], wave: PlanWave | null) => readonly PricedRoute[],
): { steps: Step[]; waves: Wave[]; routes: Route[]; findings: readonly Finding[] } {
  const instances = routes.map(({ route }) => route.target.instance);
  const { shares, findings } = assignInstances(plan.waves, instances);
  const steps: Step[] = [];
  const inOrder: Route[] = [];
  const waves = shares.map(({ name, members, wave: written }, wave) => {
    const first = steps.length;
    const own = members.map((member) => routes[member]!);
    for (const { route, quotes } of sorted(own, written)) {
      inOrder.push(route);
      for (let index = 0; index < route.legs.length; index++)
        steps.push(stepOf(route, index, wave, quotes[index] ?? null));
    }
    return { name, steps: steps.slice(first).map(({ id }) => id), ...rolloutOptionsOf(written) };
  });
  return { steps, waves, routes: inOrder, findings };
}

function stepOf({ target, legs }: Route, index: number, wave: number, quote: Quote | null): Step {
  const { id, region, profile } = target.instance;
  const leg = legs[index]!;
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

/** What planning knows beside the fleet and the plan. */
interface Known {
  /** When the fleet was read, ISO 8601 UTC. */
  readonly readAt: string;
  /** Whether the end of a prepaid term matters. */
  readonly isPriced: boolean;
  /** The addresses in the Terraform state by instance. */
  readonly terraform: ReadonlyMap<string, string> | undefined;
}

/** What must still be true of the instance when its first step starts. */
export function preconditionOf(
  { target, legs, reason }: Route,
  { execution, spread }: Pick<Plan, 'execution' | 'spread'>,
  { readAt, isPriced, terraform }: Known,
): Precondition {
  const { id, name, region, zone, profile, billing, size, window, deadline } = target.instance;
  const { used } = target.instance;
  const decides = used !== null && (target.byUse || legs.some(({ change }) => reduces(change)));
  const group = spread ? groupOf(spread, target.instance) : null;
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
    reason: joinReasons(target.reason, decides ? message('reason.memory-in-use', { used }) : null, reason),
    ...given({
      used,
      deadline: isPriced && billing === 'prepaid' ? deadline : null,
      terraform: terraform?.get(id),
      window: execution.switch === 'maintenance-window' ? window : null,
      group,
    }),
    readAt,
  };
}

function known({ edition, id }: Instance) {
  if (edition === 'unrecognised')
    throw new Error(`internal error: ${id} of an unknown edition became a step`);
  return edition;
}

/**
 * The shortest time that the request rate allows for the orders, in seconds. The limit is per identity and front end, so
 * profiles do not wait for each other. Source: docs/provider.md P29.
 */
export function leastSeconds(steps: readonly Step[], perSecond: number): number {
  const byProfile = new Map<string, number>();
  for (const { profile } of steps) byProfile.set(profile, (byProfile.get(profile) ?? 0) + 1);
  return Math.ceil(Math.max(0, ...byProfile.values()) / perSecond);
}

/** The planned instances of one wave, by their index in target order, ascending. */
interface Share {
  readonly name: string;
  readonly members: readonly number[];
  /** The wave as the author wrote it; null for the wave that Refit adds for the rest. */
  readonly wave: PlanWave | null;
}

/** The properties by which a wave can choose an instance. */
export type Choosable = Pick<Instance, 'region' | 'profile' | 'tags'>;

/**
 * Assigns the planned instances to waves, in target order. A percentage is of all planned instances, or of those that the
 * wave's `from` matches, rounded up. Instances that no wave takes go into a last wave named `rest`. Refit drops a wave
 * without instances. Both cases are findings.
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
    const matches = (index: number) => from === undefined || isFrom(planned[index]!, from);
    const base = from === undefined ? planned.length : planned.filter((one) => isFrom(one, from)).length;
    const members = left.filter(matches).slice(0, sizeOf(take, base));
    if (members.length > 0) {
      const taken = new Set(members);
      left = left.filter((index) => !taken.has(index));
      shares.push({ name, members, wave });
    } else if (planned.length > 0) {
      const text =
        base === 0
          ? message('wave.from-matches-none', { wave: name, planned: planned.length })
          : message('wave.none-left', { wave: name, matching: base });
      findings.push(createFinding('Refit.EmptyWave', text));
    }
  }
  if (left.length > 0) {
    const name = waves.length === 0 ? 'all' : freeName(waves);
    shares.push({ name, members: left, wave: null });
    if (waves.length > 0) {
      const text = message('wave.rest-added', { wave: name, instances: left.length });
      findings.push(createFinding('Refit.ImplicitWave', text));
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

/** The rollout options of a wave for the saved plan. Options that the author did not write stay absent. */
export function rolloutOptionsOf(wave: RolloutOptions | null): RolloutOptions {
  const { soak, slowStart, approval, haltWhen, gate } = wave ?? {};
  return given({ soak, slowStart, approval, haltWhen, gate });
}

/** Milliseconds to wait after a wave. After the last wave it is 0, unless the wave has a gate. */
export function soakOf(waves: readonly RolloutOptions[], index: number): number {
  const { soak = 0, gate } = waves[index] ?? {};
  return index < waves.length - 1 || gate !== undefined ? soak : 0;
}

/** The milliseconds of all soaks together. */
export function totalSoak(waves: readonly RolloutOptions[]): number {
  return waves.reduce((sum, _, index) => sum + soakOf(waves, index), 0);
}

function sizeOf(take: Take, planned: number): number {
  if (take.kind === 'count') return take.count;
  return take.kind === 'rest' ? planned : Math.ceil((planned * take.percent) / 100 - 1e-6);
}

function freeName(waves: readonly PlanWave[]): string {
  const names = new Set(waves.map(({ name }) => name));
  let name = 'rest';
  for (let i = 2; names.has(name); i++) name = `rest-${i}`;
  return name;
}
