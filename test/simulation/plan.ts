/** The plan of a simulated run, made by the real planner from the fleet of the scenario. */
import { type Clock, iso, VirtualClock } from '../../src/clock.ts';
import { createCloudOver } from '../../src/cloud/client.ts';
import type { CloudReader } from '../../src/cloud/cloud.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import type { Transport } from '../../src/cloud/network/transport.ts';
import { readInventory } from '../../src/cloud/read-inventory.ts';
import {
  type Catalogue,
  type Gate,
  INVENTORY_FORMAT,
  type Instance,
  type Inventory,
  type Plan,
  type PlanTarget,
  type RequestedSize,
  type SavedPlan,
} from '../../src/model.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import type { GatePorts } from '../../src/run/engine/run.ts';
import { type Random, seededRandom } from '../../src/simulator/world/random.ts';
import { APPROVALS, needsApproval } from './approvals.ts';
import type { Machine } from './machine.ts';
import { createProvider, OTHER_ZONE, type Provider } from './provider.ts';
import type { RequestedInstance, Scenario } from './scenario.ts';
import { createWatcher } from './watcher.ts';

/** Waits until all pending promises are settled. A simulation does no real input or output. */
export const allPromises = () => new Promise<void>((resolve) => process.nextTick(resolve));

const SCOPE = { region: 'ap-guangzhou', profile: 'default' };

/** The machine of the process that creates the plan, without disturbances. */
function createCalmMachine(clock: Clock): Machine {
  return {
    clock,
    alive: true,
    death: new Promise(() => {}),
    moment() {},
    gate: async () => {},
    setClock() {},
    stop() {},
  };
}

function createCalmReader(provider: Provider, clock: Clock): CloudReader {
  return createCloudOver(provider.clientFor(createCalmMachine(clock), true), {
    clock,
    permits: createPermits(clock, 18),
    jitter: () => 0.5,
    endpoint: null,
    transport: NO_BYTES,
  });
}

/** A transport for clients that send no bytes. */
export const NO_BYTES: Transport = {
  send: () => Promise.reject(new Error('the simulation sends no bytes')),
  close: async () => {},
};

/** The catalogue, which is the same in every world. A separate world supplies it, so that no seed depends on it. */
let knownCatalogue: Catalogue | null = null;

export async function readCatalogue(scenario: Scenario): Promise<Catalogue> {
  if (knownCatalogue !== null) return knownCatalogue;
  const time = new VirtualClock(undefined, allPromises);
  const watcher = createWatcher(scenario, time, null);
  const provider = createProvider({ ...scenario, faults: [] }, time, seededRandom(1), watcher);
  const { inventory } = await time.run(() => readInventory(createCalmReader(provider, time), [SCOPE], time));
  knownCatalogue = inventory.catalogue;
  return knownCatalogue;
}

/** Reads all instances, once: the fault hand-change waits for the first read. */
export function readInstances(provider: Provider, clock: Clock): Promise<readonly Instance[]> {
  return createCalmReader(provider, clock).describeInstances(SCOPE);
}

/** Makes the plan of a scenario. @param instances of the provider, possibly more than those of the scenario */
export function createPlan(
  scenario: Scenario,
  catalogue: Catalogue,
  instances: readonly Instance[],
  clock: Clock,
): SavedPlan {
  const windowed = instances.map((one) =>
    scenario.switch === 'now' ? one : { ...one, window: { from: '03:00', to: '06:00' } },
  );
  const readAt = iso(clock.now());
  const inventory: Inventory = {
    format: INVENTORY_FORMAT,
    readAt,
    scopes: [SCOPE],
    instances: windowed,
    catalogue,
    balances: {},
  };
  const draft = draftPlan(planSource(scenario), inventory, clock.now());
  const finish = { quotes: null, now: clock.now(), saveAs: null };
  const approvals = scenario.approvals ? { approvals: APPROVALS } : {};
  const { verdict, plan, findings } = finishPlan(draft, { ...finish, ...approvals });
  if (verdict !== 'ready') throw new Error(`the plan was refused: ${JSON.stringify(findings, null, 1)}`);
  return plan;
}

const TARGET_SIZE = { memoryPerShard: 12_288, shards: 5, replicas: 2 } as const;

const GATE: Gate = { command: ['check'], timeout: 60_000, onInconclusive: 'pause', shadow: false };

/** Creates a gate command that takes time and is sometimes unsuccessful or inconclusive. */
export function createUnreliableGate(clock: Clock, chance: Random): GatePorts {
  return {
    async runCommand() {
      await clock.sleep(chance.whole(0, 20_000));
      const mood = chance.next();
      return { kind: 'ended', exitCode: mood < 0.15 ? 1 : mood < 0.3 ? 75 : 0, lastLine: '' };
    },
  };
}

function planSource(scenario: Scenario): Plan {
  const count = (value: number) => ({ operator: '>', value, base: 'count' }) as const;
  return {
    file: 'simulation.yaml',
    name: 'simulation',
    change: null,
    owner: null,
    expires: 365 * 86_400_000,
    onBlocked: 'refuse',
    finishBy: null,
    defaults: { region: SCOPE.region, profile: SCOPE.profile },
    targets: scenario.fleet.map(targetOf),
    guards: { targets: null, shrink: 'deny', cost: null },
    waves: [
      ...scenario.waves.map((take, n) => ({
        name: `wave ${n + 1}`,
        take: { kind: 'count', count: take } as const,
        ...(scenario.soak === 0 ? {} : { soak: scenario.soak }),
        ...(scenario.gate ? { gate: GATE } : {}),
      })),
      { name: 'rest', take: { kind: 'rest' } as const, ...(scenario.gate ? { gate: GATE } : {}) },
    ].map((wave) => (needsApproval(scenario, wave.name) ? { ...wave, approval: 'required' as const } : wave)),
    ...windowsOf(scenario),
    execution: {
      inFlight: scenario.inFlight,
      requestsPerSecond: scenario.requestsPerSecond,
      switch: scenario.switch,
      patience: scenario.patience,
      haltWhen: { failed: count(scenario.haltAfter.failed), unknown: count(scenario.haltAfter.unknown) },
      slowStart: scenario.slowStart,
    },
    ...(scenario.spread ? { spread: { by: 'tags.app', maxInFlight: scenario.spread.maxInFlight } } : {}),
  };
}

function windowsOf({ windows }: Scenario): Pick<Plan, 'windows'> {
  if (windows === null) return {};
  const { from, to, lastStart, freeze, atClose } = windows;
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    windows: {
      timezone: 'UTC',
      allow: Array.from(
        { length: 24 },
        (_, hour) => `daily ${two(hour)}:${two(from)}-${two(hour)}:${two(to)}`,
      ),
      freeze: freeze ? [`${toSecond(freeze.from)}..${toSecond(freeze.to)}`] : [],
      calendars: [],
      lastStart: lastStart * 60_000,
      atClose,
    },
  };
}

/** A moment as a plan has it, without milliseconds. */
function toSecond(ms: number): string {
  return iso(ms).replace('.000Z', 'Z');
}

function targetOf({ id, changes, multiZone }: RequestedInstance, index: number): PlanTarget {
  const requested: Partial<Record<keyof typeof TARGET_SIZE, RequestedSize>> = {};
  for (const dimension of changes) requested[dimension] = { kind: 'absolute', value: TARGET_SIZE[dimension] };
  return {
    location: { file: 'simulation.yaml', line: index + 1, column: 1 },
    region: null,
    profile: null,
    match: { kind: 'instance', instance: id },
    requested,
    zones: multiZone && changes.includes('replicas') ? [OTHER_ZONE] : null,
  };
}
