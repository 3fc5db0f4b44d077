/**
 * Runs the command and the simulator as processes. Each test gets a desk: its own folder with home, state and working
 * directory. Everything that the test started ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inject, type TestContext } from 'vitest';
import { rangeFrom, wholeFrom } from '../../src/cli/options.ts';
import { systemClock } from '../../src/clock.ts';
import { given } from '../../src/given.ts';
import type { JournalEntry, Report, SavedPlan } from '../../src/model.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import type { WorldCounts } from '../../src/simulator/world/world.ts';
import type { WorldState } from '../../src/simulator/world/world-state.ts';
import type { Strikes } from './strike.ts';

export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));
/** The built command. */
/** The built command. */
export const COMMAND: string = join(inject('built'), 'dist/cli/main.js');
/** The environment of every process. A shared cache of compiled code saves a third of the time of each. */
const INHERITED = {
  PATH: process.env.PATH,
  TZ: 'UTC',
  XDG_CACHE_HOME: join(inject('built'), '.compiled'),
};

/** The output of an ended process. `code` is null if a signal ended it. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RefitOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** A running process. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Its output so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

/** Runs an action while a process is frozen, so that the process makes no progress meanwhile. */
export async function whileFrozen<T>(run: Running, work: () => Promise<T>): Promise<T> {
  run.kill('SIGSTOP');
  try {
    return await work();
  } finally {
    run.kill('SIGCONT');
  }
}

