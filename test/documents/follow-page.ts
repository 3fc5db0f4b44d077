/**
 * Follows a page as a reader does, in an empty folder: saves its files, and types its commands from top to bottom. Then
 * compares what the page shows with what the commands print.
 *
 * | in the page | what happens |
 * |---|---|
 * | a `yaml` block after a line that ends with a file name and a colon | the file is saved |
 * | a line of an `sh` block that starts with `refit` | it is typed, in this process, against a simulator |
 * | `refit … &`, then `kill -9 $!` | a process of its own, which is killed when every order was accepted |
 * | any other line of an `sh` block, except `alias` and `export` | a shell runs it |
 * | a `text` block after it | each line occurs in the output of the block before, in this sequence |
 * | `…` in it | stands for anything |
 * | a comment `exits N` before an `sh` block | the exit code of its last command; 0 without it |
 * | a comment `not followed: REASON` | the next block is left out |
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { runToExitCode } from '../../src/cli/run-to-exit-code.ts';
import { systemClock } from '../../src/clock.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { IN_DATABASE, wordsOf } from './command-line.ts';

/** One thing that a reader does, or compares. */
type Step =
  | { readonly kind: 'save'; readonly file: string; readonly text: string }
  | { readonly kind: 'type'; readonly lines: readonly string[]; readonly exits: number }
  | { readonly kind: 'compare'; readonly lines: readonly string[] };

const BLOCK =
  /(?:<!-- (?:exits (?<exits>\d+)|(?<skipped>not followed: .+?)) -->\n+)?(?:`(?<file>[\w./-]+)`[:：]\n+)?^ {0,3}```(?<language>\w*)\n(?<text>.*?)^ {0,3}```$/gms;

/** What a page asks its reader to do. @param text Markdown */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(BLOCK)].flatMap(({ groups }): Step[] => {
    const { exits, skipped, file, language, text: block } = groups as Record<string, string | undefined>;
    const indent = /^ */.exec(block!)![0].length;
    const lines = block!.split('\n').map((line) => line.slice(indent));
    if (skipped !== undefined) return [];
    if (file !== undefined) return [{ kind: 'save', file, text: lines.join('\n') }];
    const kept = lines.filter((line) => line.trim() !== '');
    if (language === 'sh') return [{ kind: 'type', lines: kept, exits: Number(exits ?? 0) }];
    return language === 'text' ? [{ kind: 'compare', lines: kept }] : [];
  });
}

/** What differs from run to run, and line breaks: digests, ids of orders, times, durations, folders. */
export function masked(text: string): string {
  return text
    .replace(/\d{8}T\d{6}Z/g, 'RUN')
    .replace(/\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?Z?)?/g, 'DATE')
    .replace(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
    .replace(/\b[0-9a-f]{8}([0-9a-f]{4,56})?\b/g, 'HASH')
    .replace(/\b\d{12,}\b/g, 'NUMBER')
    .replace(/\b\d+ (ms|s|m|h|d)\b( \d+ (ms|s|m|h|d)\b)*/g, 'LONG')
    .replace(/\s+/g, ' ');
}

/** Compares an excerpt with an output. @throws AssertionError naming the line that is missing after those before it */
export function compare(excerpt: readonly string[], output: string): void {
  const whole = masked(output);
  let at = 0;
  for (const part of excerpt.flatMap((line) => line.split('…'))) {
    const wanted = masked(part).trim();
    const found = whole.indexOf(wanted, at);
    expect(found, `the output has no "${part.trim()}" at this place:\n${output}`).toBeGreaterThanOrEqual(0);
    at = found + wanted.length;
  }
}

/** The simulator, ten times as fast as the reader's. @param line `refit simulate …`, or '' for the default */
function worldOf(line: string): Promise<Simulation> {
  const options = (name: string) => [...line.matchAll(new RegExp(`--${name} (\\S+)`, 'g'))].map((m) => m[1]!);
  const [slow] = options('duration').map((range) =>
    range.match(/\d+/g)!.map((seconds) => Number(seconds) * 100),
  );
  return simulate(
    {
      seed: 1,
      faults: options('fault').map((fault) => parseFault(fault)),
      startLag: [10, 20],
      duration: slow === undefined ? [50, 100] : [slow[0]!, slow[1]!],
      lockTail: [10, 20],
      limit: 0,
    },
    systemClock,
  );
}

