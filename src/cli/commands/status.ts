/** `refit status RUN`: where a run stands, told by its journal; `--watch` looks again until it has ended. */
import { join } from 'node:path';
import { isFinished, totals } from '../../journal/replay.ts';
import { OUTCOMES, type StepState } from '../../model.ts';
import { word } from '../../next-command.ts';
import { visible } from '../../report/document/escape.ts';
import { duration } from '../../report/quantities.ts';
import { applyAgain, reconcileAgain } from '../../run/apply-again.ts';
import { askStanding } from '../../run/control/control-client.ts';
import type { Standing } from '../../run/control/run-status.ts';
import { isAlive, readHolder } from '../../store/folder/lock.ts';
import { RUN_FILES, type RunStanding, readRun, readStanding } from '../../store/folder/run-directory.ts';
import type { GlobalOptions } from '../options.ts';
import { formatOf } from '../output.ts';
import { openWatchedRun } from '../run-view/watched-run.ts';
import type { Terminal } from '../terminal.ts';

const WATCH_EVERY = 2_000;
/** Steps named of each phase; the rest are counted. */
const NAMED = 10;

export async function status(
  directory: string,
  options: GlobalOptions & { watch?: boolean },
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  // Before a person it is one picture that goes on; else what is told each time is told in full.
  const isDrawn = options.watch === true && format === 'text' && terminal.live && terminal.interactive;
  const watched = isDrawn ? openWatchedRun(terminal) : null;
  let alone = 0;
  try {
    for (;;) {
      // Only the picture needs what has happened; else no more of the journal is held than where the run stands.
      const whole = watched ? await readRun(directory) : null;
      const run = whole ?? (await readStanding(directory));
      const live = await holderOf(run);
      // A process that does not answer is told of by its journal alone.
      const standing = live ? await askStanding(directory, terminal.clock).catch(() => null) : null;
      const told = tell(run, live, standing, terminal);
      // A run that somebody is about to take up has nobody for a moment; one whose process is gone has nobody for good.
      alone = live === null && run.state.startedAt !== null ? alone + 1 : 0;
      const isLast = !options.watch || alone > (run.state.endedAt === null ? 2 : 0);
      if (isLast) watched?.close();
      else if (whole) watched?.show(whole, standing);
      if (isLast || !watched)
        await terminal.out(format === 'json' ? `${JSON.stringify(told.facts)}\n` : told.text);
      if (isLast) return 0;
      await terminal.clock.sleep(WATCH_EVERY);
      if (format === 'text' && !watched) await terminal.out('\n');
    }
  } finally {
    watched?.close();
  }
}

async function holderOf(run: RunStanding) {
  const holder = await readHolder(join(run.directory, RUN_FILES.lock));
  const { hostname } = await import('node:os');
  return holder && (await isAlive(holder, hostname())) ? holder : null;
}

function tell(
  run: RunStanding,
  holder: Awaited<ReturnType<typeof holderOf>>,
  live: Standing | null,
  terminal: Terminal,
) {
  const { saved, state } = run;
  const now = terminal.clock.now();
  const steps = [...state.steps.values()];
  const open = steps.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
  const standing =
    state.startedAt === null
      ? 'not begun'
      : holder
        ? state.stopping
          ? `stopping (${state.stopping.because}): ${state.stopping.what}`
          : live?.paused
            ? `paused since ${live.paused.since} by ${live.paused.by}`
            : 'running'
        : isFinished(state)
          ? 'ended'
          : state.endedAt !== null
            ? `ended (${state.endedBecause}) with work left`
            : 'stopped without an end: its process is gone';
  const unknown = steps.some(({ outcome }) => outcome === 'unknown');
  const next = live?.paused
    ? `refit continue ${word(run.directory)}`
    : holder || isFinished(state)
      ? `refit report ${word(run.directory)}`
      : unknown && state.endedAt !== null
        ? reconcileAgain(run)
        : applyAgain(run);
  const facts = {
    plan: { name: saved.name, digest: saved.digest },
    directory: run.directory,
    standing,
    holder,
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    endedBecause: state.endedBecause,
    exitCode: state.exitCode,
    what: state.stopping?.what ?? null,
    // A step that is being settled is under way, not unknown.
    totals: totals(steps.filter((step) => !open.includes(step))),
    waves: { of: saved.waves.length, started: state.wavesStarted.length, ended: state.wavesEnded.length },
    underWay: open.map(({ step, phase, what, intentAt, acceptedAt }) => ({
      step,
      phase,
      what,
      since: acceptedAt ?? intentAt,
    })),
    /** What the process itself says: paused or not, what was set, and every wait. null: none answers. */
    live,
    /** By the journal: a pause ends with its process. */
    wasPaused: holder ? null : state.steered.paused,
    head: state.head,
    next,
  };
  const counts = OUTCOMES.filter((outcome) => facts.totals[outcome] > 0).map(
    (outcome) => `${facts.totals[outcome]} ${outcome}`,
  );
  const since = ({ acceptedAt, intentAt }: StepState) =>
    duration(now - Date.parse(acceptedAt ?? intentAt ?? ''));
  const lines = [
    `${visible(saved.name)} (${saved.digest.slice(0, 8)}): ${visible(standing)}`,
    `  began    ${state.startedAt ?? 'not yet'}${holder ? `, process ${holder.pid} on ${visible(holder.host)}` : ''}`,
    ...(state.stopping && !holder ? [`  because  ${visible(state.stopping.what)}`] : []),
    ...(live ? sayLive(live, now) : holder ? ['  process  does not answer at its control socket'] : []),
    ...(facts.wasPaused && state.endedAt === null
      ? [
          `  paused   by ${visible(facts.wasPaused.by)} at ${facts.wasPaused.since}, until its process ended: apply goes on`,
        ]
      : []),
    `  waves    ${facts.waves.ended} of ${facts.waves.of} settled`,
    `  steps    ${[...counts, ...(open.length > 0 ? [`${open.length} under way`] : [])].join(', ')}`,
    ...open
      .slice(0, NAMED)
      .map((step) => `  ${step.phase.padEnd(11)} ${step.step}  for ${since(step)}: ${visible(step.what)}`),
    ...(open.length > NAMED ? [`  and ${open.length - NAMED} more under way`] : []),
    `  head     ${state.head}`,
    `next: ${next}`,
  ];
  return { facts, text: `${lines.join('\n')}\n` };
}

/** What is set, and what is waited for: by name, how many steps, since when, and for how long at most. */
function sayLive({ inFlight, requestsPerSecond, waits }: Standing, now: number): string[] {
  const lowered = ({ now, approved }: { now: number; approved: number }) =>
    now === approved ? `${now}` : `${now} (approved ${approved})`;
  const slowed = requestsPerSecond.lanes.filter(({ rate }) => rate < requestsPerSecond.now);
  const byName = new Map<string, typeof waits>();
  for (const wait of waits) byName.set(wait.name, [...(byName.get(wait.name) ?? []), wait]);
  return [
    `  places   ${inFlight.underWay} of ${lowered(inFlight)} taken`,
    `  rate     ${lowered(requestsPerSecond)} requests a second`,
    ...slowed.map(({ action, rate }) => `           ${visible(action)} at ${rate.toFixed(1)} for a while`),
    ...[...byName].map(([name, those]) => {
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
