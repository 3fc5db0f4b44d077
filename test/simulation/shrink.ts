/** Makes a failing scenario smaller as long as the same law is broken, until what is left is a short story. */
import type { Life, Scenario } from './scenario.ts';
import { type Sabotage, simulate, type Told } from './simulate.ts';
import type { Law } from './watcher.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  /** Scenarios that were tried. */
  readonly tried: number;
}

/** Smaller scenarios throw other dice: each is tried with so many seeds. */
const SEEDS_EACH = 3;

/**
 * @param law the one that the scenario breaks.
 * @param most how many scenarios are tried at the most.
 */
export async function shrink(
  scenario: Scenario,
  law: Law,
  { sabotage = null, most = 600 }: { sabotage?: Sabotage | null; most?: number } = {},
): Promise<Shrunk> {
  let smallest = scenario;
  let tried = 0;
  const breaks = async (one: Scenario): Promise<boolean> => {
    tried += 1;
    const told: Told | null = await simulate(one, { sabotage }).catch(() => null);
    return told?.violations.some((violation) => violation.law === law) ?? false;
  };
  for (let smaller = true; smaller && tried < most; ) {
    smaller = false;
    for (const candidate of candidates(smallest)) {
      if (tried >= most) break;
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
  return { scenario: smallest, tried };
}

/** Everything that is one thing simpler, the greatest steps first. */
function* candidates(scenario: Scenario): Generator<Scenario> {
  const { fleet, lives, faults, foreign, road } = scenario;
  for (let part = fleet.length >> 1; part >= 1; part >>= 1)
    for (let from = 0; from < fleet.length && fleet.length > 1; from += part) {
      const kept = without(fleet, from, part);
      const ids = new Set(kept.map(({ id }) => id));
      if (kept.length > 0)
        yield { ...scenario, fleet: kept, foreign: foreign.filter(({ instance }) => ids.has(instance)) };
    }
  for (let n = lives.length - 1; n >= 0; n--) yield { ...scenario, lives: without(lives, n, 1) };
  if (faults.length > 1) yield { ...scenario, faults: [] };
  for (let n = 0; n < faults.length; n++) yield { ...scenario, faults: without(faults, n, 1) };
  for (let n = 0; n < foreign.length; n++) yield { ...scenario, foreign: without(foreign, n, 1) };
  const { approvals = [], ...free } = scenario;
  if (approvals.length > 0) yield free;
  for (let n = 0; n < approvals.length; n++) {
    // A wave whose wishes are all gone asks no more; one that never gets what it needs would never end.
    if (approvals[n]!.how !== 'good') yield { ...scenario, approvals: without(approvals, n, 1) };
  }
  const { telling, ...untold } = scenario;
  if (telling) yield untold;
  if (telling?.hook) yield { ...scenario, telling: { ...telling, hook: null } };
  for (let n = 0; n < (telling?.webhooks.length ?? 0); n++)
    yield { ...scenario, telling: { ...telling!, webhooks: without(telling!.webhooks, n, 1) } };
  if (scenario.stranger) yield { ...scenario, stranger: null };
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
    'heldUp',
    'losesRequest',
    'losesAnswer',
    'answersTwice',
    'connectFails',
    'connects',
  ] as const)
    if (road[name] > 0) yield { ...scenario, road: { ...road, [name]: 0 } };
  if (road.sigma > 0) yield { ...scenario, road: { ...road, sigma: 0 } };
  for (const [n, life] of lives.entries())
    for (const simpler of simplerLives(life))
      yield { ...scenario, lives: lives.map((one, at) => (at === n ? simpler : one)) };
  for (const [n, wish] of fleet.entries()) {
    const put = (simpler: typeof wish) => ({
      ...scenario,
      fleet: fleet.map((one, at) => (at === n ? simpler : one)),
    });
    if (wish.fate !== null) yield put({ ...wish, fate: null });
    if (wish.multiZone) yield put({ ...wish, multiZone: false });
    if (wish.changes.length > 1) yield put({ ...wish, changes: wish.changes.slice(0, -1) });
  }
  if (scenario.haltAfter.failed < 1_000 || scenario.haltAfter.unknown < 1_000)
    yield { ...scenario, haltAfter: { failed: 1_000, unknown: 1_000 } };
  if (scenario.inFlight > 1) yield { ...scenario, inFlight: 1 };
  if (scenario.lockTail[1] > 0) yield { ...scenario, lockTail: [0, 0] };
  if (scenario.duration[1] > 12_000) yield { ...scenario, duration: [1_500, 12_000] };
}

function* simplerLives(life: Life): Generator<Life> {
  if (life.dies) yield { ...life, dies: null };
  for (let n = 0; n < life.freezes.length; n++) yield { ...life, freezes: without(life.freezes, n, 1) };
  for (let n = 0; n < life.jumps.length; n++) yield { ...life, jumps: without(life.jumps, n, 1) };
  for (let n = 0; n < life.steering.length; n++) yield { ...life, steering: without(life.steering, n, 1) };
  if (life.disk.fails) yield { ...life, disk: { ...life.disk, fails: null } };
  if (life.drainAfter !== null) yield { ...life, drainAfter: null };
  if (life.leaveAfter !== null) yield { ...life, leaveAfter: null };
  if (life.dies && life.dies.leaves > 0) yield { ...life, dies: { ...life.dies, leaves: 0 } };
}

function without<T>(list: readonly T[], from: number, count: number): T[] {
  return [...list.slice(0, from), ...list.slice(from + count)];
}
