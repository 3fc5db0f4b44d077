/**
 * `npm run format-samples` writes `released/VERSION/`: files of every format as this version writes them, made by the command
 * against the simulator. Later versions must read them (`released.test.ts`). Keys, times and names are the same each time.
 */
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { openScheduleLog } from '../../src/schedule/schedule-log-file.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { parseFault } from '../../src/simulator/world/faults.ts';
import { VERSION } from '../../src/version.ts';
import { approversFile, pemOf } from '../approval/people.ts';
import { ENDPOINT, FLEET, SCHEDULE_EVENTS, STARTS_AT } from './sample-facts.ts';
import { readSurface } from './surface.ts';
import { typed } from './type-command.ts';

const TARGET = join(import.meta.dirname, 'released', VERSION);

/** Of the four instances, one task fails, and one size is sold out. */
const FAULTS = ['failed-task=crs-sample02', 'sold-out=crs-sample03'];

const PLAN = `version: 1
name: grow-cart
change: CHG-20481
owner: dba-oncall
defaults: { region: ap-guangzhou }
targets:
  - { select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 8GB }
guards: { targets: "<= 100%", shrink: deny }
waves:
  - { name: canary, take: 1 }
  - { name: rest, take: rest }
execution: { inFlight: 4, requestsPerSecond: 18, patience: 1s }
approvals: { need: 1, from: approvers.yaml }
`;
const OTHER_PLAN = PLAN.replace('all: true', 'ids: [crs-sample00, crs-sample01]').replace('8GB', '16GB');
const SCHEDULED = `${PLAN.replace(/approvals: .*\n/, '')}schedule: { cron: "30 1 * * Tue", timezone: Asia/Shanghai, does: dry-run }\n`;
const SIZING = 'version: 1\nmemory: { fit: 60% }\n';
const POLICY = 'version: 1\nlimit: { instances: 50 }\n';

const AS_JUN = ['--key', 'jun.key', '--as', 'jun'];
const SIGN = ['--sign', 'wei.key', '--as', 'wei'];

/** One command: its arguments, its exit code, and the file that takes its output. */
interface Line {
  readonly args: readonly string[];
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}
const json = (name: string, ...args: string[]): Line => ({
  args: [...args, '--json'],
  stdout: `outputs/${name}.json`,
});

const LINES: readonly Line[] = [
  { args: ['inventory', '--region', 'ap-guangzhou', '-o', 'inventory.json'] },
  { args: ['plan', 'other.yaml', '-q', '-o', 'other.json'] },
  json('plan', 'plan', 'plan.yaml', '--price', '-o', 'saved.json', ...SIGN),
  json('plan-diff', 'diff', 'other.json', 'saved.json'),
  { args: ['decline', 'saved.json', '--reason', 'The sale is on Friday.', ...AS_JUN] },
  { args: ['decline', 'saved.json', '--withdraw', ...AS_JUN] },
  { args: ['approve', 'saved.json', ...AS_JUN] },
  json('review', 'show', 'saved.json'),
  {
    args: ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run', '--progress', 'json', ...SIGN],
    ...{ code: 3, stderr: 'outputs/progress.jsonl' },
  },
  json('status', 'status', 'run'),
  { args: ['audit', 'events', 'run'], stdout: 'outputs/events.jsonl' },
  { args: ['usage', 'collect', '--days', '2', '--json'], stdout: 'outputs/usage-collection.json' },
  json('usage', 'usage', 'show', 'crs-sample00', '--over', '2d'),
  json('recommendations', 'recommend', '--sizing', 'sizing.yaml', '--inventory', 'inventory.json'),
];

/** What a later version must read or understand. Pages, logs and locks are for this version only. */
const KEPT = ['*.yaml', '*.json', 'plans/**', 'outputs/**', 'run/**', 'usage/**/*.usage'];
const DROPPED = /(^|\/)(report\.html|hooks\.log|notifications\.log|lock\.json|control\.sock)$|\.key$/;

