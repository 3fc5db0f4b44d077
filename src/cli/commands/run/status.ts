/** `refit status RUN`: shows the state of a run; `--watch` refreshes it until the run has ended. */
import { isFinished, totals } from '../../../journal/replay.ts';
import { duration } from '../../../messages/en/quantities.ts';
import { textOf, textWithFix } from '../../../messages/messages.ts';
import { type JournalEntry, OUTCOMES } from '../../../model.ts';
import { knownWait } from '../../../operations/picture/time-left.ts';
import {
  followStatus,
  type LiveRunStatus,
  type RunStatus,
  whyNotTrusted,
} from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { SECOND } from '../../../units.ts';
import { formatLocal } from '../../local-time.ts';
import { noteTrust } from '../../note-trust.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { stateInStore, storeData, storeLines } from '../../run-view/describe-store-state.ts';
import { formatLimit } from '../../run-view/draw-run.ts';
import { createWatchedRun } from '../../run-view/drawn-run.ts';
import { onRun, placeData } from '../../with-run.ts';

const WATCH_EVERY = 2 * SECOND;
/** How many steps Refit lists; it counts the rest. */
const NAMED = 10;

export const status = onRun(async (run, options, terminal) => {
  const isText = options.format === 'text';
  // On a terminal Refit draws one picture. Elsewhere it prints the whole state each time.
  const isDrawn = options.watch === true && isText && terminal.live && terminal.interactive;
  const watched = isDrawn ? createWatchedRun(terminal) : null;
  const follower = followStatus(run);
  let fresh: JournalEntry[] = [];
  let readsWithoutProcess = 0;
  try {
    for (;;) {
      const found = await follower.read(
        (entry) => {
          if (isDrawn) fresh.push(entry);
        },
        () => {
          fresh = [];
          watched?.restart();
        },
      );
      const { state } = found.run;
      // A run that is about to resume has no process for a moment, so one reading is not enough.
      readsWithoutProcess = found.holder === null && state.startedAt !== null ? readsWithoutProcess + 1 : 0;
      const isLast = !options.watch || readsWithoutProcess > (state.endedAt === null ? 2 : 0);
      if (isLast) watched?.close();
      else watched?.show(found.run.saved, fresh, found.live);
      fresh = [];
      if (isLast || !watched)
        await print(terminal, options, {
          text: () => describeStatus(found, options, terminal.clock.now()),
          json: statusData(found, options, terminal.clock.now()),
        });
      if (isLast) noteTrust(whyNotTrusted(found.run.trust), run, options, terminal);
      if (isLast) return 0;
      await terminal.clock.sleep(WATCH_EVERY);
      if (isText && !watched) await terminal.out('\n');
    }
  } finally {
    watched?.close();
  }
});

function describeRunState({ run: { state }, holder, live, stored }: RunStatus): string {
  const kept = holder ? null : stateInStore(stored, state.startedAt !== null);
  if (kept !== null) return kept;
  if (state.startedAt === null) return 'not started';
  if (holder) {
    if (state.stopping) return `stopping (${state.stopping.because}): ${textWithFix(state.stopping.message)}`;
    return live?.paused ? `paused since ${live.paused.since} by ${live.paused.by}` : 'running';
  }
  if (isFinished(state)) return 'ended';
  if (state.resting) return `rests until ${state.resting.until}: ${textOf(state.resting.reason)}`;
  if (state.endedAt !== null) return `ended (${state.endedBecause}) with work left`;
  return 'interrupted: its process is gone';
}

