/** The history of use as users meet it: collected once, shown in every format. */
import { expect, it } from 'vitest';
import type { ShownUsage } from '../../src/report/usage/shown-usage.ts';
import { desk, plainFleet } from './refit.ts';

it.concurrent('refit usage collect says what it costs, reads only what is missing, and usage show needs no provider', async (test) => {
  const at = await desk(test, { fleet: plainFleet(2) });
  const [first] = plainFleet(2).map(({ id }) => id as string);
  const early = await at.refit(['usage', 'show', first!]);
  expect(early.code).toBe(64);
  expect(early.stderr).toMatch(/fix: refit usage collect --select id=crs-\S+/);

  const collected = await at.refit(['usage', 'collect', '--days', '2']);
  expect(collected.code, collected.stderr).toBe(0);
  expect(collected.stderr).toMatch(/^collecting the use of 2 instances: 15 calls of the monitor product/m);
  expect(collected.stdout).toMatch(/^collected 2 instances of 2$/m);
  const again = await at.refit(['usage', 'collect', '--days', '2', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ calls: 0, upToDate: 2, isComplete: true });
  expect((await at.simulator.counts()).actions.GetMonitorData?.arrivals).toBe(15);

  const text = await at.refit(['usage', 'show', first!, '--over', '2d']);
  expect(text.stdout).toMatch(/^memory +[\d,.]+ MB/m);
  const shown = JSON.parse((await at.refit(['usage', 'show', first!, '--json'])).stdout) as ShownUsage;
  expect(shown.metrics).toHaveLength(15);
  const csv = await at.refit(['usage', 'show', first!, '--metric', 'cpu,keys', '--format', 'csv']);
  expect(csv.stdout).toMatch(/^instance,hour,cpu_percent,keys_count\r$/m);
  await at.write(
    'by-use.yaml',
    'version: 1\nname: by-use\ndefaults: { region: ap-guangzhou }\ntargets:\n  - { select: { used: "> 0%", over: 1d }, memoryPerShard: { fit: 10%, over: 2d } }\n',
  );
  const plan = await at.refit(['plan', 'by-use.yaml']);
  expect(plan.stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /selected because used is > 0%: the max of 1 d is [\d.]+% \(\d+ of 24 hours\); memory in use within 10%/,
  );

  const wrong = await at.refit(['usage', 'show', first!, '--metric', 'key']);
  expect(wrong.stderr).toContain('did you mean keys?');
});
