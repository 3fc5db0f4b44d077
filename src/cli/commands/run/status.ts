/** `refit status RUN`: where a run stands, by its journal; `--watch` looks again until it has ended. */
import { isFinished, totals } from '../../../journal/replay.ts';
import { textOf, textWithFix } from '../../../messages/messages.ts';
import { OUTCOMES } from '../../../model.ts';
import { type RunStatus, readStatus, type Standing } from '../../../operations/read-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { duration } from '../../../report/quantities.ts';
import { SECOND } from '../../../units.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { lowered } from '../../run-view/draw-run.ts';
import { createWatchedRun } from '../../run-view/drawn-run.ts';

const WATCH_EVERY = 2 * SECOND;
/** Steps named of each phase; the rest are counted. */
const NAMED = 10;

export const status: CommandCode<[string]> = async ([directory], options, terminal) => {
  const isText = options.format === 'text';
  // Before a person it is one picture that goes on; else each time is told in full.
  const isDrawn = options.watch === true && isText && terminal.live && terminal.interactive;
  const watched = isDrawn ? createWatchedRun(terminal) : null;
  let alone = 0;
  try {
    for (;;) {
      // Only the picture needs what has happened; else no more of the journal is held than where the run stands.
      const found = await readStatus(directory, terminal.clock, isDrawn);
      const { state } = found.run;
      // A run that somebody is about to resume has nobody for a moment; one whose process is gone has nobody for good.
      alone = found.holder === null && state.startedAt !== null ? alone + 1 : 0;
      const isLast = !options.watch || alone > (state.endedAt === null ? 2 : 0);
      if (isLast) watched?.close();
      else if (found.whole) watched?.show(found.whole, found.live);
      if (isLast || !watched)
        await print(terminal, options, {
          text: () => describeStatus(found, terminal.clock.now()),
          json: factsOf(found),
        });
      if (isLast) return 0;
      await terminal.clock.sleep(WATCH_EVERY);
      if (isText && !watched) await terminal.out('\n');
    }
  } finally {
    watched?.close();
  }
};

function standingOf({ run: { state }, holder, live }: RunStatus): string {
  if (state.startedAt === null) return 'not begun';
  if (holder) {
    if (state.stopping) return `stopping (${state.stopping.because}): ${textWithFix(state.stopping.message)}`;
    return live?.paused ? `paused since ${live.paused.since} by ${live.paused.by}` : 'running';
  }
  if (isFinished(state)) return 'ended';
  if (state.endedAt !== null) return `ended (${state.endedBecause}) with work left`;
  return 'stopped without an end: its process is gone';
}

function factsOf(status: RunStatus) {
  const { run, holder, live, next } = status;
  const { saved, state } = run;
  const steps = [...state.steps.values()];
  const open = steps.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
  return {
    plan: { name: saved.name, digest: saved.digest },
    directory: run.directory,
    standing: standingOf(status),
    holder,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    endedBecause: state.endedBecause,
    exitCode: state.exitCode,
    message: state.stopping && textWithFix(state.stopping.message),
    // A step that is being settled is under way, not unknown.
    totals: totals(steps.filter((step) => !open.includes(step))),
    waves: { of: saved.waves.length, started: state.wavesStarted.length, ended: state.wavesEnded.length },
    underWay: open.map(({ step, phase, message, intentAt, acceptedAt }) => ({
      step,
      phase,
      message: textOf(message),
      since: acceptedAt ?? intentAt,
    })),
    /** What the process itself says: paused or not, what was set, and every wait. null: none answers. */
    live,
    /** By the journal: a pause ends with its process. */
    wasPaused: holder ? null : state.control.paused,
    head: state.head,
    next,
  };
}

function describeStatus(status: RunStatus, now: number): string {
  const { run, holder, live, next } = status;
  const { saved, state } = run;
  const facts = factsOf(status);
  const { underWay } = facts;
  const counts = OUTCOMES.filter((outcome) => facts.totals[outcome] > 0).map(
    (outcome) => `${facts.totals[outcome]} ${outcome}`,
  );
  const since = (time: string | null) => duration(now - Date.parse(time ?? ''));
  const paused = state.endedAt === null ? facts.wasPaused : null;
  return [
    `${escapeControls(saved.name)} (${saved.digest.slice(0, 8)}): ${escapeControls(facts.standing)}`,
    `  began    ${state.startedAt ?? 'not yet'}${holder ? `, process ${holder.pid} on ${escapeControls(holder.host)}` : ''}`,
    ...(state.stopping && !holder
      ? [`  because  ${escapeControls(textWithFix(state.stopping.message))}`]
      : []),
    ...(live ? liveLines(live, now) : holder ? ['  process  does not answer at its control socket'] : []),
    ...(paused
      ? [
          `  paused   by ${escapeControls(paused.by)} at ${paused.since}, until its process ended: apply goes on`,
        ]
      : []),
    `  waves    ${facts.waves.ended} of ${facts.waves.of} settled`,
    `  steps    ${[...counts, ...(underWay.length > 0 ? [`${underWay.length} under way`] : [])].join(', ')}`,
    ...underWay
      .slice(0, NAMED)
      .map(
        (one) =>
          `  ${one.phase.padEnd(11)} ${one.step}  for ${since(one.since)}: ${escapeControls(one.message)}`,
      ),
    ...(underWay.length > NAMED ? [`  and ${underWay.length - NAMED} more under way`] : []),
    `  head     ${state.head}`,
    `next: ${next}`,
    '',
  ].join('\n');
}

/** What is set, and what is waited for: by name, how many steps, since when, and for how long at most. */
function liveLines({ inFlight, requestsPerSecond, waits }: Standing, now: number): string[] {
  const slowed = requestsPerSecond.lanes.filter(({ rate }) => rate < requestsPerSecond.now);
  return [
    `  places   ${inFlight.underWay} of ${lowered(inFlight)} taken`,
    `  rate     ${lowered(requestsPerSecond)} requests a second`,
    ...slowed.map(
      ({ action, rate }) => `           ${escapeControls(action)} at ${rate.toFixed(1)} for a while`,
    ),
    ...[...Map.groupBy(waits, ({ name }) => name)].map(([name, those]) => {
      const longest = those.reduce((a, b) => (a.since <= b.since ? a : b));
      const who = those.every(({ step }) => step === null)
        ? ''
        : those.length === 1
          ? ` ${longest.step}`
          : ` ${those.length} steps, longest`;
      return `  waiting  ${name}${who} since ${longest.since} (${duration(now - Date.parse(longest.since))}), at most ${duration(longest.limit)}`;
    }),
  ];
}
