/** Keeps running totals of a run, so that a status view does not read the journal again. */
import { createReplay, type Replay, totals } from '../../journal/replay.ts';
import { change } from '../../messages/en/quantities.ts';
import { message } from '../../messages/messages.ts';
import {
  isLimitCode,
  type JournalEntry,
  type RunState,
  type SavedPlan,
  type Step,
  type StepState,
} from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { SECOND } from '../../units.ts';
import type { LiveRunStatus, WaitName } from '../runs/read-run.ts';
import { isRoutine as isRoutineEntry, lineOf, messageOf, namedStep } from './entry-lines.ts';
import type {
  PictureEvent,
  PictureStep,
  PictureWait,
  PictureWave,
  RunCondition,
  RunPicture,
} from './run-picture.ts';
import { estimateTimeLeft, latestWave, soakingUntil } from './time-left.ts';

/** The facts of a run so far. */
export interface RunFacts {
  add(entry: JournalEntry): void;
  /** One line for an entry, without control characters; null if the entry is not shown and only changes counters. */
  line(entry: JournalEntry): string | null;
  /** Whether an entry is as planned, so that only `-v` prints it. Call `add` first. */
  isRoutine(entry: JournalEntry): boolean;
  /** @param liveStatus the answer of the live process; null if none answers. */
  picture(liveStatus: LiveRunStatus | null): RunPicture;
  /** Whether every step that has not ended waits for its maintenance window. The time left is unknown then. */
  onlyDeferredLeft(): boolean;
}

/** Lengths of the lists. A screen shows less. */
const LATEST = 40;
const LISTED = 60;
const MOST_ACCEPTED = 200;
/** How long a picture shows a refusal by limit. The rate needs about that long to recover. */
const LIMIT_SHOWN = 10 * SECOND;
const RATE_OVER = 5 * SECOND;

type Tally = ReturnType<typeof createTally>;

/** Counts beside the replay. Times are ms since 1970 UTC. */
function createTally() {
  return {
    /** When the current process started. */
    began: null as number | null,
    /** Why Refit starts no new step; null while it starts steps. */
    stopping: null as string | null,
    /** When the provider last refused by its limit. */
    limitMetAt: Number.NEGATIVE_INFINITY,
    /** When the last accepted orders were sent. */
    accepted: [] as number[],
    /** Number and total duration of ended changes, milliseconds. */
    durations: { count: 0, sum: 0 },
    verified: [] as Step[],
    events: [] as PictureEvent[],
  };
}

/** Everything that a picture needs. */
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
  const tally = createTally();
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, escapeControls(name)]));
  const states = () => saved.steps.map(({ id }) => replay.step(id));
  const line = (entry: JournalEntry) => lineOf(entry, saved, steps);
  const isRoutine = (entry: JournalEntry) => isRoutineEntry(entry, steps, replay);
  return {
    line,
    isRoutine,
    add(entry) {
      replay.add(entry);
      count(tally, entry, replay, steps);
      const text = line(entry);
      if (text === null) return;
      const outcome = entry.kind === 'step-ended' ? entry.outcome : null;
      const message = messageOf(entry, saved, steps);
      const step = namedStep(entry, steps);
      keep(tally.events, { at: entry.at, text, message, step, outcome, isRoutine: isRoutine(entry) }, LATEST);
    },
    onlyDeferredLeft() {
      const left = states().filter(({ phase }) => phase !== 'ended');
      return left.length > 0 && left.every(({ waitsFor }) => waitsFor !== null);
    },
    picture: (liveStatus) =>
      pictureOf(
        { saved, steps, names, states: states(), run: replay.state(), tally, now: now() },
        liveStatus,
      ),
  };
}

/** Counts an entry after the replay has added it. */
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
      tally.stopping = entry.because;
      return;
    default:
      // The replay holds everything else that a picture shows.
      return;
  }
}

function keep<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}

