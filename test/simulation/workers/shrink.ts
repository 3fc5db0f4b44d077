/** Reduces a failing scenario of several workers. */
import { type Shrunk, shrinkBy, without } from '../shrink.ts';
import type { Law } from '../watcher.ts';
import type { HostScript, WorkersScenario } from './scenario.ts';
import { simulateWorkers, type WorkersSabotage } from './simulate.ts';

/** Reduces a scenario. @param law the law that it breaks */
export function shrinkWorkers(
  scenario: WorkersScenario,
  law: Law,
  { sabotage = null, max = 300 }: { sabotage?: WorkersSabotage | null; max?: number } = {},
): Promise<Shrunk<WorkersScenario>> {
  return shrinkBy(scenario, law, {
    candidates,
    simulated: (one) => simulateWorkers(one, { sabotage }),
    max,
  });
}

const CALM = { lost: 0, doubtful: 0, late: 0, lateUpTo: 500, slow: 0 };

/** All scenarios that are one step simpler, the largest steps first. */
function* candidates(scenario: WorkersScenario): Generator<WorkersScenario> {
  const { runs, hosts, store, world } = scenario;
  for (let n = runs.length - 1; n >= 0 && runs.length > 1; n--) {
    const redeliveries = store.redeliveries.filter(({ run }) => run < runs.length - 1);
    yield { ...scenario, runs: without(runs, n, 1), store: { ...store, redeliveries } };
  }
  for (let n = hosts.length - 1; n >= 0 && hosts.length > 1; n--)
    yield { ...scenario, hosts: without(hosts, n, 1) };
  for (const [n, run] of runs.entries()) {
    const put = (simpler: Partial<typeof run>) => ({
      ...scenario,
      runs: runs.map((one, at) => (at === n ? { ...one, ...simpler } : one)),
    });
    for (let part = run.fleet.length >> 1; part >= 1; part >>= 1)
      for (let from = 0; from < run.fleet.length && run.fleet.length > 1; from += part) {
        const fleet = without(run.fleet, from, part);
        if (fleet.length > 0) yield put({ fleet });
      }
    if (run.commands.length > 0) yield put({ commands: [] });
    if (run.waves.length > 0) yield put({ waves: [] });
    if (run.gate) yield put({ gate: false });
    if (run.soak > 0) yield put({ soak: 0 });
    if (run.windows !== null) yield put({ windows: null });
    if (run.spread !== null) yield put({ spread: null });
    if (run.slowStart) yield put({ slowStart: false });
    if (run.fleet.some(({ fate }) => fate !== null))
      yield put({ fleet: run.fleet.map((one) => ({ ...one, fate: null })) });
  }
  if (world.faults.length > 0) yield { ...scenario, world: { ...world, faults: [] } };
  if (world.otherClient) yield { ...scenario, world: { ...world, otherClient: null } };
  if (world.foreignChanges.length > 0) yield { ...scenario, world: { ...world, foreignChanges: [] } };
  for (const name of ['delays', 'requestLoss', 'answerLoss', 'repeatsAnswer', 'connects'] as const)
    if (world.network[name] > 0)
      yield { ...scenario, world: { ...world, network: { ...world.network, [name]: 0 } } };
  if (store.restore) yield { ...scenario, store: { ...store, restore: null } };
  for (let n = 0; n < store.outages.length; n++)
    yield { ...scenario, store: { ...store, outages: without(store.outages, n, 1) } };
  for (let n = 0; n < store.redeliveries.length; n++)
    yield { ...scenario, store: { ...store, redeliveries: without(store.redeliveries, n, 1) } };
  const { lost, doubtful, late, slow } = store.statements;
  if (lost + doubtful + late + slow > 0) yield { ...scenario, store: { ...store, statements: CALM } };
  for (const [n, host] of hosts.entries())
    for (const simpler of simplerHosts(host))
      yield { ...scenario, hosts: hosts.map((one, at) => (at === n ? simpler : one)) };
  if (scenario.planner !== 0) yield { ...scenario, planner: 0 };
}

function* simplerHosts(host: HostScript): Generator<HostScript> {
  const { clock, partitions, processes } = host;
  for (let n = processes.length - 1; n >= 0; n--) yield { ...host, processes: without(processes, n, 1) };
  for (let n = 0; n < partitions.length; n++) yield { ...host, partitions: without(partitions, n, 1) };
  if (clock.offset !== 0 || clock.drift !== 0) yield { ...host, clock: { offset: 0, drift: 0 } };
  for (const [n, script] of processes.entries()) {
    const put = (simpler: Partial<typeof script>) => ({
      ...host,
      processes: processes.map((one, at) => (at === n ? { ...one, ...simpler } : one)),
    });
    if (script.dies !== null) yield put({ dies: null });
    if (script.jumps.length > 0) yield put({ jumps: [] });
    if (script.drainAfter !== null) yield put({ drainAfter: null });
    if (script.leaveAfter !== null) yield put({ leaveAfter: null });
    for (let f = 0; f < script.freezes.length; f++) yield put({ freezes: without(script.freezes, f, 1) });
  }
}
