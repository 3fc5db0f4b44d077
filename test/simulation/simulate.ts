/**
 * Simulates one scenario in virtual time: the plan, then one process after the other until the run is finished. Planner,
 * executor, client and journal writer are the real ones. Provider, network, disk and machine are simulated.
 */
import { iso, VirtualClock } from '../../src/clock.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { RefitError } from '../../src/errors.ts';
import { given } from '../../src/given.ts';
import { type ChainEnd, decode, EMPTY_CHAIN } from '../../src/journal/chain.ts';
import { createReplay, isFinished, type Replay } from '../../src/journal/replay.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { JournalEntry, SavedPlan, StepState } from '../../src/model.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { type ApprovalDemand, judgeOffered } from '../../src/run/demand-approvals.ts';
import { unresolvedSteps } from '../../src/run/engine/reconcile-steps.ts';
import { mustAnswer } from '../../src/run/in-claimed-run.ts';
import { adoptedEvent, mayAdopt } from '../../src/run/judge-adoption.ts';
import type { Listener } from '../../src/run/notify/notifier.ts';
import { createProcess, pastOf } from '../../src/run/process.ts';
import { createProviderClient } from '../../src/run/rehearse/rehearse-run.ts';
import { markOf, markOnAdoption } from '../../src/run/run-mark.ts';
import { HANDING_OVER } from '../../src/run/stop-state.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { judgeTrust } from '../../src/store/folder/known-runs.ts';
import type { JournalMark, JournalStore, JournalWriter } from '../../src/store/journal-writer.ts';
import { words } from '../messages/words.ts';
import { offeredAt } from './approvals.ts';
import { createDisk, DIRECTORY } from './disk.ts';
import { createMachine, type Machine } from './machine.ts';
import { createListeners, describeCourse, isComparable } from './notified.ts';
import { allPromises, createPlan, createUnreliableGate, readCatalogue, readInstances } from './plan.ts';
import { createProvider, type Provider } from './provider.ts';
import { appOf, mayStart, PLANNING, type ProcessScript, type Scenario } from './scenario.ts';
import { createWatcher, type EventCounts, LAWS, type Violation, type Watcher } from './watcher.ts';

/** Safeguards that a test can disable on purpose, to prove that the search notices. */
export const SABOTAGES = {
  'no-fsync': 'entries count as durable too early',
  'mark-first': 'the mark is written before its entries',
  'mark-behind': 'the run does not wait for the mark',
  'one-slot': 'every mark overwrites the mark before',
  'retry-below': 'the client repeats an order without an answer',
  'no-patience': 'an order without a trace immediately counts as not executed',
  'no-freshness': 'the guard directly before the send is skipped',
  'no-judging': 'every file beside the saved plan counts as an approval',
  'no-rollout': 'no spread, no slow start and no soak',
  'notify-first': 'the run waits for notifications',
  'no-windows': 'the windows of the plan are ignored',
  'adopt-blindly': 'an adopted run assumes that its journal has every order',
  'forget-pause': 'a worker that takes over or wakes a run ignores its pause',
  'resume-blindly': 'a resumed process assumes that an unanswered order was not sent',
} as const;

export type Sabotage = keyof typeof SABOTAGES;

/** Result of one simulated run. */
export interface Result {
  readonly violations: readonly Violation[];
  readonly events: EventCounts;
  readonly steps: number;
  readonly processes: number;
  readonly arrivals: Provider['arrivals'];
  /** Milliseconds of virtual time. */
  readonly duration: number;
}

/** A process without disturbances, which an operator starts later. */
const UNDISTURBED_PROCESS: ProcessScript = {
  after: 60_000,
  dies: null,
  freezes: [],
  jumps: [],
  disk: { median: 3, fails: null },
  drainAfter: null,
  leaveAfter: null,
  commands: [],
  reconciles: false,
};

/**
 * Maximum number of undisturbed processes before the end of a run. Each failed or refused step can halt one process.
 * With windows, each step can also meet the end of a window.
 */
