/**
 * Every command line that the README, the documents and the help print is typed here, against the simulator. A line
 * that cannot be typed here stands in `NOT_TYPED` with the reason.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/program/commands.ts';
import { createProgram } from '../../src/cli/program/run-program.ts';
import { runToExitCode } from '../../src/cli/run-to-exit-code.ts';
import { systemClock } from '../../src/clock.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { approversFile, pemOf } from '../approval/people.ts';
import { FOLLOWED, IN_DATABASE, wordsOf } from './command-line.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Lines that are not typed, each with the reason. A line that no document prints any more must leave this table. */
const NOT_TYPED: Readonly<Record<string, string>> = {
  'refit demo': 'takes a minute: npm start runs it',
  'refit schedule run-now plans nightly.yaml': 'starts the installed command: test/cli/schedule.test.ts',
  'refit schedule run-now plans/ nightly': 'starts the installed command: test/cli/schedule.test.ts',
};

/** Commands that serve until a signal ends them: typed, and ended once they have said where they listen. */
const SERVES = /^refit (simulate|serve|schedule run)( |$)/;

/** Exit codes other than 0 that a line rightly ends with here. */
const OTHER_ENDS: readonly (readonly [line: RegExp, code: number, why: string])[] = [
  [/--detailed-exitcode/, 2, 'there are differences'],
  [/--digest 3f2a/, 6, 'the documents have the digest of another plan'],
  [/^refit decline \S+ --withdraw/, 64, 'nobody declines the plan of the examples'],
  [/^refit schedule run /, 143, 'a signal ended it'],
  [/^refit (usage show|recommend) /, 64, 'nothing was collected yet'],
];

/** Milliseconds; generous, because a machine may be busy. */
const WAIT_MS = 500_000;

/** The run directory of the examples; documents also write it in other ways. */
const RUN = 'runs/20261124T173000Z-1f0c2ab9';
const RUN_IN_WORDS = /\bruns\/(X\b|<utc>-<digest8>)|(?<= )RUN\b/g;

/** Lines of the documents' shell blocks, and the examples of the table of commands. */
function printedLines(): Map<string, string> {
  const lines = new Map<string, string>();
  // followed-pages.test.ts types the other lines of these pages.
  const followed = globSync([...FOLLOWED], { cwd: ROOT });
  for (const file of globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, block] of text.matchAll(/^```(?:sh|shell|bash)\n(.*?)^```/gms))
      for (const line of block!.split('\n')) {
        const typed = line
          .replace(/^npm run -s refit -- /, 'refit ')
          .replace(/\s+#.*$/, '')
          .replaceAll(RUN_IN_WORDS, RUN);
        if (/^refit [a-z]/.test(typed) && (IN_DATABASE.test(typed) || !followed.includes(file)))
          lines.set(typed, file);
      }
  }
  for (const { name, examples } of COMMANDS)
    for (const example of examples) lines.set(example, `refit ${name} --help`);
  return lines;
}

const base = mkdtempSync(join(tmpdir(), 'refit-lines-'));
const PREPARED = join(base, 'prepared');
/** On which the prepared run was carried out. */
let after: Simulation;
/** The provider of the line that is being typed. */
let world: Simulation;
let written = '';

/** Types a line in a folder. @returns its exit code. */
function typed(line: string, folder: string): Promise<number> {
  process.chdir(folder);
  const words = wordsOf(line, folder).map((word) =>
    word
      .replace(/^http:\/\/127\.0\.0\.1:8420$/, world.url)
      .replace(/^(8420|127\.0\.0\.1:9464)$/, (port) => port.replace(/\d+$/, '0')),
  );
  const endpoint = words.includes('--endpoint') ? [] : ['--endpoint', world.url];
  // A person types yes; here nobody is asked.
  const yes = words[0] === 'apply' && !words.includes('--auto-approve') ? ['--auto-approve'] : [];
  return runToExitCode([...words, ...endpoint, ...yes]);
}

