/**
 * Carries out a saved plan, wave after wave, instance by instance. It decides from the journal alone, so that resuming
 * after a crash is the same code as starting.
 */
import pLimit from 'p-limit';
import { given } from '../../given.ts';
import type { Scope, Step } from '../../model.ts';
import { effectsOf } from '../../plan/effects.ts';
import { readBills } from './bills.ts';
import { endRun } from './end-run.ts';
import { judgeGate, providerTimeOf, soakAfter } from './gate.ts';
import { createTally } from './halt.ts';
import { Idleness, WHOLE_RUN } from './idleness.ts';
import { judgeStop, mayContinue } from './may-start.ts';
import { ORDERS_AT_A_TIME } from './order.ts';
import { endAtRest, handOver, watchRest } from './rest.ts';
import { type EnginePorts, nothingLearned, type Run, type RunEnd } from './run.ts';
import { createSlowStart } from './slow-start.ts';
import { createSpreadKeeper } from './spread.ts';
import { carryOutStep, isUnanswered, resolveStep } from './step.ts';
import { Watch } from './watch.ts';
import { isApproved } from './wave-approval.ts';
import { createWindowGate } from './window-gate.ts';

type RunInput = EnginePorts &
  Pick<Run, 'saved' | 'journal' | 'cloudFor' | 'permits' | 'calls' | 'clock' | 'stop' | 'control'>;

/**
 * Runs until every step is finished or something stops it. That is a threshold, a fatal error, a signal, `finishBy`, or
 * the end of a window. Orders in flight are still followed to their end, unless `atClose: halt`.
 * @returns null after an abort. The journal then has no end, and the same command resumes the run.
 * @throws RefitError `disk-failed` when the journal cannot be written.
 */
export async function execute(input: RunInput): Promise<RunEnd | null> {
  const run = createRun(input);
  const { stop, windowGate } = run;
  const judge = () => judgeStop(run);
  stop.drained.addEventListener('abort', judge, { once: true });
  const ended = new AbortController();
  void recordCalls(run, ended.signal);
  void windowGate.watch(ended.signal, { onChange: judge, onHalt: () => stop.abandon() });
  const resting = watchRest(run, ended.signal);
  resting.catch(() => undefined);
  try {
    keepStop(run);
    const end = await carryOutWaves(run);
    ended.abort();
    await resting;
    return end;
  } catch (error) {
    // The process releases its locks now, so the other steps in flight must not order any more.
    stop.stopNewOrders();
    stop.abandon();
    throw error;
  } finally {
    ended.abort();
    run.control.close();
    stop.drained.removeEventListener('abort', judge);
  }
}

/** A halt and a drain outlive a process that no person replaced. Their entry is in the journal. */
function keepStop({ journal, stop }: Run): void {
  const { stopping } = journal.replay.state();
  if (stopping === null) return;
  stop.stopNewOrders();
  if (stopping.because === 'drained') stop.drain(stopping.message);
}

function createRun({
  approvalOf,
  gates,
  askPolicy,
  policyWindows = [],
  rest,
  regions,
  ...input
}: RunInput): Run {
  const { saved, journal, cloudFor, clock, control } = input;
  const upcoming = new Set<Step>();
  return {
    ...input,
    purpose: 'apply',
    effects: effectsOf(saved),
    waits: control.waits,
    idleness: new Idleness(clock),
    slots: control.slots,
    learned: nothingLearned(),
    watch: new Watch({ cloudFor, clock, upcoming: (scope, atMost) => nextIn(upcoming, scope, atMost) }),
    tally: createTally(saved, journal),
    slowStart: createSlowStart(saved, journal, control),
    windowGate: createWindowGate(saved, clock, policyWindows),
    spread: createSpreadKeeper(saved, journal),
    placing: pLimit(ORDERS_AT_A_TIME),
    upcoming,
    awaitingSlot: new Set(),
    ports: given({ approvalOf, gates, askPolicy, rest, regions }),
  };
}

async function carryOutWaves(run: Run): Promise<RunEnd | null> {
  const { saved, journal, stop, idleness } = run;
  idleness.works(WHOLE_RUN);
  await resolveUnanswered(run);
  for (const [index] of saved.waves.entries()) {
    const open = saved.steps.filter((step) => step.wave === index && isOpen(run, step));
    // If this wave has already started, the soak and the gate before it are not repeated.
    if (index > 0 && !journal.replay.state().wavesStarted.includes(index)) await endOfWave(run, index - 1);
    if (!mayContinue(run) && !open.some((step) => isInFlight(run, step))) break;
    // Without approval nothing new starts, and what is in flight is followed to its end.
    if (open.length > 0 && !(await isApproved(run, index)) && !open.some((step) => isInFlight(run, step)))
      break;
    run.slowStart.begin(index);
    await carryOutWave(run, index, open);
    if (stop.mustLeave) return null;
  }
  await endOfWave(run, saved.waves.length - 1);
  if (stop.mustLeave) return null;
  if (!hasWorkLeft(run)) return endRun(run);
  await endAtRest(run, handOver(run));
  return null;
}

/** True if the process hands the run over, and the next one has something to do. */
function hasWorkLeft(run: Run): boolean {
  const { saved, stop, journal } = run;
  if (!stop.handsOver || journal.replay.state().stopping !== null) return false;
  return saved.waves.at(-1)?.gate !== undefined || saved.steps.some((step) => isOpen(run, step));
}

/** Soaks and judges the gate after a wave, also after the last one. Does nothing once the run stops. */
async function endOfWave(run: Run, wave: number): Promise<void> {
  if (run.saved.waves[wave] === undefined || !mayContinue(run)) return;
  await soakAfter(run, wave);
  await judgeGate(run, wave);
}