/** Starts `refit ARGS` with almost no environment of this process. */
export function startRefit(args: readonly string[], options: RefitOptions = {}): Running {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...INHERITED, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  return {
    pid: child.pid!,
    ended,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs `refit ARGS` to its end. */
export function refit(args: readonly string[], options: RefitOptions = {}): Promise<Ended> {
  return startRefit(args, options).ended;
}

/** The environment that strikes a process at boundaries of its journal. */
export function struckBy(strikes: Strikes): Readonly<Record<string, string>> {
  const preload = pathToFileURL(join(ROOT, 'test/cli/strike.ts')).href;
  return { NODE_OPTIONS: `--import ${preload}`, REFIT_STRIKES: JSON.stringify(strikes) };
}

export interface Simulator {
  readonly url: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** The keys, in the variables of the provider's tools. */
  readonly env: Readonly<Record<string, string>>;
  counts(): Promise<WorldCounts>;
  /** The truth about instances, orders and tasks. */
  state(): Promise<WorldState>;
  stop(): Promise<void>;
}

const ONE = { type: 'string' } as const;
/** The flags of `refit simulate` that tests use. */
const SIMULATOR_FLAGS = {
  fault: { ...ONE, multiple: true },
  ...{ fleet: ONE, instances: ONE, seed: ONE, 'start-lag': ONE, duration: ONE, 'lock-tail': ONE },
} as const;

/**
 * Serves the provider that `refit simulate FLAGS` serves, in this process: a process of its own would take as much time
 * as most commands that call it. The tests of the command itself, and the storm, start it as a process.
 */
async function simulatorFrom(flags: readonly string[]): Promise<Simulator> {
  const { values } = parseArgs({ args: [...flags], options: SIMULATOR_FLAGS });
  const simulation = await simulate(
    given({
      fleet: values.fleet && (await readFile(values.fleet, 'utf8')),
      faults: values.fault?.map(parseFault),
      instances: wholeFrom('--instances', values.instances),
      seed: wholeFrom('--seed', values.seed),
      startLag: rangeFrom('--start-lag', values['start-lag']),
      duration: rangeFrom('--duration', values.duration),
      lockTail: rangeFrom('--lock-tail', values['lock-tail']),
    }),
    systemClock,
  );
  return servedBy(simulation);
}

/** A simulation in this process as tests use it. */
export function servedBy({ url, secretId, secretKey, counts, close }: Simulation): Simulator {
  return {
    ...{ url, secretId, secretKey },
    env: { TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey },
    async counts() {
      // A test that asks until something is there lets the provider answer meanwhile.
      await new Promise(setImmediate);
      return counts();
    },
    state: async () => (await (await fetch(`${url}/_refit/state`)).json()) as WorldState,
    stop: close,
  };
}

/** Starts `refit simulate FLAGS` as a process, and reads the first line of its stdout. */
async function startSimulator(flags: readonly string[]): Promise<Simulator> {
  const child = spawn(process.execPath, [COMMAND, 'simulate', '-q', ...flags], {
    env: INHERITED,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { url, secretId, secretKey } = JSON.parse(await firstLine(child)) as Record<string, string>;
  return {
    url: url!,
    secretId: secretId!,
    secretKey: secretKey!,
    env: { TENCENTCLOUD_SECRET_ID: secretId!, TENCENTCLOUD_SECRET_KEY: secretKey! },
    counts: async () => (await (await fetch(`${url}/_refit/counts`)).json()) as WorldCounts,
    state: async () => (await (await fetch(`${url}/_refit/state`)).json()) as WorldState,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the simulator ended without a line');
}

/** Short durations, because tests run in real time. */
export const BRISK = [
  '--start-lag',
  '20ms..100ms',
  '--duration',
  '150ms..500ms',
  '--lock-tail',
  '100ms..300ms',
];

export interface Desk {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws if the desk has none. */
  readonly simulator: Simulator;
  /** `refit ARGS` in this folder, with this home and these keys; `--endpoint` is the desk's simulator. */
  refit(args: readonly string[], options?: RefitOptions): Promise<Ended>;
  start(args: readonly string[], options?: RefitOptions): Running;
  write(name: string, content: string | Buffer): Promise<string>;
  text(name: string): Promise<string>;
  json<T = Record<string, unknown>>(name: string): Promise<T>;
  savedPlan(name: string): Promise<SavedPlan>;
  /** The entries of the journal of a run so far; without an incomplete last line. */
  journal(run?: string): Promise<JournalEntry[]>;
  report(run?: string): Promise<Report>;
  close(): Promise<void>;
}

export interface DeskOptions {
  /** Options for its own simulator, or a shared simulator, or null for none. */
  readonly simulator?: readonly string[] | Simulator | null;
  /** A fleet file for it. */
  readonly fleet?: readonly object[];
  /** Whether its own simulator is a process of its own. Default: no, because it would take as much time as a command. */
  readonly asProcess?: boolean;
}

/** Creates a desk that the caller closes. */
export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'refit-desk-'));
  await mkdir(join(folder, 'home'));
  const write = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const fleet = options.fleet ? ['--fleet', await write('fleet.json', JSON.stringify(options.fleet))] : [];
  const given = options.simulator === undefined ? BRISK : options.simulator;
  const serve = options.asProcess ? startSimulator : simulatorFrom;
  const own = Array.isArray(given) ? await serve([...given, ...fleet]) : null;
  const simulator = own ?? (given as Simulator | null);
  const env = {
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'state'),
    ...simulator?.env,
  };
  const running = new Set<Running>();
  const start: Desk['start'] = (args, options = {}) => {
    const endpoint = simulator && !args.includes('--endpoint') ? ['--endpoint', simulator.url] : [];
    const one = startRefit([...args, ...endpoint], {
      cwd: folder,
      ...options,
      env: { ...env, ...options.env },
    });
    running.add(one);
    void one.ended.then(() => running.delete(one));
    return one;
  };
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  return {
    folder,
    env,
    get simulator() {
      if (!simulator) throw new Error('this desk has no simulator');
      return simulator;
    },
    refit: (args, given) => start(args, given).ended,
    start,
    write,
    text,
    json: async (name) => JSON.parse(await text(name)),
    savedPlan: async (name) => readSavedPlan(await text(name)),
    async journal(run = 'run') {
      const lines = (await text(join(run, 'journal.jsonl')).catch(() => '')).split('\n');
      return lines.slice(0, -1).map((line) => JSON.parse(line) as JournalEntry);
    },
    report: async (run = 'run') => JSON.parse(await text(join(run, 'report.json'))) as Report,
    async close() {
      for (const one of running) {
        one.kill('SIGKILL');
        await one.ended;
      }
      await own?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Creates a desk for one test. Tests may run at the same time. */
export async function desk(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: DeskOptions = {},
): Promise<Desk> {
  const opened = await openDesk(options);
  onTestFinished(() => opened.close());
  return opened;
}

/** Characters that move the cursor, change a title or change the text direction; line feeds are allowed. */
export const CONTROL: RegExp = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/**
 * Waits until a condition is true. Checks it every few milliseconds at first, and less often later, because the checks
 * take time from the processes that they wait for. The limit is generous: no test fails for being slow.
 */
export async function until(
  condition: string,
  isSo: () => Promise<boolean> | boolean,
  limitMs = 500_000,
): Promise<void> {
  const start = performance.now();
  for (;;) {
    if (await isSo()) return;
    const waited = performance.now() - start;
    if (waited > limitMs) throw new Error(`not within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(25, 4 + waited / 50)));
  }
}

/** A fleet of plain instances of one size: `crs-fleet000` and so on. */
export function plainFleet(count: number): { id: string; name: string; memoryPerShard: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `crs-fleet${String(index).padStart(3, '0')}`,
    name: `plain-${index}`,
    edition: 'redis-6.2-standard',
    memoryPerShard: 4096,
  }));
}

/** A plan that doubles every size, in one wave by default, with a short patience. */
export function growPlan(lines: readonly string[] = []): string {
  return [
    'version: 1',
    'name: grow-everything',
    'change: CHG-20481',
    'owner: dba-oncall',
    'targets:',
    '  - { select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 8GB }',
    ...(lines.some((line) => line.startsWith('execution:'))
      ? []
      : ['execution: { inFlight: 40, requestsPerSecond: 20, patience: 2s }']),
    ...lines,
    '',
  ].join('\n');
}

/** Sorted names of the files in a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}