/** A provider with the same fleet and keys as ever, on which nothing was ordered yet. */
function freshWorld(duration: readonly [number, number] = [100, 300]): Promise<Simulation> {
  return simulate({ seed: 1, startLag: [10, 20], duration, lockTail: [10, 20], limit: 0 }, systemClock);
}

/** What a person did before a line, so that the line makes sense. */
const BEFORE: readonly (readonly [line: RegExp, prepare: (folder: string) => unknown])[] = [
  // Nothing was carried out yet.
  [
    /^refit (apply|pause|continue|drain|abort|set) /,
    (folder) => {
      rmSync(join(folder, RUN), { recursive: true });
      rmSync(join(folder, 'state'), { recursive: true });
    },
  ],
  [/^refit approve /, (folder) => savedIs('signed', folder)],
  [
    // Of one step, because twenty seeds are rehearsed.
    /^refit rehearse /,
    (folder) => savedIs('short', folder),
  ],
  [/^refit init .*-o plan\.yaml/, (folder) => rmSync(join(folder, 'plan.yaml'))],
  [/--signers/, (folder) => typed(`refit audit sign ${RUN} --as wei`, folder)],
];

/** Makes another saved plan the one that the documents name. */
function savedIs(other: string, folder: string): void {
  for (const name of ['saved', 'saved-plan'])
    cpSync(join(folder, `${other}.json`), join(folder, `${name}.json`));
}

/** Types a line as it is to be typed: on the provider that it needs, and beside a live run where it speaks to one. */
async function endOf(line: string, folder: string): Promise<number> {
  const speaksToRun = /^refit (pause|continue|drain|abort|set) /.test(line);
  const isInRun = / \.( |$)/.test(line);
  const isOfRun = (isInRun || line.includes(RUN)) && !speaksToRun && !line.startsWith('refit apply');
  world = isOfRun ? after : await freshWorld(speaksToRun ? [60_000, 60_000] : undefined);
  try {
    for (const [pattern, prepare] of BEFORE) if (pattern.test(line)) await prepare(folder);
    if (speaksToRun) return await besideRun(line, folder);
    if (isInRun) cpSync(join(folder, 'signers.yaml'), join(folder, RUN, 'signers.yaml'));
    const ended = typed(line, isInRun ? join(folder, RUN) : folder);
    if (SERVES.test(line)) {
      await vi.waitFor(() => expect(written).toMatch(/"url"|watching/), WAIT_MS);
      process.emit('SIGTERM', 'SIGTERM');
    }
    return await ended;
  } finally {
    if (world !== after) await world.close();
  }
}

/** Types a line while a run that it names waits for the provider. */
async function besideRun(line: string, folder: string): Promise<number> {
  const run = typed(`refit apply saved-plan.json --run-dir ${RUN}`, folder);
  const journal = join(folder, RUN, 'journal.jsonl');
  await vi.waitFor(() => expect(readFileSync(journal, 'utf8')).toContain('"kind":"accepted"'), WAIT_MS);
  if (line.startsWith('refit continue')) await typed(`refit pause ${RUN}`, folder);
  const code = await typed(line, folder);
  await typed(`refit abort ${RUN}`, folder);
  await run;
  return code;
}

/** A copy of the prepared folder, which is also the home of who types. Always in one place, where its state knows its run. */
function freshFolder(): string {
  const folder = join(base, 'desk');
  process.chdir(ROOT);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  if (existsSync(PREPARED)) cpSync(PREPARED, folder, { recursive: true });
  vi.stubEnv('HOME', join(folder, 'home'));
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
  return folder;
}

