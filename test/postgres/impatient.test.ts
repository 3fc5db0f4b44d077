/** A plan whose patience is too short for hosts that share a run. */
import { expect, it } from 'vitest';
import { withPostgres } from './shared.ts';
import { storeDesk } from './worker-desk.ts';

withPostgres('a plan with too little patience for a store', () => {
  it('is refused when it is submitted, before anything is read or written, and only noticed with a simulator', async (test) => {
    const desk = await storeDesk(test, { instances: 1, lines: ['execution: { patience: 2s }'] });
    const submit = ['apply', 'saved.json', '--auto-approve', '--detach'];
    const real = ['--endpoint', 'https://redis.tencentcloudapi.com'];
    const refused = await desk.start(...submit, ...real).ended;
    expect(refused.code, refused.stderr).toBe(65);
    expect(refused.stderr).toContain('patience is 2 s, and several hosts can carry out this run');
    expect(refused.stderr).toMatch(
      /fix: execution: \{ patience: 3m \}, then: refit plan plan\.yaml -o SAVED/,
    );
    expect(await desk.value('SELECT count(*) FROM refit.runs')).toBe('0');
    const simulated = await desk.start(...submit).ended;
    expect(simulated.code, simulated.stderr).toBe(0);
    expect(simulated.stderr).toContain('only a simulated provider allows this: patience is 2 s');
  });
});
