/**
 * A live run as it goes on, on stderr: a reader of the journal like any other. On a terminal a picture drawn over in
 * place; elsewhere a line for each change of state and a heartbeat, so that a log stays readable; or one JSON object a
 * line for programs.
 */
import type { JournalEntry, SavedPlan } from '../../model.ts';
import type { Standing } from '../../operations/read-run.ts';
import { ink, OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { entryEvent, runEvent, statusEvent } from '../run-picture/progress-events.ts';
import { gatherFacts, type RunFacts } from '../run-picture/run-facts.ts';
import type { RunPicture } from '../run-picture/run-picture.ts';
import type { Terminal } from '../terminal.ts';
import { formatRunLine } from './draw-run.ts';
import { createDrawing } from './drawn-run.ts';

export interface RunView {
  start(run: { readonly directory: string; readonly entries: readonly JournalEntry[] }): void;
  /** Hands over how to ask the live process how it stands, beside its journal. */
  live(standing: () => Standing): void;
  entry(entry: JournalEntry): void;
  /** One line of how it goes on, also where nothing else is told. */
  status(): void;
  close(): void;
}

/** The terminal is drawn this often, in milliseconds. */
const DRAW_EVERY = 250;
/** A log gets a line at least this often while the run is young, and less often the longer it lasts. */
const HEARTBEAT = 10 * SECOND;
const HEARTBEATS: readonly (readonly [after: number, every: number])[] = [
  [30 * MINUTE, MINUTE],
  [5 * MINUTE, 30 * SECOND],
];
/** The same while nothing is under way and all that is left waits for its maintenance window, hours as a rule. */
const SLOW_HEARTBEAT = 10 * MINUTE;
/** A program gets the standing this often, and as slowly as a log where nothing moves. */
const STATUS_EVERY = 5 * SECOND;

export function createRunView(terminal: Terminal, saved: SavedPlan): RunView {
  const facts = gatherFacts(saved, terminal.clock.now);
  let standing: (() => Standing) | null = null;
  const picture = () => facts.picture(standing?.() ?? null);
  const form = formFor(terminal)(terminal, { facts, saved, picture });
  return {
    start({ directory, entries }) {
      entries.forEach(facts.add);
      form.start(directory);
    },
    live(ask) {
      standing = ask;
    },
    entry(entry) {
      facts.add(entry);
      const line = facts.line(entry);
      // A log of a thousand steps is read for those that did not go well.
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

/** One way to show a run: the facts have been gathered when it is called. */
type Form = (
  terminal: Terminal,
  run: { readonly facts: RunFacts; readonly saved: SavedPlan; picture(): RunPicture },
) => Pick<RunView, 'status' | 'close'> & {
  start(directory: string): void;
  /** @param line what the entry says; null: it only counts. @param isShown where people look for what matters. */
  entry(entry: JournalEntry, line: string | null, isShown: boolean): void;
};

/** Nothing, unless asked. */
const noLines: Form = (terminal, { picture }) => ({
  start: () => undefined,
  entry: () => undefined,
  status: () =>
    terminal.progress === 'json'
      ? terminal.event(statusEvent(picture()))
      : terminal.err(`${formatRunLine(picture())}\n`),
  close: () => undefined,
});

/** Calls `beat` when nothing was told for as long as `every` says, until closed. */
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
    told() {
      lastWrittenAt = terminal.clock.monotonic();
    },
    close: () => closed.abort(),
  };
}

/** Plain lines. */
const plainLines: Form = (terminal, { facts, picture }) => {
  const inks = ink(terminal.color.err);
  const began = terminal.clock.monotonic();
  const every = () => {
    const passed = terminal.clock.monotonic() - began;
    if (facts.onlyDeferredLeft()) return SLOW_HEARTBEAT;
    return HEARTBEATS.find(([after]) => passed > after)?.[1] ?? HEARTBEAT;
  };
  const heart = createHeartbeat(terminal, every, () => tell(formatRunLine(picture())));
  const tell = (text: string) => {
    heart.told();
    terminal.err(`${new Date(terminal.clock.now()).toISOString().slice(11, 19)} ${text}\n`);
  };
  return {
    start(directory) {
      tell(`run directory ${directory}`);
      heart.start();
    },
    entry(entry, line, isShown) {
      if (line !== null && isShown) tell(painted(entry, line, inks));
      else if (terminal.verbose && 'step' in entry) tell(`${entry.step}: ${entry.kind}`);
      if (entry.kind === 'run-ended') tell(formatRunLine(picture()));
    },
    status: () => tell(formatRunLine(picture())),
    close: heart.close,
  };
};

/** Events for programs. */
const jsonLines: Form = (terminal, { facts, saved, picture }) => {
  const every = () => (facts.onlyDeferredLeft() ? SLOW_HEARTBEAT : STATUS_EVERY);
  const tellStanding = () => {
    heart.told();
    terminal.event(statusEvent(picture()));
  };
  const heart = createHeartbeat(terminal, every, tellStanding);
  return {
    start(directory) {
      terminal.event(runEvent(saved, directory));
      heart.start();
    },
    entry(entry, line) {
      if (line !== null || terminal.verbose) terminal.event(entryEvent(entry, line ?? entry.kind));
      if (entry.kind === 'run-ended') tellStanding();
    },
    status: tellStanding,
    close: heart.close,
  };
};

/** Lines drawn over in place, and above them what is worth keeping. */
const livePicture: Form = (terminal, { picture }) => {
  const inks = ink(terminal.color.err);
  const drawing = createDrawing(terminal, picture, false);
  return {
    start(directory) {
      drawing.keep(`run directory ${directory}`);
      void drawing.keepDrawing(DRAW_EVERY);
    },
    entry(entry, line, isShown) {
      if (line !== null && isShown) drawing.keep(line, (text) => painted(entry, text, inks));
    },
    status: () => drawing.keep(formatRunLine(picture())),
    close: drawing.close,
  };
};

/** The line of an entry with its sign in colour: after cutting and wrapping, which count cells. */
function painted(entry: JournalEntry, text: string, inks: ReturnType<typeof ink>): string {
  if (entry.kind !== 'step-ended') return text;
  const [sign, colour] = OUTCOME_SIGNS[entry.outcome];
  return inks[colour](sign) + text.slice(sign.length);
}
