/** Instances that Refit can list and never change: of another product, or of a type that it does not know. */
import { expect, it } from 'vitest';
import { desk } from './refit.ts';

const PLAN = `version: 1
name: everything
defaults: { region: ap-guangzhou }
onBlocked: skip
targets:
  - { select: { tags: { env: prod } }, memoryPerShard: 8GB }
`;

it.concurrent('an inventory has them, says why they are no targets, and can be planned from', async (test) => {
  const tags = { env: 'prod' };
  const at = await desk(test, {
    fleet: [
      { id: 'crs-aaaa1111', edition: 'redis-6.2-standard', memoryPerShard: 4096, tags },
      { id: 'crs-type1000', type: 10, memoryPerShard: 4096, tags },
      { id: 'other-1234abcd', type: 200, memoryPerShard: 4096, tags },
    ],
  });
  await at.write('plan.yaml', PLAN);
  const read = await at.refit(['inventory', '--region', 'ap-guangzhou', '-o', 'fleet.json']);
  expect(read.code, read.stderr).toBe(0);
  expect(read.stdout).toMatch(/^3 instances read/);
  expect(read.stdout).toMatch(
    /^never targets: 2 instances\n {2}crs-type1000 +type 10 \(unknown\)\n {2}other-1234abcd +its id does not begin with crs-$/m,
  );
  for (const source of [['--inventory', 'fleet.json'], []]) {
    const planned = await at.refit(['plan', 'plan.yaml', ...source, '-o', 'saved.json']);
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
    expect(planned.stdout).toContain('crs-type1000 is type 10 (unknown): this version knows no such edition');
    expect(planned.stdout).toContain('Refit.OtherId');
    expect((await at.savedPlan('saved.json')).steps.map(({ instance }) => instance)).toEqual([
      'crs-aaaa1111',
    ]);
  }
  const explained = await at.refit(['explain', 'crs-type1000', '--inventory', 'fleet.json']);
  expect(explained.stdout).toMatch(/^ {2}is +running, type 10 \(unknown\), postpaid/m);
  const started = await at.refit(['init', '--inventory', 'fleet.json', '-o', 'first.yaml']);
  expect(started.stderr).toMatch(/crs-type1000.*it is type 10 \(unknown\) to this version of refit/);
  expect(started.stderr).toMatch(/other-1234abcd.*its id is not valid in a plan/);
});
