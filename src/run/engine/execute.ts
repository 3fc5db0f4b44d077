import pLimit from 'p-limit';
import { totals } from '../../journal/replay.ts';
import type { EndedBecause, Scope, Step } from '../../model.ts';
import { openSteering } from '../control/control-run.ts';
import { isCredentialsCode } from '../decide/after-refusal.ts';
import { exitCodeOf } from '../decide/exit-code.ts';
import { FIRST_TAIL, MINUTE } from '../waits.ts';
import { readBills } from './bills.ts';
import { judgeGate } from './gate.ts';
import { beginTally } from './halt.ts';
import { PLACING } from './order.ts';
import type { Run, RunEnd, RunInput } from './run.ts';
import { settleLanding } from './settle-unanswered.ts';
import { beginSlowStart } from './slow-start.ts';
import { soakAfter } from './soak.ts';
import { keepSpread } from './spread.ts';
import { carryOutStep } from './step.ts';
import { watchFleet } from './watch.ts';
import { isApproved } from './wave-approval.ts';
import { openWindowGate } from './window-gate.ts';

/**
 * Runs to the end, or to where a threshold, a refusal that concerns every order, a signal, the time or the close of a
 * window stops it; what is under way then is followed to its end, but for `atClose: halt`.
 * @returns null when told to leave at once: the journal is whole, and the same command goes on from there.
 * @throws RefitError `disk-failed` when the journal cannot be written.
 */
export async function execute(input: RunInput): Promise<RunEnd | null> {
  const { saved, journal, clock } = input;
  const steering = input.steering ?? openSteering(input);
  const { drain, places } = steering;
  const gate = openWindowGate(saved, clock);
  const broken = new AbortController();
  const leave = AbortSignal.any([steering.leave, broken.signal, ...(saved.windows ? [gate.halted] : [])]);
  const left = () => steering.leave.aborted || steering.leaving;
  const stopping = new AbortController();
  const tally = beginTally(saved, journal);
  const slowStart = beginSlowStart(saved, journal, steering);
  /** Steps that will be looked at next, so that one call looks at many instances. */
  const queue = new Set<Step>();
  const unplaced = new Set<string>();
  let credentialsRefused = false;

  const stop: Run['stop'] = (because, what, code) => {
    if (code !== undefined && isCredentialsCode(code)) credentialsRefused = true;
    if (stopping.signal.aborted) return;
    journal.tell({ kind: 'stopping', because, what });
    stopping.abort();
  };
  const judge = (): void => {
    const halt = tally.verdict();
    if (halt !== null) stop('halted', halt);
    else if (drain.aborted) stop('drained', `${steering.drainedBy}: ${FOLLOWED[saved.execution.switch]}`);
    else if (saved.finishBy !== null && clock.now() >= Date.parse(saved.finishBy)) {
      stop('finish-by', `finishBy ${saved.finishBy} is reached`);
    } else {
      const closed = gate.refusal();
      if (closed !== null) stop('window-closed', closed);
    }
  };
  // Who has a place may order while all that have one, or are under way and wait for one, are no more than may be.
  const isTooMany = () => places.activeCount + unplaced.size > places.concurrency;
  const run: Run = {
    ...input,
    steering,
    drain,
    leave,
    watch: watchFleet({
      cloudFor: input.cloudFor,
      clock,
      upcoming: (scope, atMost) => nextIn(queue, scope, atMost),
    }),
    waits: steering.waits,
    pace: { usual: null, tail: FIRST_TAIL, firstSince: null },
    isPlaceWanted: () => places.pendingCount > 0,
    waiting: new Map(),
    spread: keepSpread(saved, journal),
    limitRefusals: new Map(),
    placing: pLimit(PLACING),
    looked: (step) => queue.delete(step),
    stopped: stopping.signal,
    stop,
    goesOn() {
      judge();
      return !stopping.signal.aborted && !left() && !journal.failed;
    },
    unplaced,
    mayStart: () => run.goesOn() && steering.paused === null && !isTooMany(),
    async turn() {
      while (run.goesOn()) {
        if (isTooMany()) return 'give-way';
        if (steering.paused === null) return 'go';
        // Looked at again each minute: finishBy may be reached meanwhile.
        await clock.sleep(MINUTE, AbortSignal.any([stopping.signal, leave, steering.changed]));
      }
      return 'stopped';
    },
    ended(step, outcome) {
      tally.add(step, outcome);
      slowStart.ended(step, outcome);
      judge();
    },
  };

  drain.addEventListener('abort', judge, { once: true });
  const ended = new AbortController();
  void tellCalls(run, ended.signal);
  void gate.watch(ended.signal, judge);
  try {
    await settleUnanswered(run);
    for (const [index] of saved.waves.entries()) {
      const open = saved.steps.filter((step) => step.wave === index && isOpen(run, step));
      // What has begun is not held: it is followed from here.
      if (index > 0 && !journal.replay.state().wavesStarted.includes(index)) await endOfWave(run, index - 1);
      if (!run.goesOn() && !open.some((step) => isUnderWay(run, step))) break;
      if (open.length > 0 && !(await isApproved(run, index))) break;
      slowStart.begin(index);
      await carryOutWave(run, index, open, queue);
      if (left()) return null;
    }
    await endOfWave(run, saved.waves.length - 1);
    if (left()) return null;
    return await endRun(run, credentialsRefused);
  } catch (error) {
    // Whoever waits for this call gives the locks away now: what else is under way orders nothing more.
    stopping.abort();
    broken.abort();
    throw error;
  } finally {
    ended.abort();
    steering.close();
    drain.removeEventListener('abort', judge);
  }
}

