/**
 * Shows a live run on stderr, from the journal like every other reader. There are three forms:
 *
 * - on a terminal: a picture, drawn in place
 * - elsewhere: a line for each change of state, and a heartbeat, so that a log stays readable
 * - for programs: one JSON object on each line
 */
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { gatherFacts, type RunFacts } from '../../operations/picture/run-facts.ts';
import type { RunPicture } from '../../operations/picture/run-picture.ts';
import type { LiveRunStatus } from '../../operations/runs/read-run.ts';
import { ink, OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { localTimeOfDay } from '../local-time.ts';
import { entryEvent, runEvent, statusEvent } from '../progress/progress-events.ts';
import type { Terminal } from '../terminal.ts';
import { formatRunLine } from './draw-run.ts';
import { createDrawing } from './drawn-run.ts';

export interface RunView {
  /** Takes an entry of an earlier process, in order, before `start`. */
  past(entry: JournalEntry): void;
  start(run: { readonly name: string; readonly entries: readonly JournalEntry[] }): void;
  /** Takes the function that asks the live process for its state. */
  live(standing: () => LiveRunStatus): void;
  entry(entry: JournalEntry): void;
  /** Prints the state in one line, even with `-q`. */
  status(): void;
  close(): void;
}

/** Milliseconds between two drawings of the terminal. */
const DRAW_EVERY = 250;
/** A log gets a line at least this often at first, and less often in a long run. */
const HEARTBEAT = 10 * SECOND;
const HEARTBEATS: readonly (readonly [after: number, every: number])[] = [
  [30 * MINUTE, MINUTE],
  [5 * MINUTE, 30 * SECOND],
];
/** The same while every open step waits for its maintenance window, usually for hours. */
const SLOW_HEARTBEAT = 10 * MINUTE;
/** A program gets the state this often, but only as often as a log while every open step waits. */
const STATUS_EVERY = 5 * SECOND;

export function createRunView(terminal: Terminal, saved: SavedPlan): RunView {
  const facts = gatherFacts(saved, terminal.clock.now);
  let standing: (() => LiveRunStatus) | null = null;
  const picture = () => facts.picture(standing?.() ?? null);
  const form = formFor(terminal)(terminal, { facts, saved, picture });
  return {
    past: facts.add,
    start({ name, entries }) {
      entries.forEach(facts.add);
      form.start(name);
    },
    live(ask) {
      standing = ask;
    },
    entry(entry) {
      facts.add(entry);
      const line = facts.line(entry);
      // People read a log of a thousand steps for the ones that failed.
      form.entry(entry, line, line !== null && (terminal.verbose || !facts.isRoutine(entry)));
    },
    status: form.status,
    close: form.close,
  };
}

function formFor({ quiet, progress, live }: Terminal): Form {
  if (quiet) return noLines;
  if (progress === 'json') return jsonLines;
  return live ? livePicture : plainLines;
}

/** One way to show a run. The facts contain the entry before a function is called. */
type Form = (
  terminal: Terminal,
  run: { readonly facts: RunFacts; readonly saved: SavedPlan; picture(): RunPicture },
) => Pick<RunView, 'status' | 'close'> & {
  start(directory: string): void;
  /** @param line the text of the entry; null if it only counts. @param isShown whether people need it. */
  entry(entry: JournalEntry, line: string | null, isShown: boolean): void;
};

/** The id of a run in a store has no separator of paths. */
function placeOf(name: string): string {
  return /^\d{8}T\d{6}Z-[0-9a-f]{8}$/.test(name) ? 'run' : 'run directory';
}

/** Prints nothing unless asked. */
const noLines: Form = (terminal, { picture }) => ({
  start: () => undefined,
  entry: () => undefined,
  status: () =>
    terminal.progress === 'json'
      ? terminal.event(statusEvent(picture()))
      : terminal.err(`${formatRunLine(picture())}\n`),
  close: () => undefined,
});

/** Calls `beat` after `every()` milliseconds without a line, until it is closed. */
function createHeartbeat(terminal: Terminal, every: () => number, beat: () => void) {
  const closed = new AbortController();
  let lastWrittenAt = terminal.clock.monotonic();
  const watch = async () => {
    while (!closed.signal.aborted) {
      await terminal.clock.sleep(SECOND, closed.signal);
      if (!closed.signal.aborted && terminal.clock.monotonic() - lastWrittenAt >= every()) beat();
    }
  };
  return {
    start: () => void watch(),
    written() {
      lastWrittenAt = terminal.clock.monotonic();
    },
    close: () => closed.abort(),
  };
}

/** Prints plain lines. */
const plainLines: Form = (terminal, { facts, picture }) => {
  const inks = ink(terminal.color.err);
  const startedAt = terminal.clock.monotonic();
  const every = () => {
    const elapsed = terminal.clock.monotonic() - startedAt;
    if (facts.onlyDeferredLeft()) return SLOW_HEARTBEAT;
    return HEARTBEATS.find(([after]) => elapsed > after)?.[1] ?? HEARTBEAT;
  };
  const heart = createHeartbeat(terminal, every, () => write(formatRunLine(picture())));
  const write = (text: string) => {
    heart.written();
    terminal.err(`${localTimeOfDay(terminal.clock.now())} ${text}\n`);
  };
  return {
    start(directory) {
      write(`${placeOf(directory)} ${directory}`);
      heart.start();
    },
    entry(entry, line, isShown) {
      if (line !== null && isShown) write(painted(entry, line, inks));
      else if (terminal.verbose && 'step' in entry) write(`${entry.step}: ${entry.kind}`);
      if (entry.kind === 'run-ended') write(formatRunLine(picture()));
    },
    status: () => write(formatRunLine(picture())),
    close: heart.close,
  };
};

/** Prints events for programs. */
const jsonLines: Form = (terminal, { facts, saved, picture }) => {
  const every = () => (facts.onlyDeferredLeft() ? SLOW_HEARTBEAT : STATUS_EVERY);
  const writeStatus = () => {
    heart.written();
    terminal.event(statusEvent(picture()));
  };
  const heart = createHeartbeat(terminal, every, writeStatus);
  return {
    start(directory) {
      terminal.event(runEvent(saved, directory));
      heart.start();
    },
    entry(entry, line) {
      if (line !== null || terminal.verbose) terminal.event(entryEvent(entry, line ?? entry.kind));
      if (entry.kind === 'run-ended') writeStatus();
    },
    status: writeStatus,
    close: heart.close,
  };
};

/** Draws a picture in place, with the important lines above it. */
const livePicture: Form = (terminal, { picture }) => {
  const inks = ink(terminal.color.err);
  const drawing = createDrawing(terminal, picture, false);
  return {
    start(directory) {
      drawing.keep(`${placeOf(directory)} ${directory}`);
      void drawing.keepDrawing(DRAW_EVERY);
    },
    entry(entry, line, isShown) {
      if (line !== null && isShown) drawing.keep(line, (text) => painted(entry, text, inks));
    },
    status: () => drawing.keep(formatRunLine(picture())),
    close: drawing.close,
  };
};

/** Colours the sign of a line. Call it after wrapping, because wrapping counts cells. */
function painted(entry: JournalEntry, text: string, inks: ReturnType<typeof ink>): string {
  if (entry.kind !== 'step-ended') return text;
  const [sign, colour] = OUTCOME_SIGNS[entry.outcome];
  return inks[colour](sign) + text.slice(sign.length);
}
