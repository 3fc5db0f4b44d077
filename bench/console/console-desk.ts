/** The built console as a process of its own, with a browser that is signed in, for benchmarks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, chromium } from 'playwright-core';
import type { SessionInfo } from '../../src/console/api/session.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const COMMAND = join(import.meta.dirname, '../../dist/cli/main.js');

export interface ConsoleDesk {
  readonly folder: string;
  /** Where the console is, without a path. */
  readonly origin: string;
  /** The headers of a person who is signed in. */
  readonly headers: Readonly<Record<string, string>>;
  /** Starts `refit ARGS` in the folder. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** A browser that is signed in; null: there is none. */
  browse(): Promise<BrowserContext | null>;
  /** The memory of the console in RAM, MB: now, and the most that it ever had. */
  memory(): number;
  peak(): number;
  close(): Promise<void>;
}

/** The first line of a process, as JSON. */
export async function firstLine<T>(child: ChildProcess): Promise<T> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as T;
  throw new Error('the process ended without a line');
}

/** MB. */
function memoryOf({ pid }: ChildProcess, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1_024;
}

/** More arguments of `refit serve`, and more of its environment. */
export interface ServeOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a console. @param prepare fills the folder before, and can start processes with the console. */
export async function openConsoleDesk(
  prepare: (
    folder: string,
    start: ConsoleDesk['start'],
  ) => ServeOptions | undefined | Promise<ServeOptions> = () => undefined,
): Promise<ConsoleDesk> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-console-'));
  mkdirSync(join(folder, 'home'));
  const own = {
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'state'),
    PATH: process.env.PATH,
    TZ: 'UTC',
  };
  const children: ChildProcess[] = [];
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      ...{ cwd: folder, env: { ...own, ...env } },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    return child;
  };
  const { args = [], env = {} } = (await prepare(folder, start)) ?? {};
  const server = start(['serve', '-q', '--listen', '127.0.0.1:0', ...args], env);
  const { url } = await firstLine<{ url: string }>(server);
  const { origin, hash } = new URL(url);
  const json = { origin, 'content-type': 'application/json' };
  const login = await fetch(`${origin}/api/login`, {
    ...{ method: 'POST', headers: json },
    body: JSON.stringify({ token: hash.slice('#login='.length) }),
  });
  const { csrf } = (await login.json()) as SessionInfo;
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const closing: (() => Promise<void>)[] = [];
  return {
    ...{ folder, origin, start },
    headers: { ...json, cookie, 'x-refit-csrf': csrf },
    async browse() {
      if (CHROMIUM === undefined) return null;
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
      closing.push(() => browser.close());
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const [name, value] = cookie.split('=') as [string, string];
      await context.addCookies([{ name, value, url: origin }]);
      return context;
    },
    memory: () => memoryOf(server, 'VmRSS'),
    peak: () => memoryOf(server, 'VmHWM'),
    async close() {
      for (const end of closing) await end();
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