function statusData(status: RunStatus, options: Options, now: number) {
  const { run, holder, live, next, stored } = status;
  const { saved, state } = run;
  const steps = [...state.steps.values()];
  const open = steps.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
  const waited = holder ? knownWait({ saved, run: state, now }) : null;
  return {
    plan: { name: saved.name, digest: saved.digest },
    ...placeData(run),
    status: describeRunState(status),
    holder,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    endedBecause: state.endedBecause,
    exitCode: state.exitCode,
    message: state.stopping && textWithFix(state.stopping.message),
    // A step that Refit still follows is in progress, not unknown.
    totals: totals(steps.filter((step) => !open.includes(step))),
    waves: { of: saved.waves.length, started: state.wavesStarted.length, ended: state.wavesEnded.length },
    inProgress: open.map(({ step, phase, message, intentAt, acceptedAt }) => ({
      step,
      phase,
      message: textOf(message),
      since: acceptedAt ?? intentAt,
    })),
    /** The answer of the process: paused or not, settings and waits. null if none answers. */
    live,
    /** From the journal. A pause ends with its process. */
    wasPaused: holder ? null : state.control.paused,
    /** What the run is known to wait for: how long, ms, and why; null without a known wait or a process. */
    knownWait: waited && { ms: waited.ms, reason: textOf(waited.reason) },
    head: state.head,
    /** Whether this user's state vouches for the run. */
    trusted: whyNotTrusted(run.trust) === null,
    /** What a database knows besides the journal, such as who will work on it; null for a run directory. */
    store: storeData(stored),
    next: withConnectionOptions(next, options),
  };
}

function describeStatus(status: RunStatus, options: Options, now: number): string {
  const { run, holder, live, stored } = status;
  const { saved, state } = run;
  const facts = statusData(status, options, now);
  const { inProgress } = facts;
  const counts = OUTCOMES.filter((outcome) => facts.totals[outcome] > 0).map(
    (outcome) => `${facts.totals[outcome]} ${outcome}`,
  );
  const since = (time: string | null) => duration(now - Date.parse(time ?? ''));
  const paused = state.endedAt === null ? facts.wasPaused : null;
  return [
    `${escapeControls(saved.name)} (${saved.digest.slice(0, 8)}): ${escapeControls(facts.status)}`,
    `  started  ${state.startedAt === null ? 'not yet' : formatLocal(state.startedAt)}${holder ? `, process ${holder.pid} on ${escapeControls(holder.host)}` : ''}`,
    ...(state.stopping && !holder
      ? [`  reason   ${escapeControls(textWithFix(state.stopping.message))}`]
      : []),
    ...storeLines(stored).map(([label, text]) => `  ${label.padEnd(7)}  ${escapeControls(text)}`),
    ...(live ? liveLines(live, now) : holder ? ['  process  does not answer on its control socket'] : []),
    ...(paused
      ? [
          `  paused   by ${escapeControls(paused.by)} at ${formatLocal(paused.since)}, until its process ended`,
        ]
      : []),
    ...(facts.knownWait === null
      ? []
      : [`  left     at least ${duration(facts.knownWait.ms)}: ${facts.knownWait.reason}`]),
    `  waves    ${facts.waves.ended} of ${facts.waves.of} ended`,
    `  steps    ${[...counts, ...(inProgress.length > 0 ? [`${inProgress.length} in progress`] : [])].join(', ')}`,
    ...inProgress
      .slice(0, NAMED)
      .map(
        (one) =>
          `  ${one.phase.padEnd(11)} ${one.step}  for ${since(one.since)}: ${escapeControls(one.message)}`,
      ),
    ...(inProgress.length > NAMED ? [`  and ${inProgress.length - NAMED} more in progress`] : []),
    ...(state.startedAt === null ? [] : [`  head     ${state.head}`]),
    `next: ${escapeControls(facts.next)}`,
    '',
  ].join('\n');
}

/** Settings and waits. Each wait has its name, number of steps, start and limit. */
function liveLines({ inFlight, requestsPerSecond, waits }: LiveRunStatus, now: number): string[] {
  const slowed = requestsPerSecond.lanes.filter(({ rate }) => rate < requestsPerSecond.now);
  return [
    `  slots    ${inFlight.inProgress} of ${formatLimit(inFlight)} in use`,
    `  rate     ${formatLimit(requestsPerSecond)} requests per second`,
    ...slowed.map(({ action, rate }) => `           ${escapeControls(action)} at ${rate.toFixed(1)} for now`),
    ...[...Map.groupBy(waits, ({ name }) => name)].map(([name, those]) => {
      const longest = those.reduce((a, b) => (a.since <= b.since ? a : b));
      const who = those.every(({ step }) => step === null)
        ? ''
        : those.length === 1
          ? ` ${longest.step}`
          : ` ${those.length} steps, longest`;
      return `  waiting  ${name}${who} since ${formatLocal(longest.since)} (${duration(now - Date.parse(longest.since))}), at most ${duration(longest.limit)}`;
    }),
  ];
}
