/** What the command line is talking to: streams, environment, and what may be done with them. */
import { type Clock, systemClock } from '../clock.ts';

/** The only way from a command to the outside. stdout carries the result alone; all else goes to stderr. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Writes a part of the result. */
  out(text: string): Promise<void>;
  /** Writes progress, logs and refusals. */
  err(text: string): void;
  /** Colour on stdout, and on stderr. */
  readonly color: { readonly out: boolean; readonly err: boolean };
  /** Cells in a line of stdout, and of stderr now: it may be resized. */
  readonly width: number;
  errWidth(): number;
  /** True where lines on stderr may be drawn over. */
  readonly live: boolean;
  /** True where a person can be asked: stdin and stdout are terminals, TERM is not dumb, and it is no CI. */
  readonly interactive: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Asks for one line; null at the end of the input. */
  ask(question: string): Promise<string | null>;
}

/** The machine's own terminal. */
export function openTerminal(options: { color: boolean; quiet: boolean; verbose: boolean }): Terminal {
  const { env, stdout, stderr } = process;
  const dumb = env.TERM === 'dumb';
  const ci = Boolean(env.CI) && env.CI !== 'false';
  const mayColor = options.color && !env.NO_COLOR && !dumb;
  return {
    env,
    clock: systemClock,
    out: (text) =>
      new Promise((resolve) => {
        stdout.write(text, () => resolve());
      }),
    err: (text) => void stderr.write(text),
    color: { out: mayColor && stdout.isTTY === true, err: mayColor && stderr.isTTY === true },
    width: columns(stdout.columns),
    errWidth: () => columns(stderr.columns),
    live: stderr.isTTY === true && !dumb && !ci && !options.quiet,
    // Opened only when somebody is to be asked.
    get interactive() {
      return stdout.isTTY === true && process.stdin.isTTY === true && !dumb && !ci;
    },
    quiet: options.quiet,
    verbose: options.verbose,
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

function columns(width: number | undefined): number {
  return Math.max(40, width ?? 100);
}
