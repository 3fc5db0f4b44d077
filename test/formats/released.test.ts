/**
 * The promise of docs/reference/compatibility.md: this code reads the files of each version in `released/`, with the same
 * results. While a version is unreleased, `npm run format-samples` writes its files again after a change. Files of a released
 * version never change: correct the reader.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Simulation, simulate } from '../../src/simulator/simulate.ts';
import { DAY } from '../../src/units.ts';
import { ENDPOINT, FLEET, SCHEDULE_EVENTS, STARTS_AT } from './sample-facts.ts';
import { missingFrom, readSurface, type Surface } from './surface.ts';
import { type Typed, typed } from './type-command.ts';

const RELEASED = join(import.meta.dirname, 'released');
/** Removed after a release, on purpose, with a line in CHANGELOG.md: such as `option apply --frob`. */
const REMOVED: readonly string[] = [];

// biome-ignore lint/suspicious/noExplicitAny: files of another version have its types
type Json = any;
const parse = (path: string): Json => JSON.parse(readFileSync(path, 'utf8'));
const isReleased = (version: string) => readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version} (2`);

/** The schemas of this version, by name. */
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
for (const name of readdirSync('schemas')) {
  const schema = parse(`schemas/${name}`);
  const $id: string = schema.$id ?? `urn:refit:${name}`;
  ajv.addSchema({ ...schema, $id });
  ajv.addSchema({ $ref: $id }, name.replace('.schema.json', ''));
}

/** The same value without texts for people, which may change. */
function withoutTexts(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(
    ([name]) => !['message', 'fix', 'reason', 'summary'].includes(name),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutTexts(member)]));
}

/** The provider of the samples. Another checkout on this machine may have its port for a moment. */
async function simulated(fleet: readonly object[]): Promise<Simulation> {
  const port = Number(new URL(ENDPOINT).port);
  const fast = { startLag: [10, 20], duration: [10, 20], lockTail: [10, 20], limit: 0 } as const;
  for (;;)
    try {
      return await simulate({ ...fast, seed: 1, port, fleet: JSON.stringify(fleet) }, systemClock);
    } catch (error) {
      if (!String(error).includes('EADDRINUSE') && !/in use/.test(String(error))) throw error;
      await systemClock.sleep(200);
    }
}

describe.each(readdirSync(RELEASED).sort())('the files of version %s', (version) => {
  const base = mkdtempSync(join(tmpdir(), 'refit-released-'));
  const at = join(base, 'desk');
  const file = (name: string) => join(at, name);
  const old = (name: string): Json => parse(join(RELEASED, version, name));
  const refit = (...args: string[]): Promise<Typed> => typed([...args, '--endpoint', ENDPOINT]);
  async function json(code: number, ...args: string[]): Promise<Json> {
    const ended = await refit(...args, '--json');
    expect([ended.code, ended.stderr], args.join(' ')).toEqual([code, expect.anything()]);
    return JSON.parse(ended.stdout);
  }

  beforeAll(() => {
    vi.stubEnv('HOME', base);
    vi.stubEnv('XDG_STATE_HOME', join(base, 'state'));
    vi.stubEnv('XDG_CONFIG_HOME', join(base, 'config'));
    mkdirSync(join(base, 'state/refit'), { recursive: true, mode: 0o700 });
    cpSync(join(RELEASED, version), at, { recursive: true });
    cpSync(file('usage'), join(base, 'state/refit/usage'), { recursive: true });
  });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: STARTS_AT + 60_000 });
  });
  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    rmSync(base, { recursive: true, force: true });
  });

  it('plans, sizing files and policies are valid', async () => {
    const names = ['plan.yaml', 'other.yaml', 'plans/nightly.yaml', 'sizing.yaml'];
    const ended = await refit('validate', ...names.map(file));
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout.match(/: valid$/gm)).toHaveLength(names.length);
    const judged = await refit('policy', 'check', file('saved.json'), '--policy', file('policy.yaml'));
    expect(judged.code, judged.stdout).toBe(0);
  });

  it('an inventory gives the same steps as then', async () => {
    const { plan } = await json(0, 'plan', file('plan.yaml'), '--inventory', file('inventory.json'));
    const stepsOf = ({ steps }: Json) => steps.map(({ id, from, change }: Json) => ({ id, from, change }));
    expect(stepsOf(plan)).toEqual(stepsOf(old('outputs/plan.json').plan));
  });

  it('a saved plan is shown with its seal, its steps, and what people signed and declined', async () => {
    const review = await json(0, 'show', file('saved.json'));
    const { plan, declines, plannedBy, verdict, next } = old('outputs/review.json');
    expect(withoutTexts({ ...review, plan: { ...review.plan, findings: [] } })).toMatchObject(
      withoutTexts({ verdict, declines, plannedBy, plan: { ...plan, findings: [] } }),
    );
    // Its approval counts.
    expect([next, review.next]).toEqual([
      expect.stringMatching(/^refit apply /),
      expect.stringMatching(/^refit apply /),
    ]);
    expect((await refit('diff', file('other.json'), file('saved.json'), '--detailed-exitcode')).code).toBe(2);
  });

  it.each([0, 3_650 * DAY])(
    'a journal is verified with its signatures, %d milliseconds later',
    async (later) => {
      vi.setSystemTime(STARTS_AT + 60_000 + later);
      const ended = await refit('audit', 'verify', file('run'), '--signers', file('approvers.yaml'));
      expect(ended.code, ended.stdout).toBe(0);
      expect(ended.stdout).toContain('sound: plan');
      expect(ended.stdout).toContain('VERIFIED: wei signed the last entry');
    },
  );

  it('a run has the same status and the same report', async () => {
    const { plan, status, endedBecause, exitCode, totals, head } = old('outputs/status.json');
    expect(await json(0, 'status', file('run'))).toMatchObject({
      plan,
      status,
      endedBecause,
      exitCode,
      totals,
      head,
    });
    const report = await json(0, 'report', file('run'));
    const { findings: _, ...before } = old('run/report.json');
    expect(withoutTexts(report)).toMatchObject(withoutTexts(before));
  });

  it('a run that was cut off is in progress, and its report says so', async () => {
    const whole = readFileSync(file('run/journal.jsonl'), 'utf8').split('\n');
    cpSync(file('run'), file('cut'), { recursive: true });
    writeFileSync(file('cut/journal.jsonl'), `${whole.slice(0, 12).join('\n')}\n`);
    rmSync(file('cut/report.json'));
    const status = await refit('status', file('cut'), '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ status: expect.stringMatching(/^interrupted/) });
    const report = await json(0, 'report', file('cut'));
    expect(report.steps.map(({ outcome }: Json) => outcome)).toContain('verified');
  });

  it('a run that was cut off continues, and orders nothing twice', async () => {
    const canary = old('run/report.json').steps[0].instance;
    const journal = readFileSync(file('run/journal.jsonl'), 'utf8');
    const end = journal.indexOf('\n', journal.indexOf('"kind":"wave-ended"')) + 1;
    cpSync(file('run'), file('stopped'), { recursive: true });
    writeFileSync(file('stopped/journal.jsonl'), journal.slice(0, end));
    rmSync(file('stopped/report.json'));
    // The provider as the first wave left it, without the faults of the others.
    const fleet = FLEET.map((one) => (one.id === canary ? { ...one, memoryPerShard: 8192 } : one));
    vi.useRealTimers();
    const now = Date.now;
    const ahead = STARTS_AT + 60_000 - now();
    vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    const world = await simulated(fleet);
    try {
      vi.stubEnv('TENCENTCLOUD_SECRET_ID', world.secretId);
      vi.stubEnv('TENCENTCLOUD_SECRET_KEY', world.secretKey);
      const options = ['--auto-approve', '--adopt', '--run-dir', file('stopped')];
      const ended = await refit('apply', file('saved.json'), ...options);
      expect(ended.code, ended.stderr).toBe(0);
      expect(world.counts().actions.UpgradeInstance?.arrivals).toBe(FLEET.length - 1);
      expect((await json(0, 'report', file('stopped'))).totals).toMatchObject({ verified: FLEET.length });
    } finally {
      vi.mocked(Date.now).mockRestore();
      await world.close();
    }
  });

  it('a schedule log is read to its end', async () => {
    const { stdout, code } = await refit('schedule', 'log', file('plans'));
    expect(code, stdout).toBe(0);
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(SCHEDULE_EVENTS.length - 2);
    expect((await refit('schedule', 'list', file('plans'))).code).toBe(0);
  });

  it('a history of use has the same values, and gives advice', async () => {
    const { metrics, instance, from, until } = old('outputs/usage.json');
    const shown = await json(0, 'usage', 'show', 'crs-sample00', '--over', '2d');
    expect(shown).toMatchObject({ instance, from, until, metrics });
    const advice = ['--sizing', file('sizing.yaml'), '--inventory', file('inventory.json')];
    expect((await refit('recommend', ...advice)).code).toBe(0);
  });

  it.each([
    ['plan-diff', 'outputs/plan-diff.json'],
    ['review', 'outputs/review.json'],
    ['report', 'run/report.json'],
    ['recommendations', 'outputs/recommendations.json'],
    ['inventory', 'inventory.json'],
    ['approval', 'saved.json.approval-jun.json'],
  ])('an output keeps the members that it had: %s', (schema, name) => {
    const validate = ajv.getSchema(schema)!;
    const known = validate(old(name)) ? [] : validate.errors!.filter(({ keyword }) => keyword !== 'required');
    expect(known).toEqual([]);
  });

  it('scripts and programs find what they used', async () => {
    const before: Surface = old('surface.json');
    if (isReleased(version)) expect(missingFrom(before, await readSurface(), REMOVED)).toEqual([]);
    else expect(Object.keys(before.commands)).toContain('apply');
  });
});

describe('a version', () => {
  it('of this checkout has files, so that the next one is compared', () => {
    const { version } = parse('package.json');
    expect(existsSync(join(RELEASED, version)), 'npm run format-samples').toBe(true);
  });

  const before: Surface = {
    commands: { '': ['--json'], apply: ['--here', '--store <url>'], plan: [] },
    exports: ['planFleet'],
    codes: ['Refit.X'],
    formats: { journal: { writes: 1, reads: [1] } },
    migrations: { 1: 'aa' },
  };
  it.each<[string, Partial<Surface>, string[]]>([
    [
      'nothing, if there is only more',
      { exports: ['connect', 'planFleet'], migrations: { 1: 'aa', 2: 'bb' } },
      [],
    ],
    ['a command', { commands: { '': ['--json'], plan: [] } }, ['command apply']],
    ['an option', { commands: { ...before.commands, apply: ['--here'] } }, ['option apply --store <url>']],
    ['an export', { exports: [] }, ['export planFleet']],
    ['a code', { codes: [] }, ['code Refit.X']],
    ['the reader of a format', { formats: { journal: { writes: 2, reads: [2] } } }, ['reader of journal 1']],
    ['a migration that was edited', { migrations: { 1: 'ab' } }, ['migration 1']],
  ])('that removes %s is noticed', (_, change, missing) => {
    expect(missingFrom(before, { ...before, ...change }, [])).toEqual(missing);
    expect(missingFrom(before, { ...before, ...change }, missing)).toEqual([]);
  });
});
