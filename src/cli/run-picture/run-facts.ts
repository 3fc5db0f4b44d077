/** Gathers what the pictures of a run are made of, entry by entry, so that nothing has to be searched. */
import { createReplay, type Replay, totals } from '../../journal/replay.ts';
import {
  isLimitCode,
  type JournalEntry,
  type RunState,
  type SavedPlan,
  type Step,
  type StepState,
} from '../../model.ts';
import { sumPrices } from '../../money.ts';
import type { Standing, WaitName } from '../../operations/read-run.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { change, timeOfDay } from '../../report/quantities.ts';
import { SECOND } from '../../units.ts';
import { isRoutine, lineOf } from './entry-lines.ts';
import type { PictureEvent, PictureStep, PictureWait, PictureWave, RunPicture } from './run-picture.ts';

/** What is known of a run so far. */
export interface RunFacts {
  add(entry: JournalEntry): void;
  /** One visible line for what an entry says, or null for what only counts. */
  line(entry: JournalEntry): string | null;
  /** What goes as it should: told line by line only where asked for. The entry has been added. */
  isPassing(entry: JournalEntry): boolean;
  /** @param standing what the live process says beside its journal; null where none does. */
  picture(standing: Standing | null): RunPicture;
  /** All that is left waits for its maintenance window: nobody knows how long it takes then. */
  onlyWaits(): boolean;
}

/** Of each list so much is kept; a screen shows less. */
const LATEST = 40;
const LISTED = 60;
const MOST_ACCEPTED = 200;
/** A refusal by limit is told for so long: about what it takes the rate to come back. */
const LIMIT_TOLD = 10 * SECOND;
const RATE_OVER = 5 * SECOND;

type Tally = ReturnType<typeof beginTally>;

/** What is counted beside the replay. Times are ms since 1970 UTC. */
function beginTally() {
  return {
    /** When the present process began. */
    began: null as number | null,
    /** Why nothing new is started; null while something is. */
    stopping: null as string | null,
    /** When the provider refused by its limit the last time. */
    limitMetAt: Number.NEGATIVE_INFINITY,
    /** When the last orders were accepted. */
    accepted: [] as number[],
    /** How long changes took. */
    durations: { count: 0, sum: 0 },
    verified: [] as Step[],
    events: [] as PictureEvent[],
  };
}

/** All that a picture is made of. */
interface Moment {
  readonly saved: SavedPlan;
  /** By their ids. */
  readonly steps: ReadonlyMap<string, Step>;
  /** Names of instances, by their ids. */
  readonly names: ReadonlyMap<string, string>;
  readonly states: readonly StepState[];
  readonly run: RunState;
  readonly tally: Tally;
  readonly now: number;
}

/** @param now the wall clock, ms since 1970 UTC. */
export function gatherFacts(saved: SavedPlan, now: () => number): RunFacts {
  const replay = createReplay(saved);
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  const tally = beginTally();
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, escapeControls(name)]));
  const states = () => saved.steps.map(({ id }) => replay.step(id));
  const line = (entry: JournalEntry) => lineOf(entry, saved, steps);
  const passes = (entry: JournalEntry) => isRoutine(entry, steps, replay);
  return {
    line,
    isPassing: passes,
    add(entry) {
      replay.add(entry);
      count(tally, entry, replay, steps);
      const text = line(entry);
      if (text === null) return;
      const outcome = entry.kind === 'step-ended' ? entry.outcome : null;
      keep(tally.events, { at: entry.at, text, outcome, passing: passes(entry) }, LATEST);
    },
    onlyWaits() {
      const left = states().filter(({ phase }) => phase !== 'ended');
      return left.length > 0 && left.every(({ waitsFor }) => waitsFor !== null);
    },
    picture: (standing) =>
      pictureOf({ saved, steps, names, states: states(), run: replay.state(), tally, now: now() }, standing),
  };
}

