/** How a run stands at one moment, as plain data: what every view of it draws, tells or encodes. */

import { AS_PLANNED } from '../../journal/folding.ts';
import { beginReplay, type Replay, totals } from '../../journal/replay.ts';
import {
  isLimitCode,
  type JournalEntry,
  type Outcome,
  type PriceSum,
  type RunState,
  type SavedPlan,
  type Step,
  type StepState,
} from '../../model.ts';
import { sumPrices } from '../../money.ts';
import { soakOf } from '../../plan/waves/waves.ts';
import { visible } from '../../report/document/escape.ts';
import { change, timeOfDay } from '../../report/quantities.ts';
import type { Standing } from '../../run/control/run-status.ts';
import { type EntryTeller, tellEntries } from './entry-lines.ts';
import { WAIT_WORDS } from './wait-words.ts';

/** Texts are visible; durations are milliseconds, times ISO 8601 UTC. */
export interface RunPicture {
  readonly name: string;
  readonly change: string | null;
  /** Since this process took it up. */
  readonly elapsed: number;
  /** To go, judged by the rate, the usual duration and the places; null before anything has ended. */
  readonly left: number | null;
  readonly steps: {
    readonly of: number;
    readonly ended: number;
    readonly underWay: number;
    /** Accepted, and waiting for their maintenance windows. */
    readonly deferred: number;
    readonly toGo: number;
  };
  /** Of those that have ended. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** When the next maintenance window opens that something waits for. */
  readonly opensAt: string | null;
  readonly waves: readonly PictureWave[];
  readonly rate: {
    /** Orders a second over the last five seconds. */
    readonly orders: number;
    /** Requests a second: now, and as approved. */
    readonly limit: { readonly now: number; readonly approved: number };
    /** Actions that are slower for a while, because the provider refused. */
    readonly slowed: readonly { readonly action: string; readonly rate: number }[];
  };
  readonly places: { readonly taken: number; readonly now: number; readonly approved: number };
  readonly money: { readonly verified: readonly PriceSum[]; readonly planned: readonly PriceSum[] };
  /** What is waited for, by what it is; the longest since first. Only a live process tells. */
  readonly waits: readonly PictureWait[];
  /** Ordered and not ended, the longest first. */
  readonly inFlight: readonly PictureStep[];
  /** The last things that happened, the newest last. */
  readonly events: readonly PictureEvent[];
  /** Paused, stopping, soaking, slowed: one sentence; null while it simply goes on. */
  readonly state: string | null;
}

export interface PictureWave {
  readonly name: string;
  readonly steps: number;
  readonly ended: number;
  /** Of those, what is not verified. */
  readonly notVerified: number;
  readonly underWay: number;
  readonly standing: 'waiting' | 'running' | 'soaking' | 'settled';
}

export interface PictureWait {
  readonly name: string;
  /** Completes "waiting for …". */
  readonly why: string;
  /** How many steps; 0: the whole run. */
  readonly steps: number;
  /** The step that has waited longest; null: the whole run. */
  readonly step: string | null;
  readonly since: string;
  readonly limit: number;
}

export interface PictureStep {
  readonly step: string;
  readonly instance: string;
  readonly name: string;
  readonly change: string;
  readonly phase: StepState['phase'];
  readonly since: string;
}

export interface PictureEvent {
  readonly at: string;
  readonly text: string;
  readonly outcome: Outcome | null;
  /** Goes as it should: not told by itself where only trouble is. */
  readonly passing: boolean;
}

/** Counted entry by entry, never searched. */
export interface RunFacts extends EntryTeller {
  add(entry: JournalEntry): void;
  /** @param standing what the live process says beside its journal; null where none does. */
  picture(standing: Standing | null): RunPicture;
  /** All that is left waits for its maintenance window: nobody knows how long it takes then. */
  onlyWaits(): boolean;
}

