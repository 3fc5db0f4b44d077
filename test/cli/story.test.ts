/** The example of the README with its commands. Refit and the provider are processes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateInventory, validateReport } from '../../src/generated/validators.js';
import { OUTCOMES, type Report, type SavedPlan } from '../../src/model.ts';
import { type Desk, type Ended, filesIn, openDesk } from './refit.ts';

const PLAN = `version: 1
name: double-eleven-headroom
change: CHG-20481
owner: dba-oncall
onBlocked: skip
targets:
  - select: { regions: [ap-guangzhou, ap-shanghai], all: true }
    exclude: [{ tags: { resize: never } }]
    memoryPerShard: { grow: 25%, roundTo: sold, atMost: 32GB }
guards: { targets: "<= 95%" }
waves: [{ name: canary, take: 2 }, { name: rest, take: rest }]
execution: { inFlight: 60, requestsPerSecond: 20, patience: 2s, haltWhen: { failed: "> 5% of run", unknown: "> 0" } }
`;
const PLAN_FORMATS = ['text', 'json', 'markdown', 'html', 'csv', 'junit', 'sarif'];
const REPORT_FORMATS = ['text', 'json', 'markdown', 'html', 'csv'];

/** How the output of each format must start, or how it must parse. */
function mustBe(format: string, text: string): void {
  switch (format) {
    case 'json':
    case 'sarif':
      expect(JSON.parse(text)).toBeTypeOf('object');
      break;
    case 'markdown':
      expect(text).toMatch(/^#+ /);
      break;
    case 'html':
      expect(text).toMatch(/^<!doctype html>/i);
      expect(text.trimEnd()).toMatch(/<\/html>$/);
      break;
    case 'junit':
      expect(text).toMatch(/^<\?xml/);
      expect(text.trimEnd()).toMatch(/<\/testsuites?>$/);
      break;
    case 'csv': {
      const columns = text.split(/\r?\n/)[0]!.split(',');
      expect(columns).toContain('instance');
      expect(columns.length).toBeGreaterThan(5);
      break;
    }
    default:
      expect(text).toContain('double-eleven-headroom');
  }
}

describe('the README example', () => {
  let desk: Desk;
  let applied: Ended;
  let saved: SavedPlan;
  let report: Report;
  let run: string;

  beforeAll(async () => {
    desk = await openDesk({ asProcess: true });
    await desk.write('plan.yaml', PLAN);
    expect((await desk.refit(['plan', 'plan.yaml', '-o', 'saved.json', '-q'])).code).toBe(0);
    saved = await desk.savedPlan('saved.json');
    applied = await desk.refit(['apply', 'saved.json', '--auto-approve']);
    run = join('runs', (await filesIn(join(desk.folder, 'runs')))[0]!);
    report = await desk.json<Report>(join(run, 'report.json'));
  });
  afterAll(() => desk?.close());

  it('prints next commands with its own --endpoint', async () => {
    const { stdout } = await desk.refit(['plan', 'plan.yaml', '-o', 'again.json']);
    expect(stdout).toMatch(/next +refit apply again\.json --endpoint http:\/\/127\.0\.0\.1:\d+/);
  });

  it('reads the fleet into a dated file that matches its schema, and prints the next command', async () => {
    const { code, stdout, stderr } = await desk.refit(['inventory', '-o', 'inventory.json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^60 instances read at 20/) });
    expect(stderr).toContain('refit plan PLAN --inventory inventory.json');
    expect(validateInventory(await desk.json('inventory.json'))).toBe(true);
    const { stdout: json } = await desk.refit(['inventory', '--json']);
    expect(JSON.parse(json).instances).toHaveLength(60);
    const one = await desk.refit(['inventory', '--json', '--region', 'ap-shanghai']);
    expect(new Set(JSON.parse(one.stdout).instances.map((of: { region: string }) => of.region))).toEqual(
      new Set(['ap-shanghai']),
    );
  });

  it('validates a plan without network or credentials', async () => {
    const offline = { env: { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined } };
    const { code, stdout } = await desk.refit(['validate', 'plan.yaml'], offline);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'plan.yaml: valid\n' });
    const json = await desk.refit(['--json', 'validate', 'plan.yaml'], offline);
    expect(JSON.parse(json.stdout)).toEqual({ results: [{ file: 'plan.yaml', valid: true, findings: [] }] });
  });

  it('makes the same plan from an inventory file as from the live fleet', async () => {
    const fresh = await openDesk();
    try {
      await fresh.write('plan.yaml', PLAN);
      await fresh.refit(['inventory', '-o', 'inventory.json']);
      const live = await fresh.refit(['plan', 'plan.yaml', '-o', 'live.json']);
      const offline = await fresh.refit(
        [
          'plan',
          'plan.yaml',
          '--inventory',
          'inventory.json',
          '-o',
          'offline.json',
          '--endpoint',
          'http://127.0.0.1:9',
        ],
        { env: { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined } },
      );
      expect([live.code, offline.code]).toEqual([0, 0]);
      const [a, b] = [await fresh.savedPlan('live.json'), await fresh.savedPlan('offline.json')];
      expect(b.steps).toEqual(a.steps);
      expect((await stat(join(fresh.folder, 'live.json'))).mode & 0o777).toBe(0o600);
      // A dry run writes only the requested files, and orders nothing.
      expect(await filesIn(fresh.folder)).toEqual([
        'home',
        'inventory.json',
        'live.json',
        'offline.json',
        'plan.yaml',
      ]);
      expect(await filesIn(join(fresh.folder, 'home'))).toEqual([]);
      expect((await fresh.simulator.counts()).actions.UpgradeInstance).toBeUndefined();
    } finally {
      await fresh.close();
    }
  });

  it.each(PLAN_FORMATS)('shows the saved plan as %s, identically on stdout and in a file', async (format) => {
    const { code, stdout } = await desk.refit([
      'show',
      'saved.json',
      '--format',
      format,
      '--write',
      `${format}=show.out`,
    ]);
    expect(code).toBe(0);
    mustBe(format, stdout);
    expect(await desk.text('show.out')).toBe(stdout);
  });

  it('plans in every format in one call: one on stdout, the others to files', async () => {
    const writes = PLAN_FORMATS.flatMap((format) => ['--write', `${format}=plan.${format}`]);
    const { code, stdout } = await desk.refit(['plan', 'plan.yaml', '--format', 'sarif', ...writes]);
    expect(code).toBe(0);
    mustBe('sarif', stdout);
    for (const format of PLAN_FORMATS) mustBe(format, await desk.text(`plan.${format}`));
  });

  it('exits 2 with --detailed-exitcode if there are changes, else 0', async () => {
    const once = parse(PLAN);
    once.targets = [
      {
        instance: report.steps[0]!.instance,
        region: report.steps[0]!.region,
        memoryPerShard: report.steps[0]!.to,
      },
    ];
    once.waves = undefined;
    await desk.write('there.yaml', JSON.stringify(once));
    once.targets[0].memoryPerShard = '64GB';
    await desk.write('not-there.yaml', JSON.stringify(once));
    const codes = [];
    for (const plan of ['there.yaml', 'not-there.yaml'])
      codes.push((await desk.refit(['plan', plan, '--detailed-exitcode'])).code);
    expect(codes).toEqual([0, 2]);
  });

  it('verifies every step, with the report on stdout and the progress on stderr', () => {
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stdout).toContain(`${saved.steps.length} of ${saved.steps.length} steps verified`);
    expect(applied.stdout).not.toContain('wave 1 of 2');
    expect(applied.stderr).toContain('wave 1 of 2 (canary) starts: 2 steps');
    expect(applied.stderr).toContain(`report  ${run}/report.html`);
  });

  it('writes plan, journal and reports that only the owner can read', async () => {
    const folder = join(desk.folder, run);
    expect(run).toMatch(new RegExp(`^runs/\\d{8}T\\d{6}Z-${saved.digest.slice(0, 8)}$`));
    expect(await filesIn(folder)).toEqual(['journal.jsonl', 'plan.json', 'report.html', 'report.json']);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(desk.folder, 'runs'))).mode & 0o777).toBe(0o700);
    for (const name of await filesIn(folder))
      expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
    expect(await desk.text(join(run, 'plan.json'))).toBe(await desk.text('saved.json'));
    mustBe('html', await desk.text(join(run, 'report.html')));
  });

  it('reports every field of the contract', () => {
    expect(validateReport(report), JSON.stringify(validateReport.errors)).toBe(true);
    expect(report.plan).toMatchObject({ name: saved.name, digest: saved.digest });
    expect(report.run).toMatchObject({
      endedBecause: 'done',
      startedAt: expect.any(String),
      endedAt: expect.any(String),
    });
    expect(Object.keys(report.totals).sort()).toEqual([...OUTCOMES].sort());
    expect(Object.values(report.totals).reduce((a, b) => a + b)).toBe(saved.steps.length);
    expect(report.steps.map(({ id }) => id)).toEqual(saved.steps.map(({ id }) => id));
    for (const step of report.steps) {
      const { change, region, instance } = saved.steps.find(({ id }) => id === step.id)!;
      expect(step).toMatchObject({
        instance,
        region,
        dimension: change.dimension,
        from: change.from,
        to: change.to,
        outcome: 'verified',
        attempts: expect.any(Number),
        code: null,
        message: expect.any(String),
      });
      expect(step.orders).toHaveLength(1);
      expect(step.requestIds.length).toBeGreaterThan(0);
      expect(Date.parse(step.endedAt!)).toBeGreaterThan(Date.parse(step.startedAt!));
    }
  });

  it('keeps the head of its journal', async () => {
    const journal = await desk.journal(run);
    expect(report.head).toBe(journal.at(-1)!.hash);
    expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
  });

  it('orders nothing when applied again to the run directory, and exits with the same code', async () => {
    const before = await desk.simulator.counts();
    const again = await desk.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', run]);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(applied.stdout);
    expect(again.stderr).toContain('this run had already ended: nothing was ordered');
    expect(await desk.simulator.counts()).toEqual(before);
  });

  it('refuses to apply the same plan in another run directory', async () => {
    const other = await desk.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'other']);
    expect(other.code).toBe(6);
    expect(other.stderr).toContain(`refit status ${join(desk.folder, run)}`);
    expect(await filesIn(desk.folder)).not.toContain('other');
    expect((await desk.refit(['apply', 'saved.json', '--auto-approve'])).code).toBe(6);
  });

  it('shows the state of the run', async () => {
    const { code, stdout } = await desk.refit(['status', run, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'ended',
      exitCode: 0,
      totals: report.totals,
      head: report.head,
    });
    expect((await desk.refit(['status', run])).stdout).toContain(`${saved.steps.length} verified`);
  });

  it.each(REPORT_FORMATS)('renders the report as %s, identically on stdout and in a file', async (format) => {
    const { code, stdout } = await desk.refit([
      'report',
      run,
      '--format',
      format,
      '--write',
      `${format}=report.out`,
    ]);
    expect(code).toBe(0);
    mustBe(format, stdout);
    expect(await desk.text('report.out')).toBe(stdout);
    if (format === 'json') expect(JSON.parse(stdout)).toEqual(report);
  });

  it('verifies the journal alone and against a separate head', async () => {
    expect((await desk.refit(['audit', 'verify', run])).code).toBe(0);
    const sound = await desk.refit(['audit', 'verify', run, '--head', report.head, '--json']);
    expect(sound.code).toBe(0);
    expect(JSON.parse(sound.stdout)).toMatchObject({ sound: true, head: report.head, ended: true });
    const foreign = await desk.refit(['audit', 'verify', run, '--head', 'a'.repeat(64)]);
    expect(foreign.code).toBe(6);
    expect(foreign.stdout).toContain('NOT SOUND');
  });

  it.each([
    ['a rule by its code', ['ResourceUnavailable.SaleOut'], /sold out/i],
    ['a rule of its own', ['Refit.ShrinkDenied'], /shrink: allow/],
    ['an instance', ['crs-0dlkgtbc'], /crs-0dlkgtbc/],
    ['an instance as a plan sees it', ['crs-0dlkgtbc', 'plan.yaml'], /crs-0dlkgtbc[\s\S]*plan\.yaml/],
    [
      'an instance from a file',
      ['crs-0dlkgtbc', 'plan.yaml', '--inventory', 'inventory.json'],
      /crs-0dlkgtbc/,
    ],
  ])('explains %s', async (_, args, expected) => {
    const { code, stdout, stderr } = await desk.refit(['explain', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(expected);
  });

  it('prints only the result and errors with -q, before and after the command', async () => {
    for (const args of [
      ['show', 'saved.json'],
      ['validate', 'plan.yaml'],
      ['status', run],
      ['plan', 'plan.yaml', '-o', 'again.json', '--json'],
    ])
      for (const quiet of [
        ['-q', ...args],
        [...args, '-q'],
      ]) {
        const { code, stdout, stderr } = await desk.refit(quiet);
        expect([quiet, code, stderr]).toEqual([quiet, 0, '']);
        expect(stdout).not.toBe('');
      }
    expect((await desk.refit(['show', '-q', 'absent.json'])).stderr).toMatch(/^refit: .*absent\.json/);
  });

  it.each([
    [['--json', 'show', 'saved.json']],
    [['show', 'saved.json', '--json']],
    [['show', '--format', 'json', 'saved.json']],
    [['--no-color', '-v', 'show', 'saved.json', '--json']],
  ])('takes global options before and after the command: %j', async (args) => {
    const { code, stdout } = await desk.refit(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
  });
});
