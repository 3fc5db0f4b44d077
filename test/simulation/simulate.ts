/**
 * Carries one scenario out: the planner's plan, then process after process, each the real executor over the real client
 * and the real journal writer, against the simulated provider in virtual time, until nothing is left to do.
 */
import { type Clock, iso, VirtualClock } from '../../src/clock.ts';
import { cloudOver } from '../../src/cloud/client.ts';
import type { Cloud, CloudReader } from '../../src/cloud/cloud.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import type { Transport } from '../../src/cloud/network/transport.ts';
import { readInventory } from '../../src/cloud/read-inventory.ts';
import { RefitError } from '../../src/errors.ts';
import { type ChainEnd, decode, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { createReplay, isFinished } from '../../src/journal/replay.ts';
import {
  type Catalogue,
  type Gate,
  INVENTORY_FORMAT,
  type Inventory,
  type JournalEntry,
  type Plan,
  type PlanTarget,
  type RequestedSize,
  type SavedPlan,
  type StepState,
} from '../../src/model.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { type Demanded, judged } from '../../src/run/demand-approvals.ts';
import { unresolvedSteps } from '../../src/run/engine/reconcile-steps.ts';
import type { GatePorts } from '../../src/run/engine/run.ts';
import type { Listener } from '../../src/run/notify/notifier.ts';
import { createProcess } from '../../src/run/process.ts';
import { providerOver } from '../../src/run/rehearse/rehearse-run.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import type { JournalWriter } from '../../src/store/journal-writer.ts';
import { words } from '../messages/words.ts';
import { APPROVALS, asks, offeredAt } from './approvals.ts';
import { openDisk } from './disk.ts';
import { type Machine, startMachine } from './machine.ts';
import { OTHER_ZONE, openProvider, type Provider } from './provider.ts';
import { appOf, type InstanceWish, type Life, mayBegin, PLANNING, type Scenario } from './scenario.ts';
import { courseOf, isComparable, listenersOf } from './telling.ts';
import { type Befallen, LAWS, openWatcher, type Violation, type Watcher } from './watcher.ts';

/** What is taken out of Refit on purpose, to see that the search notices. */
export const SABOTAGES = {
  'no-fsync': 'entries are called durable before they are',
  'retry-below': 'an order without an answer is sent again below the executor',
  'no-patience': 'silence counts at once as "not landed"',
  'no-freshness': 'the guard in the tick of the send is not asked',
  'no-judging': 'whatever lies beside the saved plan counts as an approval',
  'no-rollout': 'groups are not held apart, waves start with all places, and nothing soaks',
  'tell-first': 'a run waits until people have been told of it',
  'no-windows': 'the windows of the plan are not asked',
  'resume-blindly': 'a process that takes a run up believes that what was not answered was not sent',
} as const;

export type Sabotage = keyof typeof SABOTAGES;

export interface Told {
  readonly violations: readonly Violation[];
  readonly befallen: Befallen;
  readonly steps: number;
  readonly lives: number;
  readonly arrivals: Provider['arrivals'];
  /** Milliseconds of virtual time. */
  readonly took: number;
}

/** A process that is not disturbed any more; an operator who comes back later. */
const UNDISTURBED: Life = {
  after: 60_000,
  dies: null,
  freezes: [],
  jumps: [],
  disk: { median: 3, fails: null },
  drainAfter: null,
  leaveAfter: null,
  steering: [],
  reconciles: false,
};

/**
 * Undisturbed processes within which a run must end: each step that came to nothing may have halted one, and where there
 * are windows, each may see the close of one.
 */
function mostUndisturbed({ windows }: Scenario, steps: ReadonlyMap<string, StepState>): number {
  const halting = [...steps.values()].filter(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  return 12 + halting.length + (windows ? 3 * steps.size : 0);
}

/** Milliseconds until a step may begin. */
function untilOpen({ windows }: Scenario, now: number): number {
  if (windows === null) return 0;
  let at = now;
  while (!mayBegin(windows, at)) at += 10_000;
  return at - now;
}

const SCOPE = { region: 'ap-guangzhou', profile: 'default' };

interface Options {
  readonly sabotage?: Sabotage | null;
  readonly tell?: ((line: string) => void) | null;
  /** Gets the journal of the run. */
  readonly onEntries?: (entries: readonly JournalEntry[]) => void;
}

/** Where people are told of the run, the same run without them is held against it. */
/** Nothing of a simulation waits on real input or output: the queue of promises is empty when this one's turn comes. */
const allPromises = () => new Promise<void>((resolve) => process.nextTick(resolve));

export async function simulate(scenario: Scenario, options: Options = {}): Promise<Told> {
  const { sabotage = null } = options;
  const { entries, ...told } = await simulateOnce(scenario, options);
  options.onEntries?.(entries);
  const { telling, ...untold } = scenario;
  const isHeld = sabotage === null || sabotage === 'tell-first';
  if (telling === undefined || !isHeld || !isComparable(scenario)) return told;
  const alone = await simulateOnce(untold, { sabotage });
  const what = otherCourse(
    [...courseOf(entries), `${told.lives} processes`, `${told.took} ms`],
    [...courseOf(alone.entries), `${alone.lives} processes`, `${alone.took} ms`],
  );
  if (what === null) return told;
  options.tell?.(`VIOLATED: ${LAWS.beside}: ${what}`);
  return { ...told, violations: [...told.violations, { law: 'beside', what }] };
}

/** The first thing that is not the same; null where all is. */
function otherCourse(told: readonly string[], alone: readonly string[]): string | null {
  const length = Math.max(told.length, alone.length);
  const at = Array.from({ length }).findIndex((_, n) => told[n] !== alone[n]);
  return at < 0 ? null : `number ${at + 1} is ${told[at]}, and where nobody is told ${alone[at]}`;
}

async function simulateOnce(
  scenario: Scenario,
  { sabotage = null, tell = null }: Options,
): Promise<Told & { readonly entries: readonly JournalEntry[] }> {
  const time = new VirtualClock(undefined, allPromises);
  const chance = seededRandom(scenario.seed ^ 0x0d1ce);
  const watcher = openWatcher(scenario, time, tell);
  const provider = openProvider(scenario, time, chance, watcher);
  const catalogue = await soldCatalogue(scenario);
  const saved = await time.run(() => planFor(scenario, catalogue, provider, time));
  watcher.open(saved, provider.world);
  await time.run(() => time.sleep(PLANNING - time.monotonic()));
  const began = time.monotonic();
  const { lives, entries } = await time.run(
    () => live(scenario, saved, { time, provider, watcher, chance, sabotage }),
    1e12,
  );
  return {
    violations: watcher.violations,
    befallen: watcher.befallen,
    steps: saved.steps.length,
    lives,
    arrivals: provider.arrivals,
    took: time.monotonic() - began,
    entries,
  };
}

interface Setting {
  readonly time: VirtualClock;
  readonly provider: Provider;
  readonly watcher: Watcher;
  readonly chance: ReturnType<typeof seededRandom>;
  readonly sabotage: Sabotage | null;
}

/** The whole history of a run. @returns how many processes it took, and its journal. */
async function live(
  scenario: Scenario,
  saved: SavedPlan,
  setting: Setting,
): Promise<{ readonly lives: number; readonly entries: readonly JournalEntry[] }> {
  const { time, provider, watcher, chance, sabotage } = setting;
  const disk = openDisk(chance, watcher, sabotage === 'no-fsync');
  const entries: JournalEntry[] = [];
  const replay = createReplay(saved);
  let end: ChainEnd = EMPTY_CHAIN;
  let read = 0;
  provider.begin();
  let lives = 0;
  let undisturbed = 0;
  for (;;) {
    const life = scenario.lives[lives] ?? UNDISTURBED;
    if (lives >= scenario.lives.length) undisturbed += 1;
    lives += 1;
    await time.sleep(life.after);
    // The operator who comes back looks at the windows first.
    if (life === UNDISTURBED) await time.sleep(untilOpen(scenario, time.now()));
    const machine = startMachine(time, life, watcher, () => disk.crash(life.dies!.leaves));
    const outcome = await carryOut(saved, life, machine, { ...setting, scenario, disk, entries, end });
    machine.stop();
    disk.settle();
    // What earlier processes left was read and checked when they ended.
    const decoded = decode(disk.text.slice(read), end);
    if (decoded.fault) {
      watcher.violated('journal', `line ${decoded.fault.line}: ${decoded.fault.message}`);
      break;
    }
    for (const entry of decoded.entries) {
      entries.push(entry);
      replay.add(entry);
    }
    end = decoded.end;
    read = disk.text.lastIndexOf('\n') + 1;
    watcher.left(entries);
    const report = buildReport(saved, entries);
    watcher.life(decoded.entries, replay, report);
    const state = replay.state();
    const onlyStuck = state.haltingRefusals.size === 0 && isOver(scenario, state.steps.values());
    if (outcome === 'ended' && (isFinished(state) || onlyStuck)) {
      watcher.end(replay, report);
      break;
    }
    if (undisturbed >= mostUndisturbed(scenario, state.steps)) {
      const open = [...state.steps.values()].filter(
        ({ outcome }) => outcome === 'not-run' || outcome === 'unknown',
      );
      watcher.violated(
        'ends',
        `after ${lives} processes ${open.length} steps are open, as ${open[0]?.step}: ${open[0]?.message}`,
      );
      break;
    }
  }
  provider.end();
  return { lives, entries };
}

/** What is left is what never ends and has begun, and what needs it or is held apart from it. */
function isOver(
  scenario: Scenario,
  steps: Iterable<{ readonly step: string; readonly outcome: string }>,
): boolean {
  const open = [...steps].filter(({ outcome }) => outcome === 'not-run' || outcome === 'unknown');
  const instanceOf = ({ step }: { readonly step: string }) => step.slice(0, step.indexOf('/'));
  const stuck = new Set(scenario.fleet.filter(({ fate }) => fate === 'stuck').map(({ id }) => id));
  const endless = new Set(open.filter(({ outcome }) => outcome === 'unknown').map(instanceOf));
  if ([...endless].some((instance) => !stuck.has(instance))) return false;
  // Somebody else's order that never ends is waited for in each window, and each is too short to give it up.
  if (scenario.windows !== null)
    for (const { instance, how } of scenario.foreign)
      if (how === 'order' && stuck.has(instance)) endless.add(instance);
  const held = new Set([...endless].map((id) => appOf(scenario, id)).filter((app) => app !== null));
  return open.every((step) => {
    const app = appOf(scenario, instanceOf(step));
    return endless.has(instanceOf(step)) || (app !== null && held.has(app));
  });
}

/** One process from its start to its end: as in a run directory, without files and locks. */
async function carryOut(
  saved: SavedPlan,
  life: Life,
  machine: Machine,
  setting: Setting & {
    readonly scenario: Scenario;
    readonly disk: ReturnType<typeof openDisk>;
    readonly entries: readonly JournalEntry[];
    readonly end: ChainEnd;
  },
): Promise<'ended' | 'left' | 'died' | 'failed'> {
  const { provider, watcher, chance, disk, end, sabotage, time } = setting;
  const { clock } = machine;
  const torn = disk.text.length - (disk.text.lastIndexOf('\n') + 1);
  let beingTold = 0;
  const counted = (listener: Listener): Listener => ({
    ...listener,
    tell(facts, signal) {
      beingTold += 1;
      return listener.tell(facts, signal).finally(() => {
        beingTold -= 1;
      });
    },
  });
  const untilTold = async (): Promise<void> => {
    while (beingTold > 0) await clock.sleep(100);
  };
  const signals = { drain: new AbortController(), leave: new AbortController() };
  const provided = providerOver(provider.callerFor(machine), {
    clock,
    chance: chance.next,
    rate: saved.execution.requestsPerSecond,
  });
  const cloud = provided.cloudFor('default');
  const runProcess = createProcess({
    saved: sabotagedPlan(saved, sabotage),
    past: { entries: setting.entries, end, tornBytes: torn },
    store: disk.openFor(machine, life),
    clock,
    ...provided,
    drain: signals.drain.signal,
    leave: signals.leave.signal,
    by: { user: 'dba', host: 'here', pid: 1 },
    endpoint: cloud.endpoint,
    version: '0.0.0',
    onEntry: (entry) => watcher.entry(entry),
    notified: {
      clock: time,
      listeners: setting.scenario.telling
        ? listenersOf(setting.scenario.telling, time, machine).map(counted)
        : [],
      log: async (_, text) =>
        watcher.count(text.includes(': NOT TOLD: ') ? 'could not tell' : 'told somebody'),
    },
    watchJournal: (journal) => observed(journal, watcher, sabotage === 'tell-first' ? untilTold : null),
  });
  const { journal, control } = runProcess;
  watcher.bound(saved.execution.inFlight);
  const later = (ms: number | null, kind: string, act: () => void): void => {
    if (ms === null) return;
    void time.sleep(ms).then(() => {
      if (!machine.alive) return;
      watcher.befell(kind, '');
      act();
    });
  };
  later(life.drainAfter, 'signal: drain', () => signals.drain.abort(130));
  later(life.leaveAfter, 'signal: leave', () => signals.leave.abort(143));

  const reconcile = async (): Promise<'ended' | 'left'> => {
    watcher.count('reconciled');
    await runProcess.start('reconcile');
    return (await runProcess.reconcile(() => cloud)) === null ? 'left' : 'ended';
  };
  const work = async (): Promise<'ended' | 'left'> => {
    await runProcess.start();
    if (!runProcess.isResumed) await journal.record({ kind: 'approved', how: 'auto-approve', by: 'dba' });
    for (const [after, command] of life.steering)
      later(after, 'told something through its socket', () => {
        void control.command(command, { user: 'dba', host: 'here', pid: 2 }).then(
          ({ accepted, what }) => {
            watcher.befell(`${accepted ? 'accepted' : 'refused'}: ${command.kind}`, what);
            if (accepted && command.kind === 'set' && command.setting === 'inFlight')
              watcher.bound(command.value);
          },
          () => undefined,
        );
      });
    if (sabotage === 'resume-blindly') await believeUnsent(saved, journal);
    const end = await runProcess.carryOut({
      cloudFor: () => (sabotage === null ? cloud : sabotaged(cloud, sabotage)),
      approvalOf: async (wave) => {
        await clock.sleep(2);
        const offered = offeredAt(setting.scenario, saved, time.monotonic());
        const { now } = clock;
        const demanded = judged(saved, wave, offered, { now: now(), file: 'saved.json' });
        watcher.befell(`a wave that asks: ${'deed' in demanded ? 'approved' : 'refused'}`, '');
        return sabotage === 'no-judging' && offered.length > 0 ? believed(wave) : demanded;
      },
      gates: moodyGate(clock, chance),
    });
    return end === null ? 'left' : 'ended';
  };
  try {
    // Nothing is unknown of a run that has not begun, or that nothing is left open of: the command says so and writes nothing.
    const reconciles = life.reconciles && unresolvedSteps(saved, journal.replay.state().steps).length > 0;
    return await Promise.race([reconciles ? reconcile() : work(), machine.death.then(() => 'died' as const)]);
  } catch (error) {
    if (error instanceof RefitError) return 'failed';
    watcher.violated('faultless', error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 'failed';
  } finally {
    // The next process does not wait for what is still being told; in a directory it would, for some seconds.
    void runProcess.closeNotifier(0);
  }
}

/** Tells the watcher of deeds as they are begun, before they are durable. @param after sabotage: awaited after each. */
function observed(
  journal: JournalWriter,
  watcher: Watcher,
  after: (() => Promise<void>) | null = null,
): JournalWriter {
  return {
    get replay() {
      return journal.replay;
    },
    get failed() {
      return journal.failed;
    },
    get latency() {
      return journal.latency;
    },
    lost: journal.lost,
    tell(deed) {
      journal.tell(deed);
    },
    note(deed) {
      journal.note(deed);
    },
    record(deed) {
      watcher.told(deed);
      const recording = journal.record(deed);
      return after === null ? recording : recording.then((entry) => after().then(() => entry));
    },
  };
}

function believed(wave: number): Demanded {
  const judgedAt = iso(0);
  return { deed: { kind: 'approved', how: 'signatures', by: 'anybody', wave, judgedAt, signed: [] } };
}

function withoutRollout({ spread: _, ...saved }: SavedPlan): SavedPlan {
  return {
    ...saved,
    waves: saved.waves.map(({ soak: _, slowStart: __, ...wave }) => wave),
    execution: { ...saved.execution, slowStart: false },
  };
}

async function believeUnsent({ steps }: SavedPlan, journal: JournalWriter): Promise<void> {
  for (const { id } of steps) {
    const { phase, attempts } = journal.replay.step(id);
    if (phase !== 'ordering' && phase !== 'unanswered') continue;
    await journal.record({
      kind: 'resolved',
      step: id,
      attempt: attempts,
      executed: false,
      order: null,
      evidence: words('believed'),
    });
  }
}

function sabotagedPlan(saved: SavedPlan, sabotage: Sabotage | null): SavedPlan {
  const { windows: _, ...without } = saved;
  if (sabotage === 'no-windows') return without;
  if (sabotage === 'no-rollout') return withoutRollout(saved);
  return sabotage === 'no-patience' ? { ...saved, execution: { ...saved.execution, patience: 0 } } : saved;
}

function sabotaged(cloud: Cloud, sabotage: Sabotage): Cloud {
  return {
    ...cloud,
    async order(request, goAhead) {
      if (sabotage === 'no-freshness')
        return cloud.order(request, () => {
          goAhead();
          return true;
        });
      const answer = await cloud.order(request, goAhead);
      if (sabotage !== 'retry-below' || answer.kind !== 'no-answer') return answer;
      return cloud.order(request, () => true);
    },
  };
}

/** A process to which nothing happens: it makes the plan. */
function calmMachine(clock: Clock): Machine {
  return {
    clock,
    alive: true,
    death: new Promise(() => {}),
    moment() {},
    gate: async () => {},
    stop() {},
  };
}

function calmReader(provider: Provider, clock: Clock): CloudReader {
  return cloudOver(provider.callerFor(calmMachine(clock), true), {
    clock,
    permits: createPermits(clock, 18),
    jitter: () => 0.5,
    endpoint: null,
    transport: NO_BYTES,
  });
}

const NO_BYTES: Transport = {
  send: () => Promise.reject(new Error('no bytes are sent here')),
  close: async () => {},
};

/** What is sold is the same in every world: read once, in a world of its own, so that no seed depends on it. */
let sold: Catalogue | null = null;

async function soldCatalogue(scenario: Scenario): Promise<Catalogue> {
  if (sold !== null) return sold;
  const time = new VirtualClock(undefined, allPromises);
  const watcher = openWatcher(scenario, time, null);
  const provider = openProvider({ ...scenario, faults: [] }, time, seededRandom(1), watcher);
  const { inventory } = await time.run(() => readInventory(calmReader(provider, time), [SCOPE], time));
  sold = inventory.catalogue;
  return sold;
}

async function planFor(
  scenario: Scenario,
  catalogue: Catalogue,
  provider: Provider,
  clock: Clock,
): Promise<SavedPlan> {
  const instances = await calmReader(provider, clock).describeInstances(SCOPE);
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
  const draft = draftPlan(planOf(scenario), inventory, clock.now());
  const finish = { quotes: null, now: clock.now(), saveAs: null };
  const approvals = scenario.approvals ? { approvals: APPROVALS } : {};
  const { verdict, plan, findings } = finishPlan(draft, { ...finish, ...approvals });
  if (verdict !== 'ready') throw new Error(`the plan was refused: ${JSON.stringify(findings, null, 1)}`);
  return plan;
}

const WANTED = { memoryPerShard: 12_288, shards: 5, replicas: 2 } as const;

const GATE: Gate = { command: ['check'], timeout: 60_000, onInconclusive: 'pause', shadow: false };

/** A command that takes a while, fails now and then, and now and then cannot tell. */
function moodyGate(clock: Clock, chance: Setting['chance']): GatePorts {
  return {
    async runCommand() {
      await clock.sleep(chance.whole(0, 20_000));
      const mood = chance.next();
      return { kind: 'ended', exitCode: mood < 0.15 ? 1 : mood < 0.3 ? 75 : 0, lastLine: '' };
    },
  };
}

function planOf(scenario: Scenario): Plan {
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
    ].map((wave) => (asks(scenario, wave.name) ? { ...wave, approval: 'required' as const } : wave)),
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
      freeze: freeze ? [`${iso(freeze.from)}..${iso(freeze.to)}`] : [],
      calendars: [],
      lastStart: lastStart * 60_000,
      atClose,
    },
  };
}

function targetOf({ id, changes, multiZone }: InstanceWish, index: number): PlanTarget {
  const wishes: Partial<Record<keyof typeof WANTED, RequestedSize>> = {};
  for (const dimension of changes) wishes[dimension] = { kind: 'absolute', value: WANTED[dimension] };
  return {
    location: { file: 'simulation.yaml', line: index + 1, column: 1 },
    region: null,
    profile: null,
    match: { kind: 'instance', instance: id },
    wishes,
    zones: multiZone && changes.includes('replicas') ? [OTHER_ZONE] : null,
  };
}