/** A reader in an empty folder. */
export interface Reader {
  readonly folder: string;
  /** The built `refit` command. */
  readonly command: string;
  /** What the commands in this process have printed since it was last emptied. */
  readonly printed: { text: string };
}

/** Follows a page. @throws AssertionError with the command and its output */
export async function followPage(page: string, reader: Reader): Promise<void> {
  const steps = stepsOf(readFileSync(page, 'utf8'));
  const start = steps.flatMap((step) => (step.kind === 'type' ? step.lines : []));
  const world = await worldOf(start.find((line) => line.startsWith('refit simulate')) ?? '');
  vi.stubEnv('TENCENTCLOUD_SECRET_ID', world.secretId);
  vi.stubEnv('TENCENTCLOUD_SECRET_KEY', world.secretKey);
  const jobs: ChildProcess[] = [];
  try {
    for (const step of steps) {
      if (step.kind === 'save') save(join(reader.folder, step.file), step.text);
      if (step.kind === 'compare') compare(step.lines, reader.printed.text);
      if (step.kind === 'type') await typeLines(step.lines, step.exits, { ...reader, world, jobs });
    }
  } finally {
    for (const job of jobs) job.kill('SIGKILL');
    await world.close();
  }
}

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text);
}

interface Desk extends Reader {
  readonly world: Simulation;
  readonly jobs: ChildProcess[];
}

async function typeLines(lines: readonly string[], exits: number, desk: Desk): Promise<void> {
  desk.printed.text = '';
  for (const [at, line] of lines.entries()) {
    const code = await typeLine(line.replace(/\s+# .*$/, ''), desk);
    expect(code, `${line}\n${desk.printed.text}`).toBe(at === lines.length - 1 ? exits : 0);
  }
}

/** Types a line. @returns its exit code */
async function typeLine(line: string, desk: Desk): Promise<number> {
  if (/^(alias|unalias|export|unset|refit (simulate|serve)) ?/.test(line) || IN_DATABASE.test(line)) return 0;
  if (line === 'kill -9 $!') return killWhenAccepted(desk);
  if (!line.startsWith('refit ')) return inShell(line, desk);
  const words = wordsOf(line.replace(/ &$/, ''), desk.folder);
  if (!words.includes('--endpoint')) words.push('--endpoint', desk.world.url);
  // A reader types yes; here nobody is asked.
  if (words[0] === 'apply' && !words.includes('--auto-approve')) words.push('--auto-approve');
  if (line.endsWith(' &')) {
    desk.jobs.push(spawn(process.execPath, [desk.command, ...words], { cwd: desk.folder, stdio: 'ignore' }));
    return 0;
  }
  // It starts the command once more, so it needs a process of its own.
  if (words[1] === 'run-now')
    return inShell(`'${process.execPath}' '${desk.command}' ${words.join(' ')}`, desk);
  process.chdir(desk.folder);
  return runToExitCode(words);
}

async function inShell(line: string, desk: Desk): Promise<number> {
  const ended = await promisify(execFile)('sh', ['-c', line], { cwd: desk.folder }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error) => ({ code: Number(error.code), text: `${error.stdout}${error.stderr}` }),
  );
  desk.printed.text += ended.text;
  return ended.code;
}

/** Kills the newest process in the background, in the middle of its run: every order of its plan was accepted. */
async function killWhenAccepted({ folder, jobs }: Desk): Promise<number> {
  await vi.waitFor(
    () => {
      const run = join(folder, globSync('runs/*', { cwd: folder }).at(-1)!);
      const { steps } = JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')) as {
        steps: readonly unknown[];
      };
      const accepted = readFileSync(join(run, 'journal.jsonl'), 'utf8').match(/"kind":"accepted"/g) ?? [];
      expect(accepted).toHaveLength(steps.length);
    },
    { timeout: 500_000, interval: 20 },
  );
  jobs.at(-1)!.kill('SIGKILL');
  return 0;
}