function pictureOf(moment: Moment, liveStatus: LiveRunStatus | null): RunPicture {
  const { saved, states, run, tally, now } = moment;
  const ended = states.filter(({ phase }) => phase === 'ended');
  const open = states.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
  const deferred = open.flatMap(({ waitsFor }) => waitsFor ?? []);
  const steps = {
    of: states.length,
    ended: ended.length,
    inProgress: open.length - deferred.length,
    deferred: deferred.length,
    remaining: states.length - ended.length - open.length,
  };
  const approved = saved.execution;
  const limit = run.control.requestsPerSecond ?? approved.requestsPerSecond;
  const slots = run.control.inFlight ?? approved.inFlight;
  const timeLeft = estimateTimeLeft(moment, {
    ...steps,
    durations: tally.durations,
    requestsPerSecond: limit,
    inFlight: slots,
  });
  return {
    name: escapeControls(saved.name),
    change: saved.change === null ? null : escapeControls(saved.change),
    elapsed: Math.max(0, now - (tally.began ?? now)),
    timeLeft: timeLeft?.ms ?? null,
    timeLeftReason: timeLeft?.reason ?? null,
    steps,
    outcomes: totals(ended),
    opensAt: deferred.map(({ opensAt }) => opensAt).sort()[0] ?? null,
    waves: pictureWaves(moment),
    rate: {
      orders: ordersPerSecond(moment),
      limit: { now: limit, approved: approved.requestsPerSecond },
      slowed: (liveStatus?.requestsPerSecond.lanes ?? [])
        .filter(({ rate }) => rate < limit)
        .map(({ action, rate }) => ({ action: escapeControls(action), rate: Math.round(rate * 10) / 10 })),
    },
    slots: { taken: steps.inProgress, now: slots, approved: approved.inFlight },
    money: { verified: sumPrices(tally.verified), planned: saved.prices },
    waits: liveStatus === null ? [] : pictureWaits(liveStatus),
    inFlight: pictureSteps(
      moment,
      open.filter(({ waitsFor }) => waitsFor === null),
    ),
    events: [...tally.events],
    condition: conditionOf(moment),
  };
}

function ordersPerSecond({ tally, now }: Moment): number {
  const recent = tally.accepted.filter((at) => at >= now - RATE_OVER).length;
  return (recent * SECOND) / Math.min(RATE_OVER, Math.max(SECOND, now - (tally.began ?? now)));
}

/** Why a run is slow or stopped; null if it just continues. */
function conditionOf(moment: Moment): RunCondition | null {
  const { tally, run, now } = moment;
  if (tally.stopping !== null) return { kind: 'stopping', because: tally.stopping };
  const { paused } = run.control;
  if (paused) return { kind: 'paused', by: escapeControls(paused.by), since: paused.since };
  if (now - tally.limitMetAt < LIMIT_SHOWN) return { kind: 'slowed' };
  const until = soakingUntil(moment);
  return until === null ? null : { kind: 'soaking', until };
}

/** The steps in flight, the oldest first. */
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
  const counts = saved.waves.map(() => ({ ended: 0, notVerified: 0, inProgress: 0 }));
  for (const [at, { wave }] of saved.steps.entries()) {
    const { phase, outcome, waitsFor } = states[at]!;
    const sum = counts[wave]!;
    if (phase === 'ended') {
      sum.ended += 1;
      if (outcome !== 'verified') sum.notVerified += 1;
    } else if (phase !== 'waiting' && waitsFor === null) sum.inProgress += 1;
  }
  return saved.waves.map(({ name, steps }, at) => ({
    name: escapeControls(name),
    steps: steps.length,
    ...counts[at]!,
    status: run.wavesEnded.includes(at)
      ? at === soaking
        ? 'soaking'
        : 'ended'
      : run.wavesStarted.includes(at)
        ? 'running'
        : 'waiting',
  }));
}

function pictureWaits({ waits }: LiveRunStatus): PictureWait[] {
  const byName = [...Map.groupBy(waits, ({ name }) => name)].map(([name, those]): PictureWait => {
    const { step, since, limit } = those.reduce((a, b) => (a.since <= b.since ? a : b));
    const steps = those.filter((one) => one.step !== null).length;
    return { name, reason: message(REASONS[name]), steps, step, since, limit };
  });
  return byName.sort(
    (a, b) => (a.steps === 0 ? -1 : 0) - (b.steps === 0 ? -1 : 0) || (a.since < b.since ? -1 : 1),
  );
}

/** The reason of each wait. */
const REASONS = {
  unreachable: 'wait.unreachable',
  unsent: 'wait.unsent',
  busy: 'wait.busy',
  locked: 'wait.locked',
  tryingAgain: 'wait.tryingAgain',
  tailLock: 'wait.tailLock',
  unclear: 'wait.unclear',
  following: 'wait.following',
  delivery: 'wait.delivery',
  unlisted: 'wait.unlisted',
  missing: 'wait.missing',
  paused: 'wait.paused',
  patience: 'wait.patience',
  soak: 'wait.soak',
  approval: 'wait.approval',
  gate: 'wait.gate',
  window: 'wait.window',
  permit: 'wait.permit',
  regionFull: 'wait.regionFull',
  rateHold: 'wait.rateHold',
} as const satisfies Readonly<Record<WaitName, string>>;
