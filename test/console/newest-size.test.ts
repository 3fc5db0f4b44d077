/** The size of an instance is that of the newest knowledge. */
import { expect, it } from 'vitest';
import type { InstanceStep } from '../../src/console/api/fleet.ts';
import { newerSize } from '../../src/console/ui/pages/fleet/newest-size.ts';

const step = (endedAt: string | null, memoryPerShard: number, outcome: InstanceStep['outcome']) =>
  ({ endedAt, outcome, after: { memoryPerShard, shards: 1, replicas: 1 } }) as InstanceStep;
const READ = { readAt: '2026-01-05T10:00:00.000Z' };

it.each<[title: string, read: typeof READ | null, steps: InstanceStep[], memory: number | null]>([
  ['a run after the reading', READ, [step('2026-01-05T11:00:00.000Z', 8_192, 'verified')], 8_192],
  ['the reading after the run', READ, [step('2026-01-05T09:00:00.000Z', 8_192, 'verified')], null],
  ['the reading, not a step that failed', READ, [step('2026-01-05T11:00:00.000Z', 8_192, 'failed')], null],
  ['the reading, not a step that goes on', READ, [step(null, 8_192, null)], null],
  ['a run if nothing was read', null, [step('2026-01-05T09:00:00.000Z', 8_192, 'verified')], 8_192],
  [
    'the latest of several runs',
    READ,
    [
      step('2026-01-05T11:00:00.000Z', 4_096, 'verified'),
      step('2026-01-05T12:00:00.000Z', 8_192, 'verified'),
    ],
    8_192,
  ],
])('knows the size from %s', (_, read, steps, memory) => {
  expect(newerSize(read, steps)?.size.memoryPerShard ?? null).toBe(memory);
});
