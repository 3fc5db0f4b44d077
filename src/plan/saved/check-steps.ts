/**
 * Checks the steps of a saved plan against each other and against their instances:
 *
 *     precondition   size 2 GB × 1                       the size before the first step
 *     step           memoryPerShard 2048 → 4096          `from` is the size before, in that dimension
 *                    after 4 GB × 1                      the size before with exactly that change
 *     step           shards 1 → 3                        goes on from there
 */
import { DIMENSIONS, EDITIONS, type NodeChange, type Size, totalMemory } from '../../model.ts';
import { isAddress } from '../parse/terraform-state.ts';
import { type Faults, fault, quoted } from './fault.ts';
import type { StoredPlan, StoredPrecondition, StoredStep } from './stored-plan.ts';

export function* checkSteps(stored: StoredPlan): Faults {
  const known = new Map(stored.preconditions.map((one) => [one.instance, one]));
  if (known.size < stored.preconditions.length) yield* repeatedPrecondition(stored);
  yield* checkOrder(stored);
  const sizes = new Map<string, Size>();
  const done = new Set<string>();
  for (const [at, step] of stored.steps.entries()) {
    const { instance, change } = step;
    const own = known.get(instance);
    const path = ['steps', at];
    if (own === undefined) {
      yield fault([...path, 'instance'], `names ${instance}, which has no precondition`);
      return;
    }
    const id = `${instance}/${change.dimension}`;
    if (done.has(id)) yield fault(path, `changes ${change.dimension} of ${instance} a second time`);
    done.add(id);
    yield* checkChange(step, sizes.get(instance) ?? own.size, path);
    yield* checkQuote(step, sizes.get(instance) ?? own.size, path);
    if (
      !EDITIONS.find(({ name }) => name === own.edition)!.dimensions.some((one) => one === change.dimension)
    )
      yield fault(
        [...path, 'change', 'dimension'],
        `is ${change.dimension}, which ${own.edition} does not have`,
      );
    sizes.set(instance, step.after);
  }
  yield* checkZoneNumbers(stored);
}

function* repeatedPrecondition({ preconditions }: StoredPlan): Faults {
  const seen = new Set<string>();
  for (const [at, { instance }] of preconditions.entries()) {
    if (seen.has(instance)) yield fault(['preconditions', at], `is a second precondition of ${instance}`);
    seen.add(instance);
  }
}

/** Steps are in the order of their waves, and all steps of an instance follow each other; so are its preconditions. */
function* checkOrder({ steps, waves, preconditions }: StoredPlan): Faults {
  let wave = -1;
  let instances = 0;
  for (const [at, step] of steps.entries()) {
    if (step.instance !== steps[at - 1]?.instance) {
      const expected = preconditions[instances]?.instance;
      if (step.instance !== expected) {
        const problem = `is ${quoted(step.instance)}, but the next precondition is of ${quoted(expected)}`;
        yield fault(['steps', at, 'instance'], problem);
      }
      instances += 1;
    } else if (step.wave !== steps[at - 1]!.wave) {
      yield fault(
        ['steps', at, 'wave'],
        `is ${step.wave}, but ${step.instance} is in wave ${steps[at - 1]!.wave}`,
      );
    }
    if (step.wave !== wave && step.wave !== wave + 1)
      yield fault(['steps', at, 'wave'], `is ${step.wave}, but the step before it is in wave ${wave}`);
    wave = step.wave;
  }
  if (instances < preconditions.length)
    yield fault(
      ['preconditions', instances],
      `is of ${preconditions[instances]!.instance}, which has no step`,
    );
  if (wave + 1 !== waves.length)
    yield fault(['waves'], `has ${waves.length} waves, but the steps are in ${wave + 1}`);
}

function* checkChange(
  { instance, change, after, nodes }: StoredStep,
  before: Size,
  path: readonly (string | number)[],
): Faults {
  const { dimension, from, to } = change;
  const step = `${instance}/${dimension}`;
  if (from !== before[dimension]) {
    const problem = `is ${from}, but ${dimension} of ${instance} is ${before[dimension]} before this step`;
    yield fault([...path, 'change', 'from'], problem);
  }
  if (to === from) yield fault([...path, 'change', 'to'], `is ${to}, which is no change of ${step}`);
  for (const one of DIMENSIONS) {
    const expected = one === dimension ? to : before[one];
    if (after[one] === expected) continue;
    const problem = `is ${after[one]}, but the change of ${step} contradicts the size: ${dimension} ${from} → ${to} makes it ${expected}`;
    yield fault([...path, 'after', one], problem);
  }
  if (nodes !== undefined) yield* checkNodes(nodes, change, path);
}

