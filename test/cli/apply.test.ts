/** How `apply` refuses, halts and handles drift: exit code, message, and what it leaves unchanged. */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { canonical, sha256 } from '../../src/digest.ts';
import { SAVED_PLAN_FORMAT } from '../../src/model.ts';
import {
  BRISK,
  type Desk,
  type DeskOptions,
  desk,
  filesIn,
  growPlan,
  openDesk,
  plainFleet,
  until,
} from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

/** A saved plan that grows three instances. */
async function sealed(
  test: Pick<TestContext, 'onTestFinished'>,
  { simulator = BRISK, plan = growPlan(), fleet = plainFleet(3) }: DeskOptions & { plan?: string } = {},
): Promise<Desk> {
  const at = await desk(test, { simulator, fleet });
  await at.write('plan.yaml', plan);
  const planned = await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  return at;
}

async function mustHaveOrdered(at: Desk, orders: number): Promise<void> {
  const { orders: seen } = await at.simulator.counts();
  expect(Object.values(seen).reduce((sum, count) => sum + count, 0)).toBe(orders);
}

/** How a case differs from a plain `apply`, and what happens to the desk before it. */
interface Row {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  before?(at: Desk): Promise<unknown>;
}

const KEYLESS = { TENCENTCLOUD_SECRET_ID: undefined, TENCENTCLOUD_SECRET_KEY: undefined };