/** What is between a wave and the next, and after the last one: its soak, then its gate. Nothing where the run is stopped. */
async function endOfWave(run: Run, wave: number): Promise<void> {
  if (run.saved.waves[wave] === undefined || !run.goesOn()) return;
  await soakAfter(run, wave);
  await judgeGate(run, wave);
}

/** What becomes of what is under way when a run is told to stop. */
const FOLLOWED = {
  now: 'what is under way is followed to its end',
  'maintenance-window':
    'what is under way is followed to its end, what waits for its window is left to the next apply',
} as const;

/** How often the calls since the last time are written down, in milliseconds. */
const CALLS_EVERY = 15_000;

async function tellCalls({ calls, clock, journal }: Run, ended: AbortSignal): Promise<void> {
  while (!ended.aborted && !journal.failed) {
    await clock.sleep(CALLS_EVERY, ended);
    const counts = ended.aborted ? [] : calls.take();
    if (counts.length > 0) journal.tell({ kind: 'calls', counts });
  }
}

async function carryOutWave(run: Run, index: number, open: readonly Step[], queue: Set<Step>): Promise<void> {
  const { saved, journal } = run;
  const { name } = saved.waves[index]!;
  const told = journal.replay.state();
  if (!told.wavesStarted.includes(index)) journal.tell({ kind: 'wave-started', wave: index, name });
  // What is under way already comes first: it holds places that new orders must not take.
  // So does what is of later waves, where a step of this one is open again that was unknown when they began.
  const ahead = saved.steps.filter((step) => step.wave > index && isUnderWay(run, step));
  const chains = [...ahead.map((step) => [step]), ...chainsOf(open)].sort(
    (a, b) => Number(isUnderWay(run, b[0]!)) - Number(isUnderWay(run, a[0]!)),
  );
  queue.clear();
  for (const [first] of chains) queue.add(first!);
  await Promise.all(
    chains.map((chain) => run.spread.seated(chain[0]!.instance, () => carryOutChain(run, chain))),
  );
  const left = open.some((step) => isOpen(run, step));
  if (!run.leave.aborted && !run.steering.leaving && !journal.failed) await readBills(run, index);
  if (!left && !told.wavesEnded.includes(index))
    await journal.record({ kind: 'wave-ended', wave: index, name });
}