async function prepare(): Promise<void> {
  const folder = freshFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'home/.ssh'), { recursive: true });
  mkdirSync(join(folder, 'home/.tencentcloud'));
  mkdirSync(join(folder, 'plans'));
  for (const key of ['id_ed25519', 'audit']) write(`home/.ssh/${key}`, pemOf('wei'));
  write(
    'home/.tencentcloud/credentials',
    `[retail]\nsecret_id = ${world.secretId}\nsecret_key = ${world.secretKey}\n`,
  );
  write('signers.yaml', approversFile(['wei']));
  write('approvers.yaml', approversFile(['wei', 'jun']));
  write('team-policy.yaml', 'version: 1\nlimit: { instances: 50 }\n');
  write('sizing.yaml', 'version: 1\n');
  const plan = `${readFileSync(join(ROOT, 'plans/small.yaml'), 'utf8')}terraform: state.json\n`;
  for (const name of ['plan.yaml', 'plans/small.yaml']) write(name, plan);
  write(
    'plans/nightly.yaml',
    `${plan}schedule: { cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: run }\n`,
  );
  write(
    'signed.yaml',
    `${plan}approvals: { need: 1, from: approvers.yaml }\n`.replace(
      'take: rest',
      'take: rest, approval: required',
    ),
  );
  const state = JSON.stringify({
    version: 4,
    resources: [
      {
        mode: 'managed',
        type: 'tencentcloud_redis_instance',
        name: 'cart',
        instances: [
          {
            attributes: {
              id: 'crs-5qlrlhux',
              type_id: 15,
              mem_size: 2048,
              redis_shard_num: 1,
              redis_replicas_num: 1,
              availability_zone: 'ap-guangzhou-4',
            },
          },
        ],
      },
    ],
  });
  for (const name of ['terraform.tfstate', 'state.json', 'plans/state.json']) write(name, state);
  write('short.yaml', plan.replace(/^ {2}- \{ instance: crs-(x1y2z3a4|8kd02mfa),.*\n/gm, ''));
  const made = [
    'refit plan plan.yaml -o saved-plan.json',
    'refit plan signed.yaml -o signed.json',
    'refit plan short.yaml -o short.json',
    'refit inventory --region ap-guangzhou,ap-shanghai -o fleet.json',
    `refit apply saved-plan.json --run-dir ${RUN}`,
  ];
  for (const line of made) expect(await typed(line, folder), `${line}\n${written}`).toBe(0);
  for (const name of ['saved', 'monday', 'old'])
    cpSync(join(folder, 'saved-plan.json'), join(folder, `${name}.json`));
  for (const name of ['tuesday', 'new']) cpSync(join(folder, 'signed.json'), join(folder, `${name}.json`));
  cpSync(folder, PREPARED, { recursive: true });
}

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(((text: unknown, ...more: unknown[]) => {
      written += String(text);
      const done = more.at(-1);
      if (typeof done === 'function') done();
      return true;
    }) as typeof stream.write);
  world = await freshWorld();
  after = world;
  vi.stubEnv('TENCENTCLOUD_SECRET_ID', world.secretId);
  vi.stubEnv('TENCENTCLOUD_SECRET_KEY', world.secretKey);
  await prepare();
});

afterEach(() => {
  written = '';
});

afterAll(async () => {
  process.chdir(ROOT);
  await after.close();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

const LINES = printedLines();

it('leaves out only lines that are printed, and few of them', () => {
  for (const line of Object.keys(NOT_TYPED)) expect([...LINES.keys()]).toContain(line);
  expect(Object.keys(NOT_TYPED)).toHaveLength(3);
});

describe('a command line that is printed can be typed as it stands', () => {
  const rows = [...LINES].filter(([line]) => NOT_TYPED[line] === undefined && !IN_DATABASE.test(line));
  it.each(rows)('%s (%s)', async (line) => {
    const folder = freshFolder();
    const code = await endOf(line, folder);
    const [, wanted = 0] = OTHER_ENDS.find(([pattern]) => pattern.test(line)) ?? [];
    expect(code, written).toBe(wanted);
  });
});

describe('a command line with a database is one that the table of commands accepts', () => {
  it.each([...LINES].filter(([line]) => IN_DATABASE.test(line)))('%s (%s)', async (line) => {
    const called: string[] = [];
    const program = createProgram(COMMANDS, null, async ({ name }) => void called.push(name));
    await program.parseAsync(wordsOf(line, base), { from: 'user' });
    expect(called).toHaveLength(1);
  });
});
