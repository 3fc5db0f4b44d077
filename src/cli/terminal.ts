/** The terminal of a command: streams, environment and their abilities. */
import { type Clock, systemClock } from '../clock.ts';
import { escapeScreen } from '../text.ts';
import { encodeProgress, type ProgressEvent, toNotices } from './progress/progress-events.ts';

/** The values of `--progress`. */
export const PROGRESS_MODES = ['auto', 'plain', 'json'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** The only output of a command. stdout has the result only; everything else goes to stderr. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Writes a part of the result. */
  out(text: string): Promise<void>;
  /** Writes progress, logs and errors. */
  err(text: string): void;
  /** Writes a line that `-q` suppresses, such as the next command. */
  hint(line: string): void;
  /** Colour on stdout, and on stderr. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Cells in a line of stdout. */
  readonly width: number;
  /** Cells in a line of stderr now; a terminal may change its size. */
  errWidth(): number;
  /** Lines of stderr now. */
  errHeight(): number;
  /** Calls the listener at each change of the size of stderr. @returns a function that stops this. */
  onResize(listener: () => void): () => void;
  /** True if Refit can draw in place on stderr. */
  readonly live: boolean;
  /** True if Refit can ask a person: stdin and stdout are terminals, TERM is not dumb, and it is not CI. */
  readonly interactive: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The form of progress: as stderr allows, plain lines, or one JSON object on each line. */
  readonly progress: ProgressMode;
  /** Writes one line of JSON to stderr, only for progress `json`. `err` then writes notices in the same form. */
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
    progress === 'json'
      ? toNotices(text).forEach(event)
      : void stderr.write(escapeScreen(text, stderr.isTTY === true));
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
    // A getter, so that Node opens stdin only when Refit asks a question.
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

/** The same terminal for a command whose stdout is a file: what it prints goes to stderr. */
export function withResultOnStderr(terminal: Terminal): Terminal {
  const { err, color, errWidth } = terminal;
  const changes = {
    out: async (text: string) => err(text),
    color: { out: color.err, err: color.err },
    width: errWidth(),
  };
  return Object.create(terminal, Object.getOwnPropertyDescriptors(changes));
}

/** The least width of printed tables. */
const LEAST_COLUMNS = 40;
/** The least width of drawn lines. Refit cuts them, because it cannot draw over a wrapped line. */
const LEAST_DRAWN = 20;

function columns(width: number | undefined, least = LEAST_COLUMNS): number {
  return Math.max(least, width || 100);
}