/**
 * The steps of one instance, in order, in one place; where a change waits for its window the place is given away, and
 * the steps after it take another. So does a step that gave way.
 */
async function carryOutChain(run: Run, chain: readonly Step[]): Promise<void> {
  const { clock, steering, waits } = run;
  let next = 0;
  let gaveWayAt: number | null = null;
  const whilePlaced = async (free: () => void): Promise<void> => {
    if (gaveWayAt !== null) waits.excuse(chain[next]!, clock.monotonic() - gaveWayAt);
    gaveWayAt = null;
    for (let held = true; held && next < chain.length && !run.leave.aborted; next++) {
      const end = await carryOutStep(run, chain[next]!, () => {
        held = false;
        free();
      });
      waits.none(chain[next]!);
      run.looked(chain[next]!);
      if (end === 'gave-way') {
        gaveWayAt = clock.monotonic();
        return;
      }
    }
  };
  const { instance } = chain[0]!;
  while (next < chain.length && !run.leave.aborted) {
    let done: Promise<void> = Promise.resolve();
    if (isUnderWay(run, chain[next]!)) run.unplaced.add(instance);
    await steering.places(async () => {
      run.unplaced.delete(instance);
      await new Promise<void>((free) => {
        done = whilePlaced(free).finally(free);
        done.catch(() => undefined);
      });
    });
    await done;
  }
}

/** Orders whose answer a crash or the network took away are settled by reading before anything new is asked. */
async function settleUnanswered(run: Run): Promise<void> {
  const unanswered = run.saved.steps.filter(({ id }) => {
    const { phase } = run.journal.replay.step(id);
    return phase === 'asking' || phase === 'unanswered';
  });
  await Promise.all(unanswered.map((step) => settleLanding(run, step).finally(() => run.waits.none(step))));
}

async function endRun(run: Run, credentialsRefused: boolean): Promise<RunEnd> {
  const { saved, journal, drain } = run;
  const { stopping } = journal.replay.state();
  const left = saved.steps.filter((step) => isOpen(run, step)).map(({ id }) => journal.replay.step(id));
  const because: EndedBecause =
    stopping && (left.length > 0 || stopping.because === 'halted') ? stopping.because : 'done';
  const counted = totals(saved.steps.map(({ id }) => journal.replay.step(id)));
  // What was accepted and is left at the close of a window is being settled, which is not unknown.
  const settling = because === 'window-closed' ? left.filter(({ phase }) => phase === 'settling').length : 0;
  const exitCode = exitCodeOf({
    totals: { ...counted, unknown: counted.unknown - settling },
    because,
    credentialsRefused,
    signalExitCode: typeof drain.reason === 'number' ? drain.reason : 130,
  });
  const counts = run.calls.take();
  if (counts.length > 0) journal.tell({ kind: 'calls', counts });
  await journal.record({ kind: 'run-ended', because, exitCode });
  return { because, exitCode };
}

function isOpen(run: Run, step: Step): boolean {
  return run.journal.replay.step(step.id).phase !== 'ended';
}

function isUnderWay(run: Run, step: Step): boolean {
  const { phase } = run.journal.replay.step(step.id);
  return phase !== 'ended' && phase !== 'waiting';
}

/** The steps of each instance, in order; instances in the order of their first steps. */
function chainsOf(steps: readonly Step[]): Step[][] {
  const chains = new Map<string, Step[]>();
  for (const step of steps) {
    const chain = chains.get(step.instance);
    if (chain) chain.push(step);
    else chains.set(step.instance, [step]);
  }
  return [...chains.values()];
}

function nextIn(queue: ReadonlySet<Step>, { region, profile }: Scope, atMost: number): string[] {
  const ids: string[] = [];
  for (const step of queue) {
    if (ids.length >= atMost) break;
    if (step.region === region && step.profile === profile) ids.push(step.instance);
  }
  return ids;
}