describe.concurrent('apply refuses before any order', () => {
  let office: Desk;
  beforeAll(async () => {
    office = await openDesk({ fleet: plainFleet(3) });
    await office.write('plan.yaml', growPlan());
    expect((await office.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
  });
  afterAll(async () => {
    await mustHaveOrdered(office, 0);
    await office.close();
  });
  const replace = (from: string, to: string) => async (at: Desk) =>
    at.write('saved.json', (await at.text('saved.json')).replace(from, to));

  it.for<[string, number, RegExp, Row]>([
    [
      'what nobody approved',
      11,
      /nothing was ordered \(3 steps[\s\S]*--auto-approve/,
      { args: ['apply', 'saved.json'] },
    ],
    [
      'without credentials',
      12,
      /no credentials for profile default[\s\S]*fix: export TENCENTCLOUD_SECRET_ID/,
      { env: KEYLESS },
    ],
    [
      'a secret key that does not fit',
      12,
      /AuthFailure\.SignatureFailure/,
      { env: { TENCENTCLOUD_SECRET_KEY: 'another' } },
    ],
    [
      'a key that nobody knows',
      12,
      /AuthFailure\.SecretIdNotFound/,
      { env: { TENCENTCLOUD_SECRET_ID: 'AKIDnobody' } },
    ],
    [
      'a saved plan that was altered',
      6,
      /altered[\s\S]*fix: .*refit plan/,
      { before: replace('8192', '16384') },
    ],
    [
      'a saved plan of a later version',
      6,
      /refit\.saved-plan\/9[\s\S]*fix: /,
      { before: replace(SAVED_PLAN_FORMAT, 'refit.saved-plan/9') },
    ],
    [
      'a plan that was never sealed',
      6,
      /fix: .*refit plan/,
      { args: ['apply', 'plan.yaml', '--auto-approve'] },
    ],
    [
      'a saved plan cut in half',
      6,
      /fix: .*refit plan/,
      { before: async (at) => at.write('saved.json', (await at.text('saved.json')).slice(0, 900)) },
    ],
    [
      'a saved plan that has expired',
      6,
      /expired at 20[\s\S]*fix: refit plan/,
      {
        async before(at) {
          await at.write('plan.yaml', growPlan(['expires: 1s']));
          expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
          await new Promise((resolve) => setTimeout(resolve, 1_100));
        },
      },
    ],
    [
      'a run directory of another plan',
      6,
      /is the run directory of another plan/,
      {
        async before(at) {
          await at.write('other.yaml', growPlan().replace('name: grow', 'name: other'));
          await at.refit(['plan', 'other.yaml', '-q', '-o', 'other.json']);
          expect((await at.refit(['apply', 'other.json', '--run-dir', 'run'])).code).toBe(11);
        },
      },
    ],
    [
      'plain http to another machine',
      64,
      /only for loopback/,
      { args: [...APPLY, '--endpoint', 'http://192.0.2.1'] },
    ],
    [
      'an output that the run itself writes',
      64,
      /--write run\/report\.json: the run makes this file[\s\S]*fix: use a file outside the run directory/,
      { args: [...APPLY, '--write', 'json=run/report.json'] },
    ],
    ['an unknown format of the report', 64, /no format "sarif"/, { args: [...APPLY, '--format', 'sarif'] }],
    [
      'a run directory below a file',
      1,
      /a part of its path is not a folder/,
      { args: ['apply', 'saved.json', '--auto-approve', '--run-dir', 'plan.yaml/run'] },
    ],
    ['a provider that is down', 1, /ECONNREFUSED/, { args: [...APPLY, '--endpoint', 'http://127.0.0.1:9'] }],
  ])('%s: exit %i', async ([, code, says, { args = APPLY, env = {}, before }], test) => {
    const at = await desk(test, { simulator: office.simulator });
    await at.write('plan.yaml', await office.text('plan.yaml'));
    await at.write('saved.json', await office.text('saved.json'));
    await before?.(at);
    const ended = await at.refit(args, { env });
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(/fix: \S|next {4}refit/);
    expect(ended.stdout + ended.stderr).not.toMatch(/^\s+at .*[(/:]|internal error/m);
  });

  it('applies the plan with the same command after the reason for the refusal is gone', async (test) => {
    const at = await sealed(test);
    expect((await at.refit(APPLY, { env: KEYLESS })).code).toBe(12);
    expect((await at.refit(['apply', 'saved.json', '--run-dir', 'run'])).code).toBe(11);
    expect((await at.refit(APPLY, { env: { TENCENTCLOUD_SECRET_KEY: 'another' } })).code).toBe(12);
    expect(await at.journal()).toEqual([]);
    const applied = await at.refit(APPLY);
    expect(applied.code, applied.stderr).toBe(0);
    await mustHaveOrdered(at, 3);
  });
});

describe.concurrent('two processes with the same run', () => {
  it('the second exits 7 and names the first', async (test) => {
    const at = await sealed(test, {
      simulator: ['--start-lag', '50ms', '--duration', '60s', '--lock-tail', '50ms'],
    });
    const first = at.start(APPLY);
    await until('an order', async () => (await at.journal()).some(({ kind }) => kind === 'accepted'));
    for (const args of [APPLY, ['apply', 'saved.json', '--auto-approve']]) {
      const second = await at.refit(args);
      expect(second.code, second.stderr).toBe(7);
      expect(second.stderr).toContain(`process ${first.pid}`);
      expect(second.stderr).toMatch(/fix: wait for it/);
    }
    const status = await at.refit(['status', 'run', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ status: 'running', holder: { pid: first.pid } });
    expect((await at.refit(['report', 'run'])).code).toBe(0);
    // Its changes last a minute, so that it is alive even on a slow machine. The test then stops it.
    first.kill('SIGTERM');
    await until('the first signal is heard', () => first.stderr().includes('stopping'));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    await mustHaveOrdered(at, 3);
  });

  it('one runs and the other is refused when both start at the same moment', async (test) => {
    const at = await sealed(test);
    const ends = await Promise.all([at.refit(APPLY), at.refit(APPLY), at.refit(APPLY)]);
    const codes = ends.map(({ code }) => code).sort();
    expect(
      codes.filter((code) => code === 0).length,
      ends.map(({ stderr }) => stderr).join('\n'),
    ).toBeGreaterThan(0);
    for (const code of codes) expect([0, 7]).toContain(code);
    await mustHaveOrdered(at, 3);
  });
});

describe.concurrent('the exit code of apply shows how a run ended', () => {
  it.for<[string, number, string[], Record<string, number>, RegExp]>([
    [
      'a task that failed',
      3,
      ['failed-task=crs-fleet001'],
      { verified: 2, failed: 1 },
      /crs-fleet001.*failed/,
    ],
    ['an instance sold out meanwhile', 3, ['sold-out=crs-fleet001'], { verified: 2, refused: 1 }, /SaleOut/],
    ['an answer lost, and the order found by reading', 0, ['lost-answer#1'], { verified: 3 }, /was executed/],
    [
      'a connection cut, and nothing found by reading',
      0,
      ['reset-before#1'],
      { verified: 3 },
      /was not executed/,
    ],
    ['an answer that is a web page', 0, ['html#1'], { verified: 3 }, /no answer/],
    ['an internal error that took effect', 0, ['internal-error=executed#1'], { verified: 3 }, /was executed/],
    ['a refusal by limit', 0, ['limit=2@UpgradeInstance'], { verified: 3 }, /3 of 3/],
    ['no right to order', 4, ['no-permission'], { verified: 0 }, /PermissionDenied/],
    ['no money', 4, ['no-balance'], { verified: 0 }, /AccountBalanceNotEnough/],
  ])('%s: exit %i', async ([, code, faults, totals, says], test) => {
    const at = await sealed(test);
    const faulty = await desk(test, {
      simulator: [...BRISK, ...faults.flatMap((fault) => ['--fault', fault])],
      fleet: plainFleet(3),
    });
    // The same seed gives the same fleet and keys. The plan is made without faults.
    const ended = await at.refit([...APPLY, '--endpoint', faulty.simulator.url]);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stdout + ended.stderr).toMatch(says);
    expect((await at.report()).totals).toMatchObject(totals);
    for (const count of Object.values((await faulty.simulator.counts()).orders)) expect(count).toBe(1);
    // A later apply of the run directory exits with the same code.
    if (code !== 4) {
      const again = await at.refit([...APPLY, '--endpoint', faulty.simulator.url]);
      expect([again.code, again.stdout]).toEqual([code, ended.stdout]);
    }
    expect((await at.refit(['report', 'run'])).code).toBe(0);
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
  });

  it('exits 3 and leaves an instance alone that changed after planning', async (test) => {
    const at = await sealed(test);
    const other = await desk(test, { simulator: at.simulator });
    await other.write('other.yaml', growPlan().replace('8GB', '16GB').replace('all: true', 'name: plain-1'));
    expect((await other.refit(['plan', 'other.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    expect((await other.refit(APPLY)).code).toBe(0);
    const ended = await at.refit(APPLY);
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stdout).toMatch(/drifted +crs-fleet001/);
    expect((await at.report()).totals).toMatchObject({ verified: 2, drifted: 1 });
    await mustHaveOrdered(at, 3);
  });

  it('halts at the threshold, and continues when resumed', async (test) => {
    const at = await sealed(test, {
      fleet: plainFleet(6),
      simulator: [...BRISK, '--fault', 'failed-task#1'],
      plan: growPlan([
        'execution: { inFlight: 1, patience: 2s, haltWhen: { failed: ">= 1", unknown: "> 0" } }',
      ]),
    });
    const halted = await at.refit(APPLY);
    expect(halted.code, halted.stderr).toBe(4);
    expect((await at.report()).totals).toMatchObject({ failed: 1, 'not-run': 5 });
    expect(halted.stderr).toMatch(/next {4}refit apply saved\.json --run-dir run/);
    const on = await at.refit(APPLY);
    expect(on.code, on.stderr).toBe(3);
    expect((await at.report()).totals).toMatchObject({ failed: 1, verified: 5 });
  });

  it('exits 8 and orders nothing new after finishBy', async (test) => {
    const at = await desk(test, {
      fleet: plainFleet(6),
      simulator: ['--start-lag', '20ms', '--duration', '4s', '--lock-tail', '20ms'],
    });
    const finishBy = new Date(Date.now() + 6_000).toISOString();
    await at.write(
      'plan.yaml',
      growPlan([`finishBy: "${finishBy}"`, 'execution: { inFlight: 2, patience: 2s }']),
    );
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    const ended = await at.refit(APPLY);
    expect(ended.code, ended.stderr).toBe(8);
    const { totals } = await at.report();
    expect(totals['not-run']).toBeGreaterThan(0);
    expect(totals.verified! + totals['not-run']!).toBe(6);
  });

  it('waits for the tail lock between two steps of one instance, and logs it only with -v', async (test) => {
    const twoSteps = async (flags: readonly string[]) => {
      const at = await sealed(test, {
        simulator: ['--start-lag', '20ms', '--duration', '100ms', '--lock-tail', '15s'],
        plan: growPlan().replace('memoryPerShard: 8GB', 'memoryPerShard: 8GB, replicas: 2'),
        fleet: plainFleet(1),
      });
      const ended = await at.refit([...APPLY, ...flags]);
      expect(ended.code, ended.stderr).toBe(0);
      expect((await at.journal()).map(({ kind }) => kind)).toContain('refused');
      await mustHaveOrdered(at, 2);
      return ended.stderr;
    };
    const [plain, verbose] = await Promise.all([twoSteps([]), twoSteps(['-v'])]);
    expect(verbose).toMatch(/refused, FailedOperation\.(SystemError|Unknown)[\s\S]*was not executed/);
    expect(plain).not.toMatch(/refused, |was not executed/);
  });

  it('plan exits 5 and writes no saved plan when a rule or a guard refuses', async (test) => {
    const at = await desk(test, { simulator: BRISK, fleet: plainFleet(3) });
    await at.write('shrink.yaml', growPlan().replace('8GB', '2GB'));
    await at.write('guard.yaml', growPlan(['guards: { targets: "<= 1" }']));
    for (const [file, says] of [
      ['shrink.yaml', /Refit\.ShrinkDenied/],
      ['guard.yaml', /Refit\.TooManyTargets/],
    ] as const) {
      const ended = await at.refit(['plan', file, '-o', 'saved.json', '--detailed-exitcode']);
      expect([file, ended.code]).toEqual([file, 5]);
      expect(ended.stdout).toMatch(says);
      expect(ended.stdout).toMatch(/next +refit explain/);
    }
    expect(await filesIn(at.folder)).toEqual(['fleet.json', 'guard.yaml', 'home', 'shrink.yaml']);
  });
});

describe.concurrent('a run directory that cannot be trusted', () => {
  const STALE = 6;
  it.for<[string, (at: Desk) => Promise<unknown>, RegExp]>([
    [
      'a changed entry',
      async (at) =>
        at.write(
          'run/journal.jsonl',
          (await at.text('run/journal.jsonl')).replace('"verified"', '"failed"  '),
        ),
      /journal\.jsonl:\d+: /,
    ],
    [
      'an entry taken out',
      async (at) => {
        const lines = (await at.text('run/journal.jsonl')).split('\n');
        await at.write('run/journal.jsonl', [...lines.slice(0, 3), ...lines.slice(4)].join('\n'));
      },
      /journal\.jsonl:4: /,
    ],
    [
      'a journal of a later version',
      async (at) => {
        // Hashed again, as a later version would write it.
        let prev = '0'.repeat(64);
        const lines = (await at.journal()).map(({ hash: _, ...entry }) => {
          const format = entry.kind === 'run-started' ? { format: 'refit.journal/9' } : {};
          const rest = { ...entry, ...format, prev };
          prev = sha256(canonical(rest));
          return canonical({ ...rest, hash: prev });
        });
        await at.write('run/journal.jsonl', `${lines.join('\n')}\n`);
      },
      /refit\.journal\/9/,
    ],
    [
      'an altered plan',
      async (at) => at.write('run/plan.json', (await at.text('run/plan.json')).replace('8192', '16384')),
      /altered|digest/,
    ],
  ])('%s: apply exits 6 and orders, shows and resumes nothing', async ([, damage, says], test) => {
    const at = await sealed(test);
    expect((await at.refit(APPLY)).code).toBe(0);
    await damage(at);
    for (const args of [APPLY, ['status', 'run'], ['report', 'run'], ['audit', 'verify', 'run']]) {
      const ended = await at.refit(args);
      expect([args[0], ended.code]).toEqual([args[0], STALE]);
      expect(ended.stdout + ended.stderr).toMatch(says);
    }
    await mustHaveOrdered(at, 3);
  });

  it('the head in the report reveals missing entries at the end', async (test) => {
    const at = await sealed(test);
    expect((await at.refit(APPLY)).code).toBe(0);
    const { head } = await at.report();
    const lines = (await at.text('run/journal.jsonl')).split('\n');
    await at.write('run/journal.jsonl', `${lines.slice(0, -3).join('\n')}\n`);
    expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(6);
    expect((await at.refit(['audit', 'verify', 'run', '--head', head])).code).toBe(6);
  });

  it('refuses an inventory of a later version with exit 6', async (test) => {
    const at = await sealed(test);
    await at.refit(['inventory', '-q', '-o', 'inventory.json']);
    await at.write(
      'inventory.json',
      (await at.text('inventory.json')).replace('refit.inventory/1', 'refit.inventory/9'),
    );
    const ended = await at.refit(['plan', 'plan.yaml', '--inventory', 'inventory.json']);
    expect(ended.code).toBe(6);
    expect(ended.stderr).toMatch(/not refit\.inventory\/1[\s\S]*fix: refit inventory -o/);
  });
});
