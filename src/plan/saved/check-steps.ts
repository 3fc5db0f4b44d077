/**
 * Checks the steps of a saved plan against each other and against their instances:
 *
 *     precondition   size 2 GB × 1                       the size before the first step
 *     step           memoryPerShard 2048 → 4096          `from` is the size before, in that dimension
 *                    after 4 GB × 1                      the size before with exactly that change
 *     step           shards 1 → 3                        goes on from there
 */
import { DIMENSIONS, type Dimension, EDITIONS, type Size, totalMemory } from '../../model.ts';
import { isAddress } from '../parse/terraform-state.ts';
import { type Faults, fault, quoted } from './fault.ts';
import type { StoredPlan, StoredPrecondition, StoredStep } from './stored-plan.ts';

const DIMENSIONS_OF = new Map(
  EDITIONS.map(({ name, dimensions }): [string, readonly Dimension[]] => [name, dimensions]),
);

export function* checkSteps(stored: StoredPlan): Faults {
  const { steps, preconditions } = stored;
  if (new Set(preconditions.map(({ instance }) => instance)).size < preconditions.length)
    yield* repeatedPrecondition(stored);
  yield* checkOrder(stored);
  let next = 0;
  let own: StoredPrecondition | null = null;
  let before: Size | null = null;
  const done = new Set<Dimension>();
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at]!;
    const { dimension } = step.change;
    if (own?.instance !== step.instance) {
      // The steps are in the order of the preconditions.
      own = preconditions[next++]!;
      before = own.size;
      done.clear();
    }
    if (done.has(dimension))
      yield fault(['steps', at], `changes ${dimension} of ${step.instance} a second time`);
    done.add(dimension);
    const found = changeFault(step, before!) ?? nodesFault(step) ?? quoteFault(step, before!);
    if (found !== null) yield fault(['steps', at, ...found.in], found.problem);
    if (!DIMENSIONS_OF.get(own.edition)!.includes(dimension))
      yield fault(
        ['steps', at, 'change', 'dimension'],
        `is ${dimension}, which ${own.edition} does not have`,
      );
    before = step.after;
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
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at]!;
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

/** What is wrong with one member of a list. Nearly all have no fault, so the whole path comes later. */
interface InnerFault {
  readonly in: readonly (string | number)[];
  readonly problem: string;
}

function changeFault({ instance, change, after }: StoredStep, before: Size): InnerFault | null {
  const { dimension, from, to } = change;
  if (from !== before[dimension]) {
    const problem = `is ${from}, but ${dimension} of ${instance} is ${before[dimension]} before this step`;
    return { in: ['change', 'from'], problem };
  }
  if (to === from)
    return { in: ['change', 'to'], problem: `is ${to}, which is no change of ${instance}/${dimension}` };
  for (const one of DIMENSIONS) {
    const expected = one === dimension ? to : before[one];
    if (after[one] === expected) continue;
    const problem = `is ${after[one]}, but the change of ${instance}/${dimension} contradicts the size: ${dimension} ${from} → ${to} makes it ${expected}`;
    return { in: ['after', one], problem };
  }
  return null;
}

/** The nodes that a step names are as many as the replicas that it adds or removes. */
function nodesFault({ nodes, change }: StoredStep): InnerFault | null {
  if (nodes === undefined) return null;
  const { dimension, from, to } = change;
  const [named, changed] =
    nodes.kind === 'add' ? [nodes.zones.length, to - from] : [nodes.nodes.length, from - to];
  if (dimension !== 'replicas') return { in: ['nodes'], problem: `belongs to a change of ${dimension}` };
  if (named !== changed)
    return {
      in: ['nodes'],
      problem: `names ${named} replicas to ${nodes.kind}, but replicas change ${from} → ${to}`,
    };
  if (nodes.kind === 'remove' && new Set(nodes.nodes.map(({ id }) => id)).size < named)
    return { in: ['nodes', 'nodes'], problem: 'names a node twice' };
  return null;
}

/** A quote below zero is a refund, which only a step that gives memory back can have. */
function quoteFault({ quote, after }: StoredStep, before: Size): InnerFault | null {
  if (quote === null || quote.amount >= 0) return null;
  if (quote.basis === 'once' && totalMemory(after) < totalMemory(before)) return null;
  return {
    in: ['quote', 'amount'],
    problem: `is ${quote.amount}, a refund for a step that gives nothing back`,
  };
}

/** In one region, each zone has one number: orders send the number, and people see the code. */
function* checkZoneNumbers({ steps, preconditions }: StoredPlan): Faults {
  if (steps.every(({ nodes }) => nodes === undefined)) return;
  const regions = new Map(preconditions.map(({ instance, region }) => [instance, region]));
  const known = new Map<string, number>();
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
  const { preconditions } = stored;
  for (let at = 0; at < preconditions.length; at++) {
    const found = preconditionFault(preconditions[at]!, { waits, tagged });
    if (found !== null) yield fault(['preconditions', at, ...found.in], found.problem);
  }
}

function preconditionFault(
  { instance, window, group, used, billing, deadline, terraform }: StoredPrecondition,
  { waits, tagged }: { readonly waits: boolean; readonly tagged: boolean },
): InnerFault | null {
  if (waits && window === undefined)
    return { in: ['window'], problem: `is missing, and the change of ${instance} waits for it` };
  if (!waits && window !== undefined)
    return { in: ['window'], problem: `is of ${instance}, whose change waits for no window` };
  if (window !== undefined && window.from >= window.to) {
    const problem = `is ${window.from}-${window.to}, which has no length within a day`;
    return { in: ['window'], problem };
  }
  if (terraform !== undefined && !isAddress(terraform))
    return {
      in: ['terraform'],
      problem: `is ${quoted(terraform)}, which is no address of a Redis instance`,
    };
  if (deadline !== undefined && billing !== 'prepaid')
    return { in: ['deadline'], problem: `is of ${instance}, which has no paid term` };
  if (group !== undefined && !tagged)
    return { in: ['group'], problem: `is ${quoted(group)}, but no tag limits the spread` };
  if (used?.fullestShard !== undefined && used.fullestShard !== null && used.fullestShard > used.total) {
    const problem = `is ${used.fullestShard}, more than the total ${used.total}`;
    return { in: ['used', 'fullestShard'], problem };
  }
  return null;
}
