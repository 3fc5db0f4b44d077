/** Reduces a failing scenario as long as its run breaks the same law. */
import type { ProcessScript, Scenario } from './scenario.ts';
import { type Result, type Sabotage, simulate } from './simulate.ts';
import type { Law } from './watcher.ts';

export interface Shrunk<S> {
  readonly scenario: S;
  /** Number of tested scenarios. */
  readonly tries: number;
}

/** Number of seeds for each candidate, because a smaller scenario uses other random numbers. */
const SEEDS_EACH = 3;

/**
 * Reduces a scenario.
 * @param law the law that its run breaks
 * @param max maximum number of tested scenarios
 */
export function shrink(
  scenario: Scenario,
  law: Law,
  { sabotage = null, max }: { sabotage?: Sabotage | null; max?: number } = {},
): Promise<Shrunk<Scenario>> {
  return shrinkBy(scenario, law, {
    candidates,
    simulated: (one) => simulate(one, { sabotage }),
    ...(max === undefined ? {} : { max }),
  });
}

/** Reduces a scenario of any kind. @param candidates all scenarios that are one step simpler, the largest steps first */
export async function shrinkBy<S extends { readonly seed: number }>(
  scenario: S,
  law: Law,
  {
    candidates,
    simulated,
    max = 600,
  }: {
    readonly candidates: (scenario: S) => Iterable<S>;
    readonly simulated: (scenario: S) => Promise<Pick<Result, 'violations'>>;
    readonly max?: number;
  },
): Promise<Shrunk<S>> {
  let smallest = scenario;
  let tries = 0;
  const breaks = async (one: S): Promise<boolean> => {
    tries += 1;
    const result = await simulated(one).catch(() => null);
    return result?.violations.some((violation) => violation.law === law) ?? false;
  };
  for (let smaller = true; smaller && tries < max; ) {
    smaller = false;
    for (const candidate of candidates(smallest)) {
      if (tries >= max) break;
      for (let n = 0; n < SEEDS_EACH; n++) {
        const one = { ...candidate, seed: candidate.seed + n };
        if (!(await breaks(one))) continue;
        smallest = one;
        smaller = true;
        break;
      }
      if (smaller) break;
    }
  }
  return { scenario: smallest, tries };
}

/** All scenarios that are one step simpler, the largest steps first. */
function* candidates(scenario: Scenario): Generator<Scenario> {
  const { fleet, processes, faults, foreignChanges, network } = scenario;
  for (let part = fleet.length >> 1; part >= 1; part >>= 1)
    for (let from = 0; from < fleet.length && fleet.length > 1; from += part) {
      const kept = without(fleet, from, part);
      const ids = new Set(kept.map(({ id }) => id));
      if (kept.length > 0)
        yield {
          ...scenario,
          fleet: kept,
          foreignChanges: foreignChanges.filter(({ instance }) => ids.has(instance)),
        };
    }
  for (let n = processes.length - 1; n >= 0; n--) yield { ...scenario, processes: without(processes, n, 1) };
  if (faults.length > 1) yield { ...scenario, faults: [] };
  for (let n = 0; n < faults.length; n++) yield { ...scenario, faults: without(faults, n, 1) };
  for (let n = 0; n < foreignChanges.length; n++)
    yield { ...scenario, foreignChanges: without(foreignChanges, n, 1) };
  const { approvals = [], ...free } = scenario;
  if (approvals.length > 0) yield free;
  for (let n = 0; n < approvals.length; n++) {
    // Valid approvals stay: a wave without enough of them would never end.
    if (approvals[n]!.how !== 'good') yield { ...scenario, approvals: without(approvals, n, 1) };
  }
  const { losses = [], ...complete } = scenario;
  if (losses.length > 0) yield complete;
  for (let n = 0; n < losses.length && losses.length > 1; n++)
    yield { ...scenario, losses: without(losses, n, 1) };
  const { rests, ...withoutRests } = scenario;
  if (rests) yield withoutRests;
  const { notified, ...withoutNotified } = scenario;
  if (notified) yield withoutNotified;
  if (notified?.hook) yield { ...scenario, notified: { ...notified, hook: null } };
  for (let n = 0; n < (notified?.webhooks.length ?? 0); n++)
    yield { ...scenario, notified: { ...notified!, webhooks: without(notified!.webhooks, n, 1) } };
  if (scenario.otherClient) yield { ...scenario, otherClient: null };
  if (scenario.spread) yield { ...scenario, spread: null };
  if (scenario.slowStart) yield { ...scenario, slowStart: false };
  if (scenario.soak > 0) yield { ...scenario, soak: 0 };
  if (scenario.gate) yield { ...scenario, gate: false };
  if (scenario.waves.length > 0) yield { ...scenario, waves: [] };
  const { windows } = scenario;
  if (windows) yield { ...scenario, windows: null };
  if (windows?.freeze) yield { ...scenario, windows: { ...windows, freeze: null } };
  if (windows && windows.lastStart > 0) yield { ...scenario, windows: { ...windows, lastStart: 0 } };
  for (const name of [
    'delays',
    'requestLoss',
    'answerLoss',
    'repeatsAnswer',
    'connectFailures',
    'connects',
  ] as const)
    if (network[name] > 0) yield { ...scenario, network: { ...network, [name]: 0 } };
  if (network.sigma > 0) yield { ...scenario, network: { ...network, sigma: 0 } };
  for (const [n, script] of processes.entries())
    for (const simpler of simplerProcesses(script))
      yield { ...scenario, processes: processes.map((one, at) => (at === n ? simpler : one)) };
  for (const [n, instance] of fleet.entries()) {
    const put = (simpler: typeof instance) => ({
      ...scenario,
      fleet: fleet.map((one, at) => (at === n ? simpler : one)),
    });
    if (instance.fate !== null) yield put({ ...instance, fate: null });
    if (instance.multiZone) yield put({ ...instance, multiZone: false });
    if (instance.changes.length > 1) yield put({ ...instance, changes: instance.changes.slice(0, -1) });
  }
  if (scenario.haltAfter.failed < 1_000 || scenario.haltAfter.unknown < 1_000)
    yield { ...scenario, haltAfter: { failed: 1_000, unknown: 1_000 } };
  if (scenario.inFlight > 1) yield { ...scenario, inFlight: 1 };
  if (scenario.lockTail[1] > 0) yield { ...scenario, lockTail: [0, 0] };
  if (scenario.duration[1] > 12_000) yield { ...scenario, duration: [1_500, 12_000] };
}

function* simplerProcesses(script: ProcessScript): Generator<ProcessScript> {
  if (script.dies) yield { ...script, dies: null };
  for (let n = 0; n < script.freezes.length; n++) yield { ...script, freezes: without(script.freezes, n, 1) };
  for (let n = 0; n < script.jumps.length; n++) yield { ...script, jumps: without(script.jumps, n, 1) };
  for (let n = 0; n < script.commands.length; n++)
    yield { ...script, commands: without(script.commands, n, 1) };
  if (script.disk.fails) yield { ...script, disk: { ...script.disk, fails: null } };
  if (script.drainAfter !== null) yield { ...script, drainAfter: null };
  if (script.leaveAfter !== null) yield { ...script, leaveAfter: null };
  if (script.dies && script.dies.kept > 0) yield { ...script, dies: { ...script.dies, kept: 0 } };
}

export function without<T>(list: readonly T[], from: number, count: number): T[] {
  return [...list.slice(0, from), ...list.slice(from + count)];
}
