/** Hooks of a plan, as real commands on the machine where it is applied. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { desk, growPlan, plainFleet } from './refit.ts';

const HOOK = `#!/bin/sh
read facts
echo "$facts" >> heard.jsonl
echo "hello from the hook, key is \${TENCENTCLOUD_SECRET_KEY:-not here}"
[ "$1" = fail ] && exit 7
exit 0
`;
const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

describe.concurrent('a plan with hooks', () => {
  it('shows them, is refused without --allow-hooks, and runs them with it', async (test) => {
    const at = await desk(test, { fleet: plainFleet(2) });
    await at.write('hook.sh', HOOK);
    const lines = [
      'hooks: { run-start: [sh, hook.sh], wave-end: [sh, hook.sh, fail], run-end: [sh, hook.sh] }',
    ];
    await at.write('plan.yaml', growPlan(lines));
    const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/This plan will:[\s\S]*run command +at wave-end: sh hook.sh fail\n/);

    const refused = await at.refit(APPLY);
    expect(refused.code).toBe(11);
    expect(refused.stderr).toMatch(/would run on this machine as you[\s\S]*fix: .*--allow-hooks/);
    expect(Object.keys((await at.simulator.counts()).orders)).toEqual([]);

    const applied = await at.refit([...APPLY, '--allow-hooks']);
    expect(applied.code, applied.stderr).toBe(0);
    const heard = (await at.text('heard.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(heard.map(({ event }) => event)).toEqual(['run-start', 'wave-end', 'run-end']);
    expect(heard[2]).toMatchObject({
      exitCode: 0,
      totals: { verified: 2 },
      directory: join(at.folder, 'run'),
    });
    const log = await at.text('run/hooks.log');
    expect(log).toContain('hello from the hook, key is not here');
    expect(log).toMatch(/wave-end \(entry \d+\) sh: NOT SENT: exit code 7 after/);
    expect(log).toMatch(/run-end \(entry \d+\) sh: sent: exit code 0 after/);
    expect((await stat(join(at.folder, 'run/hooks.log'))).mode & 0o777).toBe(0o600);
    const audit = await at.refit(['audit', 'verify', 'run']);
    expect(audit.code, audit.stdout).toBe(0);

    // An ended run prints its report again without a question, and runs no hook.
    expect((await at.refit(APPLY)).code).toBe(0);
    expect((await at.text('heard.jsonl')).trim().split('\n')).toHaveLength(3);
    const text = await at.refit(['report', 'run']);
    expect(text.stdout).toContain('Notifications');
  });
});
