// Goal: replicas of multi-zone instances are added and removed once, in the zones and nodes of the plan.
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import { holds } from '../holds.ts';
import { type Run, type Stage, type StageOptions, setStage } from '../stage.ts';

const M = 'crs-multi001';
const MINUTE = 60_000;
const fleet = (replicaZones: readonly string[], members: object = {}) => [
  {
    id: M,
    edition: 'redis-6.2-cluster',
    zone: 'ap-guangzhou-4',
    memoryPerShard: 4096,
    shards: 3,
    replicas: replicaZones.length,
    replicaZones,
    ...members,
  },
];
const ADD = `targets: [{ instance: ${M}, replicas: 3, zones: [ap-guangzhou-6, ap-guangzhou-7] }]`;
const REMOVE = `targets: [{ instance: ${M}, replicas: 1 }]\nguards: { shrink: allow }`;

async function carryOut(options: StageOptions) {
  const stage = await setStage(options);
  const run = await stage.run();
  holds(stage, run);
  return { stage, run };
}

/** `M4 R6 …`: masters and replicas with their zones, as the provider has them. */
function nodesOf({ cloud }: Stage): string {
  const instance = cloud.world.instances.get(M)!;
  return (instance.nodes ?? []).map(({ kind, zone }) => `${kind === 0 ? 'M' : 'R'}${zone % 100}`).join(' ');
}

function outcome({ report }: Run) {
  const [step] = report.steps;
  return [step!.outcome, step!.code, step!.attempts];
}

