/** From a live fleet with history to a plan that is ready: collect, recommend, price, plan. */
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createReader } from '../../src/cloud/client.ts';
import { secret } from '../../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../../src/cloud/limit/permits.ts';
import { createHttp } from '../../src/cloud/network/http.ts';
import { planFleet } from '../../src/operations/plans/plan-fleet.ts';
import { recommend } from '../../src/operations/recommend/recommend.ts';
import { collectUsage } from '../../src/operations/usage/collect-usage.ts';
import { usageProvider } from '../../src/operations/usage/open-usage.ts';
import { DEFAULT_SIZING } from '../../src/recommend/default-sizing.ts';
import { toPlan } from '../../src/recommend/to-plan.ts';
import { simulate } from '../../src/simulator/simulate.ts';
import { memoryUsage } from '../usage/memory-usage.ts';

it('writes a plan for a live fleet that refit plan accepts as it is', async () => {
  const simulation = await simulate({ instances: 25, limit: 1000 }, systemClock);
  const transport = createHttp();
  onTestFinished(async () => {
    await transport.close();
    await simulation.close();
  });
  const reader = createReader({
    ...{ transport, clock: systemClock, endpoint: simulation.url, jitter: Math.random },
    permits: createPermits(systemClock, 1000),
    credentials: () => ({
      secretId: simulation.secretId,
      secretKey: secret(simulation.secretKey),
      token: null,
      sourceName: 'the simulator',
    }),
  });
  const store = memoryUsage();
  await collectUsage(reader, store, {
    ...{ regions: null, profile: 'default', isSelected: () => true, days: 28, maxCalls: null },
    clock: systemClock,
  });
  const provider = usageProvider(simulation.url, {});
  const progress = new Set<string>();
  const { recommendations, notes } = await recommend({
    ...{ from: reader, sizing: DEFAULT_SIZING, store, provider, clock: systemClock, price: true },
    onProgress: (subject) => progress.add(subject),
  });
  expect(notes).toEqual([]);
  expect([...progress]).toEqual(
    expect.arrayContaining(['regions read', 'eviction policies read', 'prices read']),
  );
  const changes = recommendations.recommendations.filter(({ advised }) => advised !== null);
  expect(changes.length).toBeGreaterThan(1);
  for (const { billedMemory, monthly } of changes) {
    expect(['provider', 'provider-hourly']).toContain(monthly!.source);
    if (billedMemory !== 0) expect(Math.sign(monthly!.amount.amount)).toBe(Math.sign(billedMemory));
  }
  const text = toPlan(recommendations, { name: 'rightsizing', schema: null, next: 'refit plan' })!;
  const { review, findings } = await planFleet(text, 'plan.yaml', { from: reader, clock: systemClock });
  expect(findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  expect(review!.verdict).toBe('ready');
  expect(new Set(review!.plan.steps.map(({ instance }) => instance)).size).toBe(changes.length);
});