/** The pause between two entries about calls, ms. */
const CALLS_EVERY = 15_000;

async function recordCalls({ calls, clock, journal }: Run, ended: AbortSignal): Promise<void> {
  while (!ended.aborted && !journal.failed) {
    await clock.sleep(CALLS_EVERY, ended);
    const counts = ended.aborted ? [] : calls.take();
    if (counts.length > 0) journal.appendSoon({ kind: 'calls', counts });
  }
}

async function carryOutWave(run: Run, index: number, open: readonly Step[]): Promise<void> {
  const { saved, journal, stop, upcoming, idleness } = run;
  const { name } = saved.waves[index]!;
  const state = journal.replay.state();
  const isRefused = state.stopping?.because === 'not-approved';
  if (!state.wavesStarted.includes(index) && !isRefused)
    journal.appendSoon({ kind: 'wave-started', wave: index, name });
  // Steps in flight come first: they hold slots that new orders must not take. Later waves can have steps in flight, too.
  // This happens when they started while a step of this wave was `unknown`, and that step is open again now. In an adopted
  // run, any step may be in flight.
  const ahead = saved.steps.filter((step) => step.wave > index && isInFlight(run, step));
  const chains: Chain[] = [
    ...ahead.map((step) => createChain([step], { isAhead: true })),
    ...chainsOf(open).map((steps) => createChain(steps)),
  ];
  chains.sort((a, b) => Number(isInFlight(run, b.steps[0]!)) - Number(isInFlight(run, a.steps[0]!)));
  upcoming.clear();
  for (const { steps } of chains) upcoming.add(steps[0]!);
  idleness.leaves(WHOLE_RUN);
  await Promise.all(chains.map((one) => run.spread(one.steps[0]!.instance, () => carryOutChain(run, one))));
  idleness.works(WHOLE_RUN);
  const hasOpenSteps = open.some((step) => isOpen(run, step));
  if (!stop.left.aborted && !stop.mustLeave && !journal.failed) await readBills(run, index);
  if (!hasOpenSteps && !state.wavesEnded.includes(index))
    await journal.appendDurably({ kind: 'wave-ended', wave: index, name, ...providerTimeOf(run, index) });
}

/** The steps of one instance, in order, and how far they are. */
interface Chain {
  readonly steps: readonly Step[];
  /** Of a later wave than the present one: they are followed, and order nothing before their wave. */
  readonly isAhead: boolean;
  next: number;
  /** When a step gave way because fewer may be in flight now, monotonic ms; null: none did since the chain took its slot. */
  gaveWayAt: number | null;
}

function createChain(steps: readonly Step[], { isAhead = false } = {}): Chain {
  return { steps, isAhead, next: 0, gaveWayAt: null };
}

/**
 * Carries out the steps of one instance in one in-flight slot. A change that waits for its window gives the slot back.
 * So does a step that gives way because fewer steps may be in flight now. The next steps take another slot.
 */
async function carryOutChain(run: Run, chain: Chain): Promise<void> {
  const { steps } = chain;
  const { instance } = steps[0]!;
  while (chain.next < steps.length && !run.stop.left.aborted) {
    let done: Promise<void> = Promise.resolve();
    if (isInFlight(run, steps[chain.next]!)) run.awaitingSlot.add(instance);
    await run.slots(async () => {
      run.awaitingSlot.delete(instance);
      await new Promise<void>((giveSlotBack) => {
        done = carryOutWithSlot(run, chain, giveSlotBack).finally(giveSlotBack);
        done.catch(() => undefined);
      });
    });
    await done;
  }
}

async function carryOutWithSlot(run: Run, chain: Chain, giveSlotBack: () => void): Promise<void> {
  const { clock, waits, stop } = run;
  const { steps, isAhead, gaveWayAt } = chain;
  if (gaveWayAt !== null) waits.extend(steps[chain.next]!, clock.monotonic() - gaveWayAt);
  chain.gaveWayAt = null;
  for (let hasSlot = true; hasSlot && chain.next < steps.length && !stop.left.aborted; chain.next++) {
    const step = steps[chain.next]!;
    const end = await carryOutStep(run, step, {
      mayOrder: !isAhead,
      giveSlotBack() {
        hasSlot = false;
        giveSlotBack();
      },
    });
    waits.clear(step);
    run.upcoming.delete(step);
    if (end !== 'gave-way') continue;
    chain.gaveWayAt = clock.monotonic();
    return;
  }
}

/** Resolves orders without an answer before anything new is ordered. */
async function resolveUnanswered(run: Run): Promise<void> {
  const unanswered = run.saved.steps.filter((step) => isUnanswered(run, step));
  // In an adopted run, a step of an instance can be judged only after the step before it.
  await Promise.all(
    chainsOf(unanswered).map(async (chain) => {
      for (const step of chain) await resolveStep(run, step).finally(() => run.waits.clear(step));
    }),
  );
}

function isOpen(run: Run, step: Step): boolean {
  return run.journal.replay.step(step.id).phase !== 'ended';
}

function isInFlight(run: Run, step: Step): boolean {
  const { phase } = run.journal.replay.step(step.id);
  return phase !== 'ended' && phase !== 'waiting';
}

/** The steps of each instance, in order; instances in the order of their first steps. */
function chainsOf(steps: readonly Step[]): Step[][] {
  return [...Map.groupBy(steps, ({ instance }) => instance).values()];
}

function nextIn(upcoming: ReadonlySet<Step>, { region, profile }: Scope, atMost: number): string[] {
  const ids: string[] = [];
  for (const step of upcoming) {
    if (ids.length >= atMost) break;
    if (step.region === region && step.profile === profile) ids.push(step.instance);
  }
  return ids;
}