/** Counts an entry that the replay has taken in. */
function count(tally: Tally, entry: JournalEntry, replay: Replay, steps: ReadonlyMap<string, Step>): void {
  switch (entry.kind) {
    case 'run-started':
      tally.began = Date.parse(entry.at);
      tally.stopping = null;
      return;
    case 'accepted':
      return keep(tally.accepted, Date.parse(entry.sentAt), MOST_ACCEPTED);
    case 'refused':
      if (isLimitCode(entry.code)) tally.limitMetAt = Date.parse(entry.at);
      return;
    case 'step-ended': {
      if (entry.outcome === 'verified') tally.verified.push(steps.get(entry.step)!);
      const { acceptedAt, beganAt } = replay.step(entry.step);
      const from = beganAt ?? acceptedAt;
      if (from === null) return;
      tally.durations.count += 1;
      tally.durations.sum += Date.parse(entry.at) - Date.parse(from);
      return;
    }
    case 'stopping':
      tally.stopping = `stopping: ${entry.because}`;
      return;
    default:
      // Whatever else a picture shows is the replay's.
      return;
  }
}

function keep<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}

function pictureOf(moment: Moment, standing: Standing | null): RunPicture {
  const { saved, states, run, tally, now } = moment;
  const ended = states.filter(({ phase }) => phase === 'ended');
  const open = states.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
  const deferred = open.flatMap(({ waitsFor }) => waitsFor ?? []);
  const steps = {
    of: states.length,
    ended: ended.length,
    underWay: open.length - deferred.length,
    deferred: deferred.length,
    toGo: states.length - ended.length - open.length,
  };
  const approved = saved.execution;
  const limit = run.control.requestsPerSecond ?? approved.requestsPerSecond;
  const places = run.control.inFlight ?? approved.inFlight;
  return {
    name: escapeControls(saved.name),
    change: saved.change === null ? null : escapeControls(saved.change),
    elapsed: Math.max(0, now - (tally.began ?? now)),
    left: timeLeft(moment, steps, { limit, places }),
    steps,
    outcomes: totals(ended),
    opensAt: deferred.map(({ opensAt }) => opensAt).sort()[0] ?? null,
    waves: pictureWaves(moment),
    rate: {
      orders: ordersPerSecond(moment),
      limit: { now: limit, approved: approved.requestsPerSecond },
      slowed: (standing?.requestsPerSecond.lanes ?? [])
        .filter(({ rate }) => rate < limit)
        .map(({ action, rate }) => ({ action: escapeControls(action), rate: Math.round(rate * 10) / 10 })),
    },
    places: { taken: steps.underWay, now: places, approved: approved.inFlight },
    money: { verified: sumPrices(tally.verified), planned: saved.prices },
    waits: standing === null ? [] : pictureWaits(standing),
    inFlight: pictureSteps(
      moment,
      open.filter(({ waitsFor }) => waitsFor === null),
    ),
    events: [...tally.events],
    state: whatHolds(moment),
  };
}

/** The wave that was begun last, and when it was settled; null while it goes on, or once the run has ended. */
function latestWave({ run }: Moment): { readonly wave: number | null; readonly settledAt: number | null } {
  const wave = run.wavesStarted.at(-1) ?? null;
  const at = wave === null || run.endedAt !== null ? undefined : run.waveEndedAt.get(wave);
  return { wave, settledAt: at === undefined ? null : Date.parse(at) };
}

/** When the soak that goes on now is over; null where none does. */
function soakingUntil(moment: Moment): number | null {
  const { wave, settledAt } = latestWave(moment);
  if (wave === null || settledAt === null) return null;
  const until = settledAt + soakOf(moment.saved.waves, wave);
  return until > moment.now ? until : null;
}

/** Milliseconds of soak that are still to come, the rest of the present one included. */
function soakLeft(moment: Moment): number {
  const { waves } = moment.saved;
  const { wave, settledAt } = latestWave(moment);
  const until = soakingUntil(moment);
  const present = wave === null || settledAt !== null ? 0 : soakOf(waves, wave);
  const later = waves.reduce((sum, _, n) => sum + (n > (wave ?? -1) ? soakOf(waves, n) : 0), 0);
  return later + (until === null ? present : until - moment.now);
}

/** Milliseconds to go, by the rate, the usual duration and the in-flight slots; null where nobody can tell. */
function timeLeft(
  moment: Moment,
  { of, ended, deferred, toGo }: RunPicture['steps'],
  { limit, places }: { readonly limit: number; readonly places: number },
): number | null {
  const { durations } = moment.tally;
  const left = of - ended;
  if (durations.count === 0 || moment.run.control.paused || left === 0 || left === deferred) return null;
  const usual = durations.sum / durations.count;
  return Math.max((toGo * SECOND) / limit, (toGo * usual) / places) + usual + soakLeft(moment);
}

