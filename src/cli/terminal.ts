/** What the command line is talking to: streams, environment, and what may be done with them. */
import { type Clock, systemClock } from '../clock.ts';
import { encodeProgress, type ProgressEvent, toNotices } from './run-picture/progress-events.ts';

/** What `--progress` can say. */
export const PROGRESS_MODES = ['auto', 'plain', 'json'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** The only way from a command to the outside. stdout carries the result alone; all else goes to stderr. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Writes a part of the result. */
  out(text: string): Promise<void>;
  /** Writes progress, logs and refusals. */
  err(text: string): void;
  /** Writes a line that nobody needs who asked for quiet: what was done, what to type next. */
  hint(line: string): void;
  /** Colour on stdout, and on stderr. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Cells in a line of stdout, and of stderr now: it may be resized. */
  readonly width: number;
  errWidth(): number;
  /** Lines that stderr shows now. */
  errHeight(): number;
  /** Tells of each change of the size of stderr. @returns what ends that. */
  onResize(listener: () => void): () => void;
  /** True where lines on stderr may be drawn over. */
  readonly live: boolean;
  /** True where a person can be asked: stdin and stdout are terminals, TERM is not dumb, and it is no CI. */
  readonly interactive: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** How progress is told: as stderr allows, in plain lines, or as one JSON object a line. */
  readonly progress: ProgressMode;
  /** Writes one line of JSON to stderr: for `progress` json alone, where `err` writes notices of the same form. */
  event(event: ProgressEvent): void;
  /** Asks for one line; null at the end of the input. */
  ask(question: string): Promise<string | null>;
}

/** The machine's own terminal. */
export function createTerminal(
  options: Pick<Terminal, 'quiet' | 'verbose' | 'progress'> & { readonly color: boolean },
): Terminal {
  const { env, stdout, stderr } = process;
  const dumb = env.TERM === 'dumb';
  const ci = Boolean(env.CI) && env.CI !== 'false';
  const { progress } = options;
  const mayColor = options.color && !env.NO_COLOR && !dumb && progress !== 'json';
  const event = (one: ProgressEvent) => void stderr.write(encodeProgress(systemClock.now(), one));
  const err = (text: string) =>
    progress === 'json' ? toNotices(text).forEach(event) : void stderr.write(text);
  return {
    env,
    clock: systemClock,
    out: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => resolve());
      }),
    err,
    hint: (line) => (options.quiet ? undefined : err(`${line}\n`)),
    color: { out: mayColor && stdout.isTTY === true, err: mayColor && stderr.isTTY === true },
    width: columns(stdout.columns),
    errWidth: () => columns(stderr.columns, LEAST_DRAWN),
    errHeight: () => stderr.rows || 24,
    onResize(listener) {
      stderr.on('resize', listener);
      return () => void stderr.off('resize', listener);
    },
    live: stderr.isTTY === true && !dumb && !ci && !options.quiet && progress === 'auto',
    // Opened only when somebody is to be asked.
    get interactive() {
      return stdout.isTTY === true && process.stdin.isTTY === true && !dumb && !ci && progress !== 'json';
    },
    quiet: options.quiet,
    verbose: options.verbose,
    progress,
    event,
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const lines = createInterface({ input: process.stdin, output: stderr });
      try {
        const closed = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
        return await Promise.race([lines.question(question), closed]);
      } finally {
        lines.close();
      }
    },
  };
}

/** Nothing is laid out narrower than this. */
const LEAST_COLUMNS = 40;
/** What is drawn in place is cut instead: a line that a terminal wraps could not be drawn over. */
const LEAST_DRAWN = 20;

function columns(width: number | undefined, least = LEAST_COLUMNS): number {
  return Math.max(least, width || 100);
}
