/**
 * Simulates several workers on one store in virtual time: they take runs, lose them to each other, and finish them.
 * Planner, `applyPlan`, engine, client and journal writer are the real ones. The store, the network and the hosts are
 * simulated. The laws are those of one process after the other, judged over all processes of a run.
 */
import { type Clock, VirtualClock } from '../../../src/clock.ts';
import { decode } from '../../../src/journal/chain.ts';
import { createReplay, isFinished, replay as replayJournal } from '../../../src/journal/replay.ts';
import type { ControlCommand, JournalEntry, JournalEvent, RunState, SavedPlan } from '../../../src/model.ts';
import { buildReport } from '../../../src/report/run/build-report.ts';
import { encodeControlRequest } from '../../../src/run/control/control-request.ts';
import { seededRandom } from '../../../src/simulator/world/random.ts';
import type { ClaimedRun } from '../../../src/store/ports.ts';
import { createMachine, type Machine } from '../machine.ts';
import { allPromises, createPlan, readCatalogue, readInstances } from '../plan.ts';
import { createProvider, type ProviderWatcher, SKEW_TOLERATED } from '../provider.ts';
import { PLANNING, type Scenario } from '../scenario.ts';
import { isOver, sabotageCloud, untilOpen } from '../simulate.ts';
import { createWatcher, type EventCounts, type Violation, type Watcher } from '../watcher.ts';
import { createLink } from './database.ts';
import {
  type HostScript,
  type StoreScript,
  scenarioOf,
  toProcessScript,
  type WorkerScript,
  type WorkersScenario,
  worldOf,
} from './scenario.ts';
import { createLocalPermits, createProcessPermits, createStoreSlots } from './slots.ts';
import { createStore, type RunRow, type StoreWatcher } from './store.ts';
import { runWorker } from './worker.ts';

/** Safeguards that a test can disable on purpose, to prove that the search notices. */
export const WORKERS_SABOTAGES = {
  'no-epoch': 'an append does not demand the newest epoch',
  'no-head': 'an append does not demand the head of the journal',
  'no-freshness': 'the guard directly before the send is skipped',
  'local-slots': 'each process takes request slots from its own clock',
  'restored-unnoticed': 'a restored store counts as the same store',
} as const;

export type WorkersSabotage = keyof typeof WORKERS_SABOTAGES;

export interface WorkersResult {
  readonly violations: readonly Violation[];
  readonly events: EventCounts;
  readonly runs: number;
  readonly steps: number;
  readonly processes: number;
  /** Claims of all runs. */
  readonly claims: number;
  /** Milliseconds of virtual time. */
  readonly duration: number;
}

interface Options {
  readonly sabotage?: WorkersSabotage | null;
  readonly trace?: ((line: string) => void) | null;
}

/** A process without disturbances. */
const UNDISTURBED: WorkerScript = {
  after: 1_000,
  dies: null,
  freezes: [],
  jumps: [],
  drainAfter: null,
  leaveAfter: null,
};

/** Requests of one action in any second. */
const LIMIT = 20;
/** An operator looks after a run that has ended too early or is paused, milliseconds. */
const OPERATOR_AFTER = 60_000;
/** Somebody submits the plan of a run again that a restored store lacks, milliseconds. */
const SUBMIT_AGAIN_AFTER = 30_000;
/** All runs end within this time and number of claims, or never. Milliseconds. */
const LONGEST = 72 * 3_600_000;
const MOST_CLAIMS = 1_000;
/** A worker that always fails would go on forever. */
const MOST_VIOLATIONS = 20;