function ordersPerSecond({ tally, now }: Moment): number {
  const recent = tally.accepted.filter((at) => at >= now - RATE_OVER).length;
  return (recent * SECOND) / Math.min(RATE_OVER, Math.max(SECOND, now - (tally.began ?? now)));
}

/** Why a run does not simply go on, in one sentence; null where it does. */
function whatHolds(moment: Moment): string | null {
  const { tally, run, now } = moment;
  if (tally.stopping !== null) return tally.stopping;
  const { paused } = run.control;
  if (paused) return `paused by ${escapeControls(paused.by)} since ${timeOfDay(paused.since)} UTC`;
  if (now - tally.limitMetAt < LIMIT_TOLD) return 'the request limit was met: slower for a while';
  const until = soakingUntil(moment);
  return until === null ? null : `soaking until ${timeOfDay(new Date(until).toISOString())} UTC`;
}

/** Those under way, the longest first. */
function pictureSteps({ steps, names }: Moment, open: readonly StepState[]): PictureStep[] {
  return open
    .map((state) => ({ state, since: state.acceptedAt ?? state.intentAt ?? '' }))
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
    .slice(0, LISTED)
    .map(({ state: { step, phase }, since }) => {
      const { instance, change: what, after, nodes } = steps.get(step)!;
      const name = names.get(instance) ?? '';
      return { step, instance, name, change: escapeControls(change(what, after, nodes)), phase, since };
    });
}

function pictureWaves(moment: Moment): PictureWave[] {
  const { saved, states, run } = moment;
  const soaking = soakingUntil(moment) === null ? null : latestWave(moment).wave;
  const counts = saved.waves.map(() => ({ ended: 0, notVerified: 0, underWay: 0 }));
  for (const [at, { wave }] of saved.steps.entries()) {
    const { phase, outcome, waitsFor } = states[at]!;
    const sum = counts[wave]!;
    if (phase === 'ended') {
      sum.ended += 1;
      if (outcome !== 'verified') sum.notVerified += 1;
    } else if (phase !== 'waiting' && waitsFor === null) sum.underWay += 1;
  }
  return saved.waves.map(({ name, steps }, at) => ({
    name: escapeControls(name),
    steps: steps.length,
    ...counts[at]!,
    standing: run.wavesEnded.includes(at)
      ? at === soaking
        ? 'soaking'
        : 'settled'
      : run.wavesStarted.includes(at)
        ? 'running'
        : 'waiting',
  }));
}

function pictureWaits({ waits }: Standing): PictureWait[] {
  const byName = [...Map.groupBy(waits, ({ name }) => name)].map(([name, those]): PictureWait => {
    const { step, since, limit } = those.reduce((a, b) => (a.since <= b.since ? a : b));
    const steps = those.filter((one) => one.step !== null).length;
    return { name, why: WAIT_WORDS[name], steps, step, since, limit };
  });
  return byName.sort(
    (a, b) => (a.steps === 0 ? -1 : 0) - (b.steps === 0 ? -1 : 0) || (a.since < b.since ? -1 : 1),
  );
}

/** What a run waits for, for people: each completes "waiting for …". Names and limits: `run/waits.ts`. */
const WAIT_WORDS: Readonly<Record<WaitName, string>> = {
  unreachable: 'the provider to be reachable',
  unsent: 'a connection by which an order can leave',
  busy: 'something else to end on the instance',
  locked: 'the lock of an instance that reads as running',
  tryingAgain: 'the lock after the step before',
  tailLock: 'the lock after the step before',
  unclear: 'what is unclear to clear up',
  following: 'the provider to end the change',
  delivery: 'billing to call the order delivered',
  unlisted: 'the next list, this one lacks the instance',
  missing: 'the instance to be listed again',
  paused: 'somebody to continue the run',
  patience: 'every source to have been silent, no answer came',
  soak: 'the soak after the wave',
  approval: 'the approval of the wave',
  gate: 'the gate to judge',
  window: 'the window to open',
  permit: 'a slot under the request limit',
  rateHold: 'the request limit that the provider called',
};