/** The moment of this process is the moment of the samples, and its machine and user have the names of examples. */
function standStill(): void {
  const ahead = STARTS_AT - Date.now();
  const now = Date.now;
  Date.now = () => now() + ahead;
  os.hostname = () => 'runner-1';
  const user = os.userInfo();
  os.userInfo = (() => ({ ...user, username: 'dba-oncall' })) as typeof os.userInfo;
  syncBuiltinESMExports();
}

/** Runs one command. @throws Error with its output for another exit code. */
async function type({ args, code = 0, stdout, stderr }: Line): Promise<void> {
  const ended = await typed([...args, '--endpoint', ENDPOINT]);
  if (ended.code !== code)
    throw new Error(
      `refit ${args.join(' ')}: exit ${ended.code}, expected ${code}\n${ended.stdout}${ended.stderr}`,
    );
  const keep = (name: string, text: string) => writeFileSync(name, text.replaceAll(folder, '/srv/refit'));
  if (stdout !== undefined) keep(stdout, ended.stdout);
  if (stderr !== undefined) keep(stderr, ended.stderr);
}

/** The list of what is sold has half a megabyte. The offers of the fleet are enough. */
function shortenInventory(): void {
  const inventory = JSON.parse(readFileSync('inventory.json', 'utf8'));
  const { edition, zone } = inventory.instances[0];
  inventory.catalogue.offers = inventory.catalogue.offers.filter(
    (offer: { edition: string; zone: string }) => offer.edition === edition && offer.zone === zone,
  );
  writeFileSync('inventory.json', `${JSON.stringify(inventory, null, 1)}\n`);
}

async function writeSchedule(root: string): Promise<void> {
  const log = await openScheduleLog(root, systemClock, () => undefined);
  for (const event of SCHEDULE_EVENTS) await log.append(event);
  await log.close();
}

const folder = mkdtempSync(join(os.tmpdir(), 'refit-samples-'));
standStill();
const world = await simulate(
  {
    ...{ seed: 1, port: Number(new URL(ENDPOINT).port), limit: 0, fleet: JSON.stringify(FLEET) },
    ...{ faults: FAULTS.map(parseFault), startLag: [10, 20], duration: [100, 200], lockTail: [10, 20] },
  },
  systemClock,
);
try {
  process.chdir(folder);
  Object.assign(process.env, {
    ...{
      HOME: folder,
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      TZ: 'UTC',
    },
    ...{ TENCENTCLOUD_SECRET_ID: world.secretId, TENCENTCLOUD_SECRET_KEY: world.secretKey, NO_COLOR: '1' },
  });
  for (const name of ['plans', 'outputs']) mkdirSync(name, { mode: 0o700 });
  const texts = { 'plan.yaml': PLAN, 'other.yaml': OTHER_PLAN, 'plans/nightly.yaml': SCHEDULED };
  const more = {
    'sizing.yaml': SIZING,
    'policy.yaml': POLICY,
    'approvers.yaml': approversFile(['wei', 'jun']),
  };
  for (const [name, text] of Object.entries({ ...texts, ...more })) writeFileSync(name, text);
  for (const name of ['wei', 'jun']) writeFileSync(`${name}.key`, pemOf(name), { mode: 0o600 });
  for (const line of LINES) await type(line);
  shortenInventory();
  await writeSchedule(join(folder, 'plans/runs'));
  writeFileSync('surface.json', `${JSON.stringify(await readSurface(), null, 1)}\n`);
  cpSync('state/refit/usage', 'usage', { recursive: true });
  rmSync(TARGET, { recursive: true, force: true });
  for (const file of globSync(KEPT)) {
    if (DROPPED.test(file) || !statSync(file).isFile()) continue;
    if (readFileSync(file).includes(folder)) throw new Error(`${file} names the folder ${folder}`);
    mkdirSync(join(TARGET, dirname(file)), { recursive: true });
    cpSync(file, join(TARGET, file));
  }
  process.stdout.write(`${TARGET}\n`);
} finally {
  await world.close();
  process.chdir('/');
  rmSync(folder, { recursive: true, force: true });
}