/** Simulates a scenario. */
export async function simulateWorkers(
  scenario: WorkersScenario,
  { sabotage = null, trace = null }: Options = {},
): Promise<WorkersResult> {
  const time = new VirtualClock(undefined, allPromises);
  const chance = seededRandom(scenario.seed ^ 0x0d1ce);
  const world = worldOf(scenario);
  const common = createWatcher(world, time, trace);
  const runs = scenario.runs.map((planned, number) => {
    const own = scenarioOf(scenario, planned);
    const prefix = `[run ${number}]`;
    const watcher = createWatcher(own, time, trace && ((line) => trace(`${line} ${prefix}`)), true);
    return createWatchedRun(own, watcher, time);
  });
  const runOf = new Map(runs.flatMap((run) => run.scenario.fleet.map(({ id }) => [id, run] as const)));
  const sends = createSendCounter(time, common);
  /** Owners that know that they lost their run. */
  const lost = new Set<number>();
  const providerWatcher: ProviderWatcher = {
    recordEvent: common.recordEvent,
    count: common.count,
    called: sends,
    sent(instance, clock, by) {
      const run = runOf.get(instance)!;
      if (lost.has(by)) run.watcher.reportViolation('fenced', `owner ${by} sent an order for ${instance}`);
      run.hasOrdered = true;
      run.watcher.sent(instance, clock, by);
    },
    arrived: (fields, served, deal) => runOf.get(fields.InstanceId)!.watcher.arrived(fields, served, deal),
    foreign: (instance, detail) => runOf.get(instance)!.watcher.foreign(instance, detail),
  };
  const provider = createProvider(world, time, chance, providerWatcher);
  const catalogue = await readCatalogue(world);
  const instances = await time.run(() => readInstances(provider, time));
  for (const run of runs) {
    const planner: Clock = {
      now: () => time.now() + scenario.planner,
      monotonic: () => time.monotonic(),
      sleep: (ms, signal) => time.sleep(ms, signal),
    };
    run.saved = createPlan(run.scenario, catalogue, instances, planner);
    run.watcher.setPlan(run.saved, provider.world);
  }
  await time.run(() => time.sleep(PLANNING - time.monotonic()));
  const startedAt = time.monotonic();

  const storeWatcher: StoreWatcher = {
    claimed: (row) => runs[row.number]!.claimed(row),
    appended: (row, fresh, epoch) => runs[row.number]!.appended(row, fresh, epoch),
    registered: (row) => runs[row.number]!.registered(row),
    restored(rows) {
      for (const [number, run] of runs.entries()) run.restored(rows.get(number) ?? null);
    },
  };
  const store = createStore(time, storeWatcher, {
    ignoresEpoch: sabotage === 'no-epoch',
    ignoresHead: sabotage === 'no-head',
    hidesRestore: sabotage === 'restored-unnoticed',
  });
  const slots = createStoreSlots(time);
  const ended = new AbortController();
  const isRunning = () => !ended.signal.aborted;
  const at = (ms: number, act: () => void): void => {
    void time.sleep(startedAt + ms - time.monotonic(), ended.signal).then(() => {
      if (isRunning()) act();
    });
  };
  const runBy = (id: string) => runs[Number(id.slice('run-'.length))]!;
  let processes = 0;
  let owners = 0;
  const machines = new Map<number, Machine>();

  const runProcess = async (host: HostScript, name: string, script: WorkerScript): Promise<void> => {
    processes += 1;
    const machine = createMachine(time, toProcessScript(script), common, () => undefined, host.clock);
    ended.signal.addEventListener('abort', () => machine.stop(), { once: true });
    common.recordEvent('worker started', `process ${processes} on ${name}`);
    const link = createLink({
      ...{ time, store, host, machine, chance, startedAt },
      script: scenario.store,
      watcher: common,
      calmAt: scenario.calmAt,
    });
    const permits =
      sabotage === 'local-slots'
        ? createLocalPermits(machine)
        : createProcessPermits(slots, link, machine, chance);
    await runWorker({
      ...{ time, machine, store, link, chance, script },
      host: name,
      name: `${name}, process ${processes}`,
      nextOwner() {
        owners += 1;
        machines.set(owners, machine);
        return owners;
      },
      lives: (owner) => machines.get(owner)?.alive === true,
      concurrency: host.concurrency,
      restAfter: scenario.restAfter,
      watcher: common,
      permitsOf: (id) => permits(runBy(id).scenario.requestsPerSecond),
      clientFor: (owner) => provider.clientFor(machine, false, owner),
      wrapCloud: (cloud) => (sabotage === 'no-freshness' ? sabotageCloud(cloud, 'no-freshness') : cloud),
      planOf: (id) => runBy(id).saved!,
      takeAttended(id) {
        const { isAttended } = runBy(id);
        runBy(id).isAttended = false;
        return isAttended;
      },
      laws: {
        opened: (owner, id, claim) => runBy(id).opened(owner, claim),
        appending: (owner, id, event) => runBy(id).appending(owner, event),
        lost(owner, id) {
          runBy(id).watcher.recordEvent('lost', `owner ${owner}`);
          lost.add(owner);
        },
      },
    });
  };
  const runHost = async (host: HostScript, name: string): Promise<void> => {
    for (let n = 0; isRunning(); n++) {
      const script = host.processes[n] ?? UNDISTURBED;
      await time.sleep(script.after);
      await runProcess(host, name, script);
    }
  };

  /** An operator sends a control command, and tries again until somebody answers. */
  const order = async (number: number, command: ControlCommand): Promise<void> => {
    const run = runs[number]!;
    const line = encodeControlRequest({
      kind: 'command',
      command,
      by: { user: 'dba', host: 'here', pid: 1 },
    });
    while (isRunning() && !run.isOver) {
      const asked = store.isUp ? store.ask(`run-${number}`, line) : null;
      await time.sleep(20_000);
      if (asked === null || asked.answer === null) continue;
      const { accepted } = JSON.parse(asked.answer) as { accepted: boolean };
      run.watcher.recordEvent(`${accepted ? 'accepted' : 'refused'}: ${command.kind}`, '');
      return;
    }
  };

  const scheduleStore = ({ outages, restore, redeliveries }: StoreScript): void => {
    const start = (): void => {
      // A crash empties the table of the slots.
      slots.crash();
      store.start();
    };
    for (const { at: when, ms } of outages)
      at(when, () => {
        common.recordEvent('store: killed', `for ${ms} ms`);
        store.stop();
        at(when + ms, start);
      });
    if (restore !== null)
      at(restore.backupAt, () => {
        const backup = store.backup();
        at(restore.at, () => {
          common.recordEvent('store: killed', `and restored after ${restore.ms} ms`);
          store.stop();
          at(restore.at + restore.ms, () => {
            store.restore(backup);
            start();
          });
        });
      });
    for (const { at: when, run } of redeliveries)
      at(when, () => {
        if (!store.isUp || !store.jobs.redeliver(`run-${run}`)) return;
        common.recordEvent('redelivered', `run ${run}`);
        store.ring();
      });
  };

  /** The provider refuses every call from such a clock, and each run that its host takes halts. The fix says: set the clock. */
  const setClocks = (): void => {
    for (const machine of new Set(machines.values())) {
      if (!machine.alive || Math.abs(machine.clock.now() - time.now()) <= SKEW_TOLERATED) continue;
      machine.setClock();
      common.recordEvent('clock set', 'by a person');
    }
  };

  /** What people do about a run: they submit it again, continue it, or end its pause. */
  const lookAfter = (number: number): void => {
    const run = runs[number]!;
    const { submittedAfter } = scenario.runs[number]!;
    const row = store.run(number);
    const now = time.monotonic();
    if (row === null) {
      if (now - startedAt < submittedAfter) return;
      run.actAt ??= now + SUBMIT_AGAIN_AFTER;
      if (now < run.actAt) return;
      store.submit(number, run.saved!);
    } else if (!store.isHeld(row) && (row.state === 'ended' || row.state === 'stopped')) {
      run.look(row);
      if (run.isOver) return;
      run.actAt ??= now + OPERATOR_AFTER + untilOpen(run.scenario, time.now() + OPERATOR_AFTER);
      if (now < run.actAt) return;
      setClocks();
      run.watcher.recordEvent('continued by a person', '');
      run.isAttended = true;
      Object.assign(row, { state: 'queued', wakeAt: null });
      store.ring();
    } else if (row.wakesOn === 'control') {
      run.actAt ??= now + 10 * OPERATOR_AFTER;
      if (now < run.actAt) return;
      void order(number, { kind: 'continue' });
    } else if (row.state !== 'queued') return;
    run.actAt = null;
  };

  /** Ends when nothing is left to do. */
  const supervise = async (): Promise<void> => {
    for (const [number, { submittedAfter, commands }] of scenario.runs.entries()) {
      at(submittedAfter, () => store.submit(number, runs[number]!.saved!));
      for (const [after, command] of commands) at(after, () => void order(number, command));
    }
    scheduleStore(scenario.store);
    for (const [n, host] of scenario.hosts.entries()) void runHost(host, `host ${n + 1}`);
    provider.startOthers();
    const mayGoOn = () =>
      time.monotonic() - startedAt < LONGEST &&
      runs.every(({ claims }) => claims < MOST_CLAIMS) &&
      common.violations.length < MOST_VIOLATIONS;
    while (mayGoOn() && runs.some((run) => !run.isOver)) {
      await time.sleep(5_000);
      if (!store.isUp) continue;
      for (const [number, run] of runs.entries()) if (!run.isOver) lookAfter(number);
    }
    for (const [number, run] of runs.entries()) {
      const { state, wakeAt, wakesOn } = store.run(number) ?? {};
      const row = `${state}, wakes at ${wakeAt} on ${wakesOn}`;
      if (!run.isOver) run.watcher.reportViolation('ends', `after ${run.claims} claims: ${row}`);
    }
  };
  await time.run(supervise, 1e12);
  ended.abort();
  provider.stopOthers();
  for (const [number, run] of runs.entries()) {
    const row = store.run(number);
    if (row !== null) run.ended(row);
  }

  const events: EventCounts = new Map();
  const watchers = [common, ...runs.map(({ watcher }) => watcher)];
  for (const one of watchers)
    for (const [kind, times] of one.events) events.set(kind, (events.get(kind) ?? 0) + times);
  return {
    violations: watchers.flatMap(({ violations }) => violations),
    events,
    runs: runs.length,
    steps: runs.reduce((sum, { saved }) => sum + saved!.steps.length, 0),
    processes,
    claims: runs.reduce((sum, { claims }) => sum + claims, 0),
    duration: time.monotonic() - startedAt,
  };
}

