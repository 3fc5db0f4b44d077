/** `refit report` during a run and after its process died: exactly what the journal has so far. */
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import type { Report } from '../../src/model.ts';
import { desk, growPlan, plainFleet, until } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

describe('the report of a run that has not ended', () => {
  it('is available during the run and after kill -9 in every format, and the final report replays identically', async (test) => {
    const at = await desk(test, {
      fleet: plainFleet(3),
      simulator: ['--start-lag', '20ms', '--duration', '6s', '--lock-tail', '20ms'],
    });
    await at.write('plan.yaml', growPlan());
    expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
    const live = at.start(APPLY);
    await until(
      'three orders',
      async () => (await at.journal()).filter(({ kind }) => kind === 'accepted').length === 3,
    );
    const midRun = await at.refit([
      'report',
      'run',
      '--json',
      '--write',
      'html=mid.html',
      '--write',
      'csv=mid.csv',
    ]);
    expect(midRun.code, midRun.stderr).toBe(0);
    live.kill('SIGKILL');
    await live.ended;
    const crashed = await at.refit(['report', 'run', '--json']);
    for (const { stdout } of [midRun, crashed]) {
      const report = JSON.parse(stdout) as Report;
      expect(validateReport(report)).toBe(true);
      expect(report.run).toMatchObject({
        endedBecause: null,
        exitCode: null,
        identities: [
          { profile: 'default', identity: { account: expect.stringMatching(/^\d+$/) }, reason: null },
        ],
      });
      expect(
        report.steps.map(({ outcome, attemptDetails: asked }) => [
          outcome,
          asked.map(({ answer }) => answer),
        ]),
      ).toEqual(report.steps.map(() => ['unknown', ['accepted']]));
      expect(report.steps[0]).toMatchObject({ readBefore: { status: 'running' }, readBack: null });
    }
    expect(await at.text('mid.html')).toContain('NOT ENDED');
    expect((await at.refit(['report', 'run'])).stdout).toContain('NOT ENDED');

    expect((await at.refit(APPLY)).code).toBe(0);
    const { run } = await at.report();
    expect(run.waits).toMatchObject([{ for: 'no-process', reason: 'its process died, or was aborted' }]);
    expect(run.identities).toHaveLength(2);
    expect((await at.refit(['audit', 'replay', 'run'])).code).toBe(0);

    const chosen = await at.refit(['report', 'run', '--format', 'csv', '--columns', 'outcome, instance']);
    expect(chosen.stdout.split('\r\n').slice(0, 2)).toEqual(['outcome,instance', 'verified,crs-fleet000']);
    for (const [args, fix] of [
      [['--format', 'csv', '--columns', 'outcom'], /outcome /],
      [['--columns', 'outcome'], /--format csv/],
    ] as const) {
      const wrong = await at.refit(['report', 'run', ...args]);
      expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringMatching(fix)]);
    }
  });
});