/** The nodes that a step names are as many as the replicas that it adds or removes. */
function* checkNodes(
  nodes: NodeChange,
  { dimension, from, to }: StoredStep['change'],
  path: readonly (string | number)[],
): Faults {
  const [named, changed] =
    nodes.kind === 'add' ? [nodes.zones.length, to - from] : [nodes.nodes.length, from - to];
  if (dimension !== 'replicas') yield fault([...path, 'nodes'], `belongs to a change of ${dimension}`);
  else if (named !== changed)
    yield fault(
      [...path, 'nodes'],
      `names ${named} replicas to ${nodes.kind}, but replicas change ${from} → ${to}`,
    );
  if (nodes.kind === 'remove' && new Set(nodes.nodes.map(({ id }) => id)).size < named)
    yield fault([...path, 'nodes', 'nodes'], 'names a node twice');
}

/** A quote below zero is a refund, which only a step that gives memory back can have. */
function* checkQuote({ quote, after }: StoredStep, before: Size, path: readonly (string | number)[]): Faults {
  if (quote === null || quote.amount >= 0) return;
  if (quote.basis === 'once' && totalMemory(after) < totalMemory(before)) return;
  yield fault(
    [...path, 'quote', 'amount'],
    `is ${quote.amount}, a refund for a step that gives nothing back`,
  );
}

/** In one region, each zone has one number: orders send the number, and people see the code. */
function* checkZoneNumbers({ steps, preconditions }: StoredPlan): Faults {
  const regions = new Map<string, string>();
  const known = new Map<string, number>();
  for (const { instance, region } of preconditions) regions.set(instance, region);
  for (const [at, { instance, nodes }] of steps.entries()) {
    if (nodes === undefined) continue;
    const zones = nodes.kind === 'add' ? nodes.zones : nodes.nodes.map(({ zone }) => zone);
    for (const { code, number } of zones) {
      const key = `${regions.get(instance)} ${code}`;
      const other = known.get(key) ?? number;
      if (other !== number)
        yield fault(['steps', at, 'nodes'], `has the zone ${code} with the numbers ${other} and ${number}`);
      known.set(key, number);
    }
  }
}

/** The facts of the instances: a maintenance window if changes wait for it, a group if a tag gives it. */
export function* checkPreconditions(stored: StoredPlan): Faults {
  const waits = stored.execution.switch === 'maintenance-window';
  const tagged = stored.spread?.by.startsWith('tags.') ?? false;
  for (const [at, one] of stored.preconditions.entries())
    yield* checkPrecondition(one, at, { waits, tagged });
}

function* checkPrecondition(
  { instance, window, group, used, billing, deadline, terraform }: StoredPrecondition,
  at: number,
  { waits, tagged }: { readonly waits: boolean; readonly tagged: boolean },
): Faults {
  const path = ['preconditions', at];
  if (waits && window === undefined)
    yield fault([...path, 'window'], `is missing, and the change of ${instance} waits for it`);
  if (!waits && window !== undefined)
    yield fault([...path, 'window'], `is of ${instance}, whose change waits for no window`);
  if (window !== undefined && window.from >= window.to)
    yield fault([...path, 'window'], `is ${window.from}-${window.to}, which has no length within a day`);
  if (terraform !== undefined && !isAddress(terraform))
    yield fault([...path, 'terraform'], `is ${quoted(terraform)}, which is no address of a Redis instance`);
  if (deadline !== undefined && billing !== 'prepaid')
    yield fault([...path, 'deadline'], `is of ${instance}, which has no paid term`);
  if (group !== undefined && !tagged)
    yield fault([...path, 'group'], `is ${quoted(group)}, but no tag limits the spread`);
  if (used?.fullestShard !== undefined && used.fullestShard !== null && used.fullestShard > used.total)
    yield fault(
      [...path, 'used', 'fullestShard'],
      `is ${used.fullestShard}, more than the total ${used.total}`,
    );
}