/** Counts the requests of all processes by action. */
function createSendCounter(time: VirtualClock, watcher: Watcher): (action: string) => void {
  const sent = new Map<string, number[]>();
  return (action) => {
    const now = time.monotonic();
    const recent = (sent.get(action) ?? []).filter((at) => at > now - 1_000);
    recent.push(now);
    sent.set(action, recent);
    if (recent.length === LIMIT + 1)
      watcher.reportViolation('sharedLimit', `${recent.length} times ${action} within 1,000 ms`);
  };
}

function replayed({ saved, entries }: RunRow): RunState {
  return replayJournal(saved, entries);
}

/** A run with what the laws know about it. */
function createWatchedRun(scenario: Scenario, watcher: Watcher, time: VirtualClock) {
  /** When an owner began to append an event, by owner and event. */
  const startedAppends = new Map<string, number>();
  /** Entries that a process has ended with, in the order of the journal. */
  let judged = 0;
  let replay: ReturnType<typeof createReplay> | null = null;
  let mustAdopt = false;
  /** The owner of each epoch, since the last restore. */
  let owners = new Map<number, number>();
  const keyOf = (event: JournalEvent): string =>
    `${event.kind} ${'step' in event ? event.step : 'wave' in event ? event.wave : ''}`;

  /** Judges the entries since the last time. */
  const judge = (row: RunRow): void => {
    if (replay === null) {
      replay = createReplay(row.saved);
      for (const entry of row.entries.slice(0, judged)) replay.add(entry);
    }
    const fresh = row.entries.slice(judged);
    judged = row.entries.length;
    for (const entry of fresh) replay.add(entry);
    watcher.processLeft(row.entries, mustAdopt ? null : row.head);
    if (fresh.length > 0) watcher.processEnded(fresh, replay, buildReport(row.saved, row.entries));
  };

  const run = {
    scenario,
    watcher,
    saved: null as SavedPlan | null,
    claims: 0,
    hasOrdered: false,
    isOver: false,
    /** True if a person continued the run, until a process takes it. */
    isAttended: false,
    /** When a person does something about the run, monotonic. */
    actAt: null as number | null,

    appending(by: number, event: JournalEvent): void {
      startedAppends.set(`${by} ${keyOf(event)}`, time.monotonic());
    },

    /** Entries are in the store. */
    appended(row: RunRow, fresh: readonly JournalEntry[], epoch: number): void {
      if (epoch !== row.epoch)
        watcher.reportViolation('newestOwner', `epoch ${epoch} appended, and the newest is ${row.epoch}`);
      const by = owners.get(epoch) ?? 0;
      watcher.durable(fresh.map((entry) => JSON.stringify(entry)).join('\n'));
      for (const entry of fresh) {
        if (entry.kind === 'run-started' || entry.kind === 'control-command')
          watcher.setInFlight(replayed(row).control.inFlight ?? row.saved.execution.inFlight);
        watcher.appending(entry, by, startedAppends.get(`${by} ${keyOf(entry)}`));
        watcher.entry(entry);
      }
      if (!mustAdopt) watcher.marked(row.head.seq);
    },

    /** A process has claimed the run, and knows it. */
    opened(by: number, { run: { trust, state } }: ClaimedRun): void {
      const isAdopted = trust?.kind === 'restored';
      watcher.recordEvent(isAdopted ? 'adopted' : 'opened', `by owner ${by}`);
      if (isAdopted === mustAdopt || isFinished(state)) return;
      // Nobody knows of a run without orders whether it had some in the lost entries.
      if (isAdopted || run.hasOrdered)
        watcher.reportViolation(
          'adopted',
          `owner ${by} ${isAdopted ? 'adopted the run' : 'continued a restored run'}`,
        );
    },

    /** The store was restored. @param row the run in the backup; null: the backup is older than the run */
    restored(row: RunRow | null): void {
      mustAdopt = true;
      owners = new Map();
      run.actAt = null;
      run.isOver = false;
      judged = row?.entries.length ?? 0;
      replay = null;
      watcher.lost('restored', row?.entries ?? []);
    },

    registered(row: RunRow): void {
      mustAdopt = false;
      watcher.registered(row.head.seq);
    },

    /** Another process has claimed the run: none of the earlier owners appends any more. */
    claimed(row: RunRow): void {
      const { epoch, owner } = row;
      watcher.recordEvent('claim', `${epoch} by owner ${owner!.pid} (${owner!.host})`);
      run.claims += 1;
      judge(row);
      owners.set(epoch, owner!.pid);
    },

    /** Decides whether nothing is left to do. */
    look(row: RunRow): void {
      judge(row);
      const state = replay!.state();
      const onlyStuck = state.haltingRefusals.size === 0 && isOver(scenario, state.steps.values());
      run.isOver = isFinished(state) || onlyStuck;
    },

    /** Judges the whole run. */
    ended(row: RunRow): void {
      judge(row);
      const { fault } = decode(row.lines.map((line) => `${line}\n`).join(''));
      if (fault !== null) watcher.reportViolation('journal', `line ${fault.line}: ${fault.message}`);
      else watcher.runEnded(replay!, buildReport(row.saved, row.entries));
    },
  };
  return run;
}