function maxUndisturbedProcesses({ windows }: Scenario, steps: ReadonlyMap<string, StepState>): number {
  const halting = [...steps.values()].filter(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  return 12 + halting.length + (windows ? 3 * steps.size : 0);
}

/** Milliseconds until an operator continues a paused run that rests. */
const UNTIL_CONTINUED = 600_000;

/** How often undisturbed processes may rest: after each wave, in each pause and before each maintenance window. */
const MOST_RESTS = 40;

/** Milliseconds until a step may start. */
export function untilOpen({ windows }: Scenario, now: number): number {
  if (windows === null) return 0;
  let at = now;
  while (!mayStart(windows, at)) at += 10_000;
  return at - now;
}

interface Options {
  readonly sabotage?: Sabotage | null;
  /** Gets the journal of the run. */
  readonly onEntries?: (entries: readonly JournalEntry[]) => void;
  /** Receives the lines of the trace. */
  readonly trace?: ((line: string) => void) | null;
}

/** Simulates a scenario. With receivers, it also compares the run with the same run without them. */
export async function simulate(scenario: Scenario, options: Options = {}): Promise<Result> {
  const { sabotage = null } = options;
  const { entries, ...result } = await simulateOnce(scenario, options);
  options.onEntries?.(entries);
  const { notified, ...withoutNotified } = scenario;
  const isCompared = sabotage === null || sabotage === 'notify-first';
  if (notified === undefined || !isCompared || !isComparable(scenario)) return result;
  const alone = await simulateOnce(withoutNotified, { sabotage });
  const detail = firstDifference(
    [...describeCourse(entries), `${result.processes} processes`, `${result.duration} ms`],
    [...describeCourse(alone.entries), `${alone.processes} processes`, `${alone.duration} ms`],
  );
  if (detail === null) return result;
  options.trace?.(`VIOLATED: ${LAWS.beside}: ${detail}`);
  return { ...result, violations: [...result.violations, { law: 'beside', detail }] };
}

/** Describes the first difference; null if both runs are equal. */
function firstDifference(notified: readonly string[], alone: readonly string[]): string | null {
  const length = Math.max(notified.length, alone.length);
  const at = Array.from({ length }).findIndex((_, n) => notified[n] !== alone[n]);
  return at < 0 ? null : `entry ${at + 1} is ${notified[at]}, but without receivers ${alone[at]}`;
}

async function simulateOnce(
  scenario: Scenario,
  { sabotage = null, trace = null }: Options,
): Promise<Result & { readonly entries: readonly JournalEntry[] }> {
  const time = new VirtualClock(undefined, allPromises);
  const chance = seededRandom(scenario.seed ^ 0x0d1ce);
  const watcher = createWatcher(scenario, time, trace);
  const provider = createProvider(scenario, time, chance, watcher);
  const catalogue = await readCatalogue(scenario);
  const instances = await time.run(() => readInstances(provider, time));
  const saved = createPlan(scenario, catalogue, instances, time);
  watcher.setPlan(saved, provider.world);
  await time.run(() => time.sleep(PLANNING - time.monotonic()));
  const startedAt = time.monotonic();
  const { processes, entries } = await time.run(
    () => simulateRun(scenario, saved, { time, provider, watcher, chance, sabotage }),
    1e12,
  );
  return {
    violations: watcher.violations,
    events: watcher.events,
    steps: saved.steps.length,
    processes,
    arrivals: provider.arrivals,
    duration: time.monotonic() - startedAt,
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

/** Simulates all processes of a run. @returns the number of processes and the journal */
async function simulateRun(
  scenario: Scenario,
  saved: SavedPlan,
  setting: Setting,
): Promise<{ readonly processes: number; readonly entries: readonly JournalEntry[] }> {
  const { time, provider, watcher, chance, sabotage } = setting;
  const disk = createDisk(chance, watcher, {
    isLazy: sabotage === 'no-fsync',
    hasOneSlot: sabotage === 'one-slot',
  });
  const entries: JournalEntry[] = [];
  let replay = createReplay(saved);
  let end: ChainEnd = EMPTY_CHAIN;
  let read = 0;
  provider.startOthers();
  let processes = 0;
  let undisturbed = 0;
  let rests = 0;
  for (;;) {
    for (const { before, what, kept } of scenario.losses ?? []) {
      if (before !== processes) continue;
      if (what === 'state') disk.loseState();
      else {
        entries.length = Math.floor(kept * entries.length);
        disk.loseEntries(entries.length);
        replay = createReplay(saved);
        for (const entry of entries) replay.add(entry);
        end = entries.at(-1) ?? EMPTY_CHAIN;
        read = disk.text.length;
      }
      watcher.lost(what, entries);
    }
    const script = scenario.processes[processes] ?? UNDISTURBED_PROCESS;
    if (processes >= scenario.processes.length) undisturbed += 1;
    processes += 1;
    await time.sleep(script.after);
    const { resting } = replay.state();
    const isAsked = script === UNDISTURBED_PROCESS && resting?.wakesOn === 'control';
    if (script === UNDISTURBED_PROCESS && resting !== null)
      await time.sleep(isAsked ? UNTIL_CONTINUED : Math.max(0, Date.parse(resting.until) - time.now()));
    // The operator waits for a window before the restart.
    if (script === UNDISTURBED_PROCESS) await time.sleep(untilOpen(scenario, time.now()));
    const machine = createMachine(time, script, watcher, () => disk.crash(script.dies!.kept));
    const outcome = await simulateProcess(saved, script, machine, {
      ...setting,
      scenario,
      disk,
      entries,
      replay,
      end,
      isAsked,
    });
    machine.stop();
    disk.flush();
    // Entries of earlier processes were already checked.
    const decoded = decode(disk.text.slice(read), end);
    if (decoded.fault) {
      watcher.reportViolation('journal', `line ${decoded.fault.line}: ${decoded.fault.message}`);
      break;
    }
    for (const entry of decoded.entries) {
      entries.push(entry);
      replay.add(entry);
    }
    end = decoded.end;
    read = disk.text.lastIndexOf('\n') + 1;
    watcher.processLeft(entries, disk.known?.mark ?? null);
    const report = buildReport(saved, entries);
    watcher.processEnded(decoded.entries, replay, report);
    const state = replay.state();
    const onlyStuck = state.haltingRefusals.size === 0 && isOver(scenario, state.steps.values());
    if (outcome === 'ended' && (isFinished(state) || onlyStuck)) {
      watcher.runEnded(replay, report);
      break;
    }
    if (state.resting !== null) {
      watcher.count(`rested: ${state.resting.reason.id}`);
      rests += 1;
      if (script === UNDISTURBED_PROCESS && rests < MOST_RESTS) undisturbed -= 1;
    }
    if (undisturbed >= maxUndisturbedProcesses(scenario, state.steps)) {
      const open = [...state.steps.values()].filter(
        ({ outcome }) => outcome === 'not-run' || outcome === 'unknown',
      );
      watcher.reportViolation(
        'ends',
        `after ${processes} processes, ${open.length} steps are open, for example ${open[0]?.step}: ${open[0] && textOf(open[0].message)}`,
      );
      break;
    }
  }
  provider.stopOthers();
  return { processes, entries };
}

/** True if only stuck steps are open, and steps that wait for them. */
export function isOver(
  scenario: Scenario,
  steps: Iterable<{ readonly step: string; readonly outcome: string }>,
): boolean {
  const open = [...steps].filter(({ outcome }) => outcome === 'not-run' || outcome === 'unknown');
  const instanceOf = ({ step }: { readonly step: string }) => step.slice(0, step.indexOf('/'));
  const stuck = new Set(scenario.fleet.filter(({ fate }) => fate === 'stuck').map(({ id }) => id));
  const endless = new Set(open.filter(({ outcome }) => outcome === 'unknown').map(instanceOf));
  if ([...endless].some((instance) => !stuck.has(instance))) return false;
  // Refit waits for another user's stuck order, and each window is too short to give up.
  if (scenario.windows !== null)
    for (const { instance, how } of scenario.foreignChanges)
      if (how === 'order' && stuck.has(instance)) endless.add(instance);
  const held = new Set([...endless].map((id) => appOf(scenario, id)).filter((app) => app !== null));
  return open.every((step) => {
    const app = appOf(scenario, instanceOf(step));
    return endless.has(instanceOf(step)) || (app !== null && held.has(app));
  });
}

/** Simulates one process, as in a run directory but without files and locks. */
async function simulateProcess(
  saved: SavedPlan,
  script: ProcessScript,
  machine: Machine,
  setting: Setting & {
    readonly scenario: Scenario;
    readonly disk: ReturnType<typeof createDisk>;
    readonly entries: readonly JournalEntry[];
    readonly replay: Replay;
    readonly end: ChainEnd;
    /** An operator sent `continue` while the run rested. */
    readonly isAsked: boolean;
  },
): Promise<'ended' | 'left' | 'died' | 'failed'> {
  const { provider, watcher, chance, disk, end, sabotage, time } = setting;
  const { clock } = machine;
  const { rests } = setting.scenario;
  const torn = disk.text.length - (disk.text.lastIndexOf('\n') + 1);
  let notifying = 0;
  const counted = (listener: Listener): Listener => ({
    ...listener,
    notify(facts, signal) {
      notifying += 1;
      return listener.notify(facts, signal).finally(() => {
        notifying -= 1;
      });
    },
  });
  const untilNotified = async (): Promise<void> => {
    while (notifying > 0) await clock.sleep(100);
  };
  const signals = { drain: new AbortController(), leave: new AbortController() };
  const provided = createProviderClient(provider.clientFor(machine), {
    clock,
    chance: chance.next,
    rate: saved.execution.requestsPerSecond,
  });
  const cloud = provided.cloudFor('default');
  // Without unresolved steps, the command reports this and writes nothing.
  const reconciles = script.reconciles && unresolvedSteps(saved, setting.replay.state().steps).length > 0;
  const trust = judgeTrust(disk.known, DIRECTORY, {
    entries: setting.entries.length,
    tornBytes: torn,
    hashAtMark: setting.entries[(disk.known?.mark.seq ?? 0) - 1]?.hash ?? null,
  });
  const adoption = reconciles
    ? null
    : mayAdopt({ kind: 'folder', name: DIRECTORY, saved, trust, first: setting.entries[0] ?? null }, true);
  if (!reconciles) watcher.opened(adoption !== null, setting.entries.length > 0 || torn > 0);
  const { store, register } = disk.openFor(machine, script);
  const openMark = async () => {
    if (reconciles) return trust.kind === 'known' ? register.open() : undefined;
    return adoption === null ? markOf({ trust }, register) : markOnAdoption(register);
  };
  const opened = await Promise.race([
    openMark().then(
      (mark) => ({ mark }),
      () => 'failed' as const,
    ),
    machine.death.then(() => 'died' as const),
  ]);
  if (typeof opened === 'string') return opened;
  const runProcess = createProcess({
    saved: sabotagePlan(saved, sabotage),
    past: { ...pastOf(saved, setting.entries), end, tornBytes: torn },
    ...sabotageMark({ store, ...given(opened) }, sabotage),
    clock,
    ...provided,
    drain: signals.drain.signal,
    leave: signals.leave.signal,
    by: { user: 'dba', host: 'here', pid: 1 },
    endpoint: cloud.endpoint,
    version: '0.0.0',
    unattended: rests !== undefined,
    onEntry: (entry) => watcher.entry(entry),
    notifier: {
      clock: time,
      listeners: setting.scenario.notified
        ? createListeners(setting.scenario.notified, time, machine).map(counted)
        : [],
      log: async (_, text) =>
        watcher.count(text.includes(': NOT SENT: ') ? 'notification failed' : 'notification delivered'),
    },
    watchJournal: (journal) =>
      observeJournal(journal, watcher, sabotage === 'notify-first' ? untilNotified : null),
  });
  const { journal, control } = runProcess;
  if (sabotage === 'forget-pause') control.restore = () => undefined;
  const later = (ms: number | null, kind: string, act: () => void): void => {
    if (ms === null) return;
    void time.sleep(ms).then(() => {
      if (!machine.alive) return;
      watcher.recordEvent(kind, '');
      act();
    });
  };
  later(script.drainAfter, 'signal: drain', () => signals.drain.abort(rests?.handsOver ? HANDING_OVER : 130));
  later(script.leaveAfter, 'signal: leave', () => signals.leave.abort(143));

  const reconcile = async (): Promise<'ended' | 'left'> => {
    watcher.count('reconciled');
    await runProcess.start('reconcile');
    return (await runProcess.reconcile(() => cloud)) === null ? 'left' : 'ended';
  };
  const work = async (): Promise<'ended' | 'left'> => {
    if (adoption !== null) await mustAnswer(() => cloud, saved.steps);
    await runProcess.start();
    watcher.setInFlight(journal.replay.state().control.inFlight ?? saved.execution.inFlight);
    if (setting.isAsked) await control.handle({ kind: 'continue' }, { user: 'dba', host: 'here', pid: 2 });
    if (adoption !== null)
      await journal.appendDurably(
        adoptedEvent(saved, adoption, { by: 'dba', providerNow: cloud.providerNow() }),
      );
    if (adoption !== null && sabotage === 'adopt-blindly') await assumeUnsent(saved, journal);
    if (!runProcess.isResumed || adoption !== null)
      await journal.appendDurably({ kind: 'approved', how: 'auto-approve', by: 'dba' });
    for (const [after, command] of script.commands)
      later(after, 'control command', () => {
        void control.handle(command, { user: 'dba', host: 'here', pid: 2 }).then(
          ({ accepted, message }) => {
            watcher.recordEvent(`${accepted ? 'accepted' : 'refused'}: ${command.kind}`, message);
            if (accepted && command.kind === 'set' && command.setting === 'inFlight')
              watcher.setInFlight(command.value);
          },
          () => undefined,
        );
      });
    if (sabotage === 'resume-blindly') await assumeUnsent(saved, journal);
    const end = await runProcess.carryOut({
      cloudFor: () => (sabotage === null ? cloud : sabotageCloud(cloud, sabotage)),
      approvalOf: async (wave) => {
        if (wave === null) return { event: null };
        await clock.sleep(2);
        const recorded = journal.replay.recorded.signatures(wave);
        const offered = offeredAt(setting.scenario, saved, time.monotonic());
        const { now } = clock;
        const demanded = judgeOffered(saved, wave, offered, { now: now(), file: 'saved.json', recorded });
        watcher.recordEvent(`wave approval: ${'event' in demanded ? 'approved' : 'refused'}`, '');
        return sabotage === 'no-judging' && offered.length > 0 ? forgeApproval(wave) : demanded;
      },
      gates: createUnreliableGate(clock, chance),
      ...(rests ? { rest: { afterMs: rests.afterMs } } : {}),
    });
    return end === null ? 'left' : 'ended';
  };
  try {
    return await Promise.race([reconciles ? reconcile() : work(), machine.death.then(() => 'died' as const)]);
  } catch (error) {
    if (error instanceof RefitError) return 'failed';
    watcher.reportViolation(
      'faultless',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
    return 'failed';
  } finally {
    // The next process does not wait for pending notifications. In a run directory it waits a few seconds.
    void runProcess.closeNotifier(0);
  }
}

/** Passes each event to the watcher before its entry is durable. @param after sabotage: awaited after each event */
function observeJournal(
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
    unwritten: journal.unwritten,
    fail(reason) {
      journal.fail(reason);
    },
    appendSoon(event) {
      journal.appendSoon(event);
    },
    appendWithNextGroup(event) {
      journal.appendWithNextGroup(event);
    },
    appendDurably(event) {
      watcher.appending(event);
      const recording = journal.appendDurably(event);
      return after === null ? recording : recording.then((entry) => after().then(() => entry));
    },
  };
}

/** Journal and mark of one process. */
interface Files {
  readonly store: JournalStore;
  readonly mark?: JournalMark;
}

function sabotageMark(files: Files, sabotage: Sabotage | null): Files {
  const { store, mark } = files;
  if (mark === undefined) return files;
  if (sabotage === 'mark-behind')
    return { store, mark: { write: async (end) => void mark.write(end).catch(() => undefined) } };
  if (sabotage !== 'mark-first') return files;
  const markFirst: JournalStore = {
    async append(text, end) {
      await mark.write(end);
      await store.append(text, end);
    },
  };
  return { store: markFirst, mark: { write: async () => {} } };
}

function forgeApproval(wave: number): ApprovalDemand {
  const judgedAt = iso(0);
  return { event: { kind: 'approved', how: 'signatures', by: 'anyone', wave, judgedAt, signed: [] } };
}

function withoutRollout({ spread: _, ...saved }: SavedPlan): SavedPlan {
  return {
    ...saved,
    waves: saved.waves.map(({ soak: _, slowStart: __, ...wave }) => wave),
    execution: { ...saved.execution, slowStart: false },
  };
}

async function assumeUnsent({ steps }: SavedPlan, journal: JournalWriter): Promise<void> {
  for (const { id } of steps) {
    const { phase, attempts } = journal.replay.step(id);
    if (phase !== 'ordering' && phase !== 'unanswered') continue;
    await journal.appendDurably({
      kind: 'resolved',
      step: id,
      attempt: attempts,
      executed: false,
      order: null,
      evidence: words('assumed'),
    });
  }
}

function sabotagePlan(saved: SavedPlan, sabotage: Sabotage | null): SavedPlan {
  const { windows: _, ...without } = saved;
  if (sabotage === 'no-windows') return without;
  if (sabotage === 'no-rollout') return withoutRollout(saved);
  return sabotage === 'no-patience' ? { ...saved, execution: { ...saved.execution, patience: 0 } } : saved;
}

export function sabotageCloud(cloud: Cloud, sabotage: Sabotage): Cloud {
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
