// refit rehearse needs only the saved plan: no keys, network, locks or register. Its report is marked as a rehearsal.
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/model.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { fleet, savedPlan } from '../report/situations.ts';
import { desk, filesIn, growPlan, plainFleet } from './refit.ts';

const SAVED = encodeSavedPlan(sealDraft(savedPlan(fleet(12))));
const REHEARSE = ['rehearse', 'saved.json'];

describe.concurrent('refit rehearse', () => {
  it('shows when the plan is likely to end and what a fault does to it, from the saved plan only', async (test) => {
    const at = await desk(test, { simulator: null });
    await at.write('saved.json', SAVED);
    const typed = [...REHEARSE, '--fault', 'lost-answer:0.05', '--seeds', '5'];
    const written = ['--write', 'json=r.json', '--write', 'html=r.html', '--write', 'csv=r.csv'];
    const first = await at.refit([...typed, ...written]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('10 of 10 runs rehearsed');
    expect(first.stdout).toMatch(/^REHEARSAL, not an audit report: nothing was ordered\./);
    expect(first.stdout).toMatch(/run time {3}median .*, longest .*/);
    expect(first.stdout).toContain('lost-answer:0.05\n    run time: ');
    expect(first.stdout).toContain('60 verified');
    const report = await at.json<Report>('r.json');
    expect(report.rehearsal).toBe(true);
    expect(report.rehearsed!.all.totals.verified).toBe(60);
    // The rehearsal leaves no run, no lock and no register.
    expect(await filesIn(at.folder)).toEqual(['home', 'r.csv', 'r.html', 'r.json', 'saved.json']);
    expect((await at.refit([...typed, '-q'])).stdout).toBe(first.stdout);
  });

  it('exits 0, or with the code of the worst run on request', async (test) => {
    const at = await desk(test, { simulator: null });
    await at.write('saved.json', SAVED);
    const halted = [...REHEARSE, '--seeds', '1', '--fault', 'failed-task', '-q'];
    expect((await at.refit(halted)).code).toBe(0);
    const detailed = await at.refit([...halted, '--detailed-exitcode']);
    expect(detailed.code).toBe(4);
    expect(detailed.stdout).toMatch(/REHEARSED, HALTED +haltWhen failed/);
    expect(detailed.stdout).not.toContain('refit apply');
  });

  it('refuses what it cannot rehearse, with a fix', async (test) => {
    const at = await desk(test, { simulator: null });
    await at.write('saved.json', SAVED);
    await at.write('altered.json', SAVED.replace('"inFlight": 20', '"inFlight": 200'));
    // biome-ignore format: a table
    for (const [args, code, message] of [
      [['rehearse', 'none.json'], 64, /none\.json cannot be read/],
      [['rehearse', 'altered.json'], 6, /altered after it was sealed/],
      [[...REHEARSE, '--fault', 'lost-answers'], 64, /lost-answers" is not a fault/],
      [[...REHEARSE, '--fault', 'stuck=crs-elsewhere'], 64, /the plan does not change instance crs-elsewhere[\s\S]*--fault stuck=crs-/],
      [[...REHEARSE, '--seeds', '0'], 64, /not a whole number of at least 1/],
      [[...REHEARSE, '--duration', '5m..1m'], 64, /the shorter first/],
      [[...REHEARSE, '--format', 'sarif'], 64, /no format "sarif"/],
    ] as const) {
      const refused = await at.refit([...args]);
      expect(refused.code, args.join(' ')).toBe(code);
      expect(refused.stderr).toMatch(message);
      expect(refused.stdout).toBe('');
    }
  });

  it('uses durations from past runs of the same provider, which the plan contains', async (test) => {
    const at = await desk(test, { fleet: plainFleet(6) });
    await at.write('plan.yaml', growPlan());
    const plan = ['plan', 'plan.yaml', '-o', 'saved.json'];
    const before = await at.refit(plan);
    expect(before.stdout).toMatch(/durations {2}no past run: assumed 20 s to 18 min/);
    expect((await at.refit(['apply', 'saved.json', '--auto-approve', '-q'])).code).toBe(0);
    await at.write('again.yaml', growPlan().replace('8GB', '16GB'));
    const after = await at.refit(['plan', 'again.yaml', '-o', 'again.json']);
    expect(after.stdout).toMatch(/forecast +p50 \d+ s, p90 \d+ s/);
    expect(after.stdout).toContain('6 verified changes of 1 past run');
    expect((await at.refit(['rehearse', 'again.json', '--seeds', '1'])).stdout).toContain(
      '6 verified changes of 1 past run',
    );
    // Durations of a simulated provider do not apply to the real one.
    const inventory = await at.refit(['inventory', '-o', 'fleet.json']);
    expect(inventory.code).toBe(0);
    const offline = await at.refit([
      'plan',
      'again.yaml',
      '--inventory',
      'fleet.json',
      '--endpoint',
      'https://redis.tencentcloudapi.com',
    ]);
    expect(offline.stdout).toContain('no past run: assumed');
    const unknown = await at.refit([...plan, '--durations', 'nowhere']);
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringContaining(
        '--durations nowhere: no report there has a verified change at a simulated provider',
      ),
    ]);
  });
});