describe('replicas of a multi-zone instance', () => {
  it('are added in the zones of the plan, including a zone that only the region product lists', async () => {
    const { stage, run } = await carryOut({ fleet: fleet(['ap-guangzhou-6']), plan: ADD });
    expect(outcome(run)).toEqual(['verified', null, 1]);
    expect(nodesOf(stage)).toBe('M4 R6 R6 R7');
  });

  it('are removed by number from the zone with the most replicas', async () => {
    const { stage, run } = await carryOut({
      fleet: fleet(['ap-guangzhou-6', 'ap-guangzhou-7', 'ap-guangzhou-7']),
      plan: REMOVE,
    });
    expect(outcome(run)).toEqual(['verified', null, 1]);
    expect(nodesOf(stage)).toBe('M4 R7');
  });

  it('change with the memory in two verified steps', async () => {
    const { stage, run } = await carryOut({
      fleet: fleet(['ap-guangzhou-6']),
      plan: `targets: [{ instance: ${M}, memoryPerShard: 8GB, replicas: 2, zones: [ap-guangzhou-7] }]`,
    });
    expect(run.report.totals.verified).toBe(2);
    expect(nodesOf(stage)).toBe('M4 R6 R7');
  });

  // No read shows the lock, and the code depends on the order (docs/provider.md P23 and P24).
  it.each<[string, object, string, string]>([
    [
      'with nodes',
      {},
      `{ instance: ${M}, memoryPerShard: 8GB, replicas: 2, zones: [ap-guangzhou-7] }`,
      'FailedOperation.Unknown',
    ],
    [
      'without nodes',
      {},
      `{ instance: ${M}, memoryPerShard: 8GB, shards: 5 }`,
      'FailedOperation.SystemError',
    ],
    [
      'without nodes in one zone',
      { replicaZones: [] },
      `{ instance: ${M}, memoryPerShard: 8GB, replicas: 2 }`,
      'FailedOperation.SystemError',
    ],
  ])(
    'and any other size are ordered again after the lock of the step before: %s',
    async (_, members, target, code) => {
      const { stage, run } = await carryOut({
        fleet: fleet(['ap-guangzhou-6'], members),
        plan: `targets: [${target}]`,
        lockTail: [2 * MINUTE, 2 * MINUTE],
      });
      expect(run.report.totals.verified).toBe(2);
      const codes = run.entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.code] : []));
      expect(new Set(codes)).toEqual(new Set([code]));
      expect(stage.cloud.world.instances.get(M)!.orderCount).toBe(2);
    },
  );

  it.each(['lost-answer#1', 'half-json#1', 'http-500=executed#1', 'system-error=executed#1'])(
    'are added once if the answer is lost: %s',
    async (fault) => {
      const { stage, run } = await carryOut({
        fleet: fleet(['ap-guangzhou-6']),
        plan: ADD,
        faults: [fault],
        startLag: [2 * MINUTE, 2 * MINUTE],
      });
      expect(outcome(run)).toEqual(['verified', null, 1]);
      expect(nodesOf(stage)).toBe('M4 R6 R6 R7');
    },
  );

  it('are ordered again after instance, nodes, task list and billing were silent for the whole patience', async () => {
    const { stage, run } = await carryOut({
      fleet: fleet(['ap-guangzhou-6']),
      plan: ADD,
      faults: ['reset-before#1'],
    });
    expect(outcome(run)).toEqual(['verified', null, 2]);
    expect(nodesOf(stage)).toBe('M4 R6 R6 R7');
    const silent = run.entries.find((entry) => entry.kind === 'resolved');
    expect(silent?.kind === 'resolved' && textOf(silent.evidence)).toMatch(
      /^instance, its nodes, task list and billing showed no trace of the order for [123] min( \d+ s)?$/,
    );
  });

  it('are not ordered again if billing cannot be read, because that could add them twice', async () => {
    const { stage, run } = await carryOut({
      fleet: fleet(['ap-guangzhou-6']),
      plan: ADD,
      faults: ['reset-before#1', 'no-cam@DescribeDealsByCond'],
    });
    expect(outcome(run)).toEqual(['unknown', null, 1]);
    expect(run.end?.exitCode).toBe(10);
    expect(nodesOf(stage)).toBe('M4 R6');
  });

  it('are ordered again without billing if they are removed, because a removal cannot happen twice', async () => {
    const { stage, run } = await carryOut({
      fleet: fleet(['ap-guangzhou-6', 'ap-guangzhou-7']),
      plan: REMOVE,
      faults: ['reset-before#1', 'no-cam@DescribeDealsByCond'],
    });
    expect(outcome(run)).toEqual(['verified', null, 2]);
    expect(nodesOf(stage)).toMatch(/^M4 R[67]$/);
  });

  it.each<[string, (nodes: { id: number; kind: 0 | 1; zone: number }[]) => typeof nodes]>([
    ['one is now the master', ([m, a, b]) => [{ ...a!, kind: 0 }, { ...m!, kind: 1 }, b!]],
    ['one is in another zone', ([m, a, b]) => [m!, { ...a!, zone: 100_003 }, { ...b!, zone: 100_003 }]],
    ['one has another number', ([m, a, b]) => [m!, { ...a!, id: 7 }, { ...b!, id: 8 }]],
    ['the instance is now in one zone', () => []],
  ])('are drifted and not removed when %s', async (_, change) => {
    const stage = await setStage({
      fleet: fleet(['ap-guangzhou-6', 'ap-guangzhou-7']),
      plan: REMOVE,
      afterPlanning: (world) => {
        const instance = world.instances.get(M)!;
        const nodes = change(instance.nodes!.map((node) => ({ ...node })));
        instance.nodes = nodes.length === 0 ? null : nodes;
      },
    });
    const run = await stage.run();
    holds(stage, run);
    expect(outcome(run)).toEqual(['drifted', 'Refit.Drifted', 0]);
    expect(stage.cloud.arrivals).toEqual([]);
  });

  it('are added once if the process dies when the order arrives', async () => {
    const stage = await setStage({
      fleet: fleet(['ap-guangzhou-6']),
      plan: ADD,
      startLag: [2 * MINUTE, 2 * MINUTE],
    });
    const died = await stage.run({ diesAt: ({ kind }) => kind === 'arrived' });
    expect(died.died).toBe(true);
    const run = await stage.run();
    holds(stage, run);
    expect(outcome(run)).toEqual(['verified', null, 1]);
    expect(nodesOf(stage)).toBe('M4 R6 R6 R7');
  });
});