/** Of each list so much is kept; a screen shows less. */
const LATEST = 40;
const LISTED = 60;
/** A refusal by limit is told for so long: about what it takes the rate to come back. */
const LIMIT_TOLD = 10_000;
const RATE_OVER = 5_000;

/** @param now the wall clock, ms since 1970 UTC. */
export function gatherFacts(saved: SavedPlan, now: () => number): RunFacts {
  const replay: Replay = beginReplay(saved);
  const teller = tellEntries(saved, replay);
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, visible(name)]));
  const events: PictureEvent[] = [];
  const accepted: number[] = [];
  const durations = { count: 0, sum: 0 };
  const verified: Step[] = [];
  let wave: number | null = null;
  /** When the wave that was begun last was settled; null while it goes on. */
  let settledAt: number | null = null;
  let began: number | null = null;
  let stopping = '';
  let steered: RunState['steered'] = AS_PLANNED;
  let limitMetAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds to wait after a wave; the last one's soak is not waited for. */
  const soakIn = (index: number) => soakOf(saved.waves, index);
  /** When the soak that goes on now is over; null where none does. */
  const soakingUntil = (): number | null => {
    if (wave === null || settledAt === null) return null;
    const until = settledAt + soakIn(wave);
    return until > now() ? until : null;
  };
  /** Milliseconds of soak that are still to come, the rest of the present one included. */
  const soakLeft = (): number => {
    const until = soakingUntil();
    const present = wave === null || settledAt !== null ? 0 : soakIn(wave);
    const later = saved.waves.reduce((sum, _, n) => sum + (n > (wave ?? -1) ? soakIn(n) : 0), 0);
    return later + (until === null ? present : until - now());
  };
  const isOpen = ({ phase }: StepState) => phase !== 'ended' && phase !== 'waiting';
  const wholeState = (): string | null => {
    if (stopping !== '') return stopping;
    if (steered.paused)
      return `paused by ${visible(steered.paused.by)} since ${timeOfDay(steered.paused.since)} UTC`;
    if (now() - limitMetAt < LIMIT_TOLD) return 'the request limit was met: slower for a while';
    const until = soakingUntil();
    return until === null ? null : `soaking until ${timeOfDay(new Date(until).toISOString())} UTC`;
  };
  const ordersPerSecond = (): number => {
    const since = now() - RATE_OVER;
    while (accepted.length > 0 && accepted[0]! < since) accepted.shift();
    return (accepted.length * 1000) / Math.min(RATE_OVER, Math.max(1_000, now() - (began ?? now())));
  };
  const listed = (open: readonly StepState[]): PictureStep[] =>
    open
      .map((state) => ({ state, since: state.acceptedAt ?? state.intentAt ?? '' }))
      .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
      .slice(0, LISTED)
      .map(({ state: { step, phase }, since }) => {
        const { instance, change: what, after, nodes } = steps.get(step)!;
        const name = names.get(instance) ?? '';
        return { step, instance, name, change: visible(change(what, after, nodes)), phase, since };
      });

  return {
    ...teller,
    add(entry) {
      replay.add(entry);
      switch (entry.kind) {
        case 'run-started':
          began = Date.parse(entry.at);
          stopping = '';
          steered = AS_PLANNED;
          break;
        case 'wave-started':
          wave = entry.wave;
          settledAt = null;
          break;
        case 'wave-ended':
          settledAt = Date.parse(entry.at);
          break;
        case 'run-ended':
          settledAt = null;
          break;
        case 'accepted':
          accepted.push(Date.parse(entry.sentAt));
          if (accepted.length > 200) accepted.shift();
          break;
        case 'step-ended': {
          const { acceptedAt, beganAt } = replay.step(entry.step);
          if (entry.outcome === 'verified') verified.push(steps.get(entry.step)!);
          const from = beganAt ?? acceptedAt;
          if (from !== null) {
            durations.count += 1;
            durations.sum += Date.parse(entry.at) - Date.parse(from);
          }
          break;
        }
        case 'refused':
          if (isLimitCode(entry.code)) limitMetAt = Date.parse(entry.at);
          break;
        case 'steered':
        case 'gate':
          steered = replay.state().steered;
          break;
        case 'stopping':
          stopping = `stopping: ${entry.because}`;
          break;
        default:
      }
      const text = teller.line(entry);
      if (text === null) return;
      const outcome = entry.kind === 'step-ended' ? entry.outcome : null;
      events.push({ at: entry.at, text, outcome, passing: teller.isPassing(entry) });
      if (events.length > LATEST) events.shift();
    },
    onlyWaits() {
      const open = saved.steps.map(({ id }) => replay.step(id)).filter(({ phase }) => phase !== 'ended');
      return open.length > 0 && open.every(({ waitsFor }) => waitsFor !== null);
    },
    picture(standing) {
      const states = saved.steps.map(({ id }) => replay.step(id));
      const ended = states.filter(({ phase }) => phase === 'ended');
      const open = states.filter(isOpen);
      const deferred = open.flatMap(({ waitsFor }) => waitsFor ?? []);
      const underWay = open.length - deferred.length;
      const left = states.length - ended.length;
      const { requestsPerSecond, inFlight } = saved.execution;
      const limit = steered.requestsPerSecond ?? requestsPerSecond;
      const places = steered.inFlight ?? inFlight;
      const toGo = left - open.length;
      const guess = (): number | null => {
        if (durations.count === 0 || steered.paused || left === 0 || left === deferred.length) return null;
        const usual = durations.sum / durations.count;
        return Math.max((toGo * 1000) / limit, (toGo * usual) / places) + usual + soakLeft();
      };
      const state = replay.state();
      return {
        name: visible(saved.name),
        change: saved.change === null ? null : visible(saved.change),
        elapsed: Math.max(0, now() - (began ?? now())),
        left: guess(),
        steps: { of: states.length, ended: ended.length, underWay, deferred: deferred.length, toGo },
        outcomes: totals(ended),
        opensAt: deferred.map(({ opensAt }) => opensAt).sort()[0] ?? null,
        waves: pictureWaves(saved, states, state, soakingUntil() === null ? null : wave),
        rate: {
          orders: ordersPerSecond(),
          limit: { now: limit, approved: requestsPerSecond },
          slowed: (standing?.requestsPerSecond.lanes ?? [])
            .filter(({ rate }) => rate < limit)
            .map(({ action, rate }) => ({ action: visible(action), rate: Math.round(rate * 10) / 10 })),
        },
        places: { taken: underWay, now: places, approved: inFlight },
        money: { verified: sumPrices(verified), planned: saved.prices },
        waits: standing === null ? [] : pictureWaits(standing),
        inFlight: listed(open.filter(({ waitsFor }) => waitsFor === null)),
        events: [...events],
        state: wholeState(),
      };
    },
  };
}

function pictureWaves(
  saved: SavedPlan,
  states: readonly StepState[],
  { wavesStarted, wavesEnded }: RunState,
  soaking: number | null,
): PictureWave[] {
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
    name: visible(name),
    steps: steps.length,
    ...counts[at]!,
    standing: wavesEnded.includes(at)
      ? at === soaking
        ? 'soaking'
        : 'settled'
      : wavesStarted.includes(at)
        ? 'running'
        : 'waiting',
  }));
}

function pictureWaits({ waits }: Standing): PictureWait[] {
  const byName = new Map<string, PictureWait>();
  for (const { name, step, since, limit } of waits) {
    const before = byName.get(name);
    const longest = before && before.since <= since ? before : { step, since, limit };
    const steps = (before?.steps ?? 0) + (step === null ? 0 : 1);
    byName.set(name, {
      name,
      why: WAIT_WORDS[name],
      steps,
      step: longest.step,
      since: longest.since,
      limit: longest.limit,
    });
  }
  return [...byName.values()].sort(
    (a, b) => (a.steps === 0 ? -1 : 0) - (b.steps === 0 ? -1 : 0) || (a.since < b.since ? -1 : 1),
  );
}
