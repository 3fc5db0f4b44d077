/** A saved plan with every feature, for attacks on each part of it. */
import { message } from '../../src/messages/messages.ts';
import type { SavedPlan, Step } from '../../src/model.ts';
import { durationsFrom } from '../../src/plan/forecast/durations.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { createFinding } from '../../src/rules/check.ts';
import { approver } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';

const AT = '2026-01-05T01:57:00.000Z';

const MEASURED = durationsFrom(
  Array.from({ length: 12 }, (_, n) => ({ dimension: 'shards', seconds: 100 + n, pause: n })),
  2,
);

function richPlan(): SavedPlan {
  const plan = savedPlan([
    {
      instance: 'crs-aaaa0001',
      changes: [
        { memoryPerShard: 8192, price: 412 },
        { shards: 5, price: 80 },
      ],
    },
    { instance: 'crs-aaaa0002', wave: 1, changes: [{ replicas: 2, price: 1.5, basis: 'hourly' }] },
    {
      instance: 'crs-aaaa0003',
      wave: 1,
      size: { memoryPerShard: 4096, shards: 3, replicas: 2 },
      changes: [{ replicas: 1 }],
    },
  ]);
  const nodesOf: Readonly<Record<string, Step['nodes']>> = {
    'crs-aaaa0002/replicas': { kind: 'add', zones: [{ code: 'ap-guangzhou-4', number: 100004 }] },
    'crs-aaaa0003/replicas': {
      kind: 'remove',
      nodes: [{ id: 65_541, zone: { code: 'ap-guangzhou-6', number: 100006 } }],
    },
  };
  const over = { operator: '>', value: 1, base: 'count' } as const;
  return sealDraft({
    ...plan,
    forecast: { ...plan.forecast, time: { ...plan.forecast.time!, durations: MEASURED } },
    finishBy: '2026-01-06T20:00:00.000Z',
    execution: { ...plan.execution, switch: 'maintenance-window', slowStart: true },
    approvals: { need: 2, authors: ['dba-oncall', 'ops'], approvers: ['wei', 'jun', 'li'].map(approver) },
    spread: { by: 'tags.app', maxInFlight: 2 },
    schedule: {
      when: { kind: 'cron', cron: '30 1 * * Tue', timezone: 'Asia/Shanghai' },
      does: 'run',
      catchUp: 'run',
      catchUpWithin: 7_200_000,
    },
    windows: {
      timezone: 'Asia/Shanghai',
      allow: ['Tue-Thu 01:00-05:00'],
      freeze: ['2026-01-10..2026-01-12'],
      lastStart: 1_800_000,
      atClose: 'drain',
      calendars: [
        {
          file: 'freezes.ics',
          knownUntil: '2027-01-05T01:58:30.000Z',
          freezes: [{ from: '2026-02-14T00:00:00.000Z', to: '2026-02-20T00:00:00.000Z', title: 'New Year' }],
        },
      ],
    },
    hooks: { 'run-start': ['/usr/bin/notify', 'start'], halt: ['/usr/bin/page'] },
    notify: [
      {
        url: 'https://hooks.example.com/refit',
        urlEnv: null,
        form: 'json',
        on: ['halt', 'end'],
        secretEnv: 'HOOK_SECRET',
      },
      { url: null, urlEnv: 'ROBOT_URL', form: 'wecom', on: ['end'], secretEnv: null },
    ],
    waves: plan.waves.map((wave, at) => ({
      ...wave,
      ...(at === 0
        ? {
            soak: 600_000,
            slowStart: false,
            haltWhen: { failed: over, unknown: over },
            gate: {
              failed: over,
              unknown: over,
              duration: { operator: '>', value: 900_000, unit: 'ms' },
              metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 },
              command: ['./check.sh', 'cart'],
              url: 'https://health.example.com/cart',
              timeout: 60_000,
              onInconclusive: 'pause',
              shadow: true,
            },
          }
        : { approval: { within: 14_400_000 } }),
    })),
    steps: plan.steps.map((step) => {
      const nodes = nodesOf[step.id];
      return nodes === undefined ? step : { ...step, nodes };
    }),
    preconditions: plan.preconditions.map((one, at) => ({
      ...one,
      group: at < 2 ? 'cart' : 'feed',
      window: { from: '03:00', to: '06:00' },
      ...(at === 0
        ? {
            reason: message('reason.usual-order', { order: ['memoryPerShard', 'shards'] }),
            deadline: '2026-07-05T00:00:00.000Z',
            terraform: 'module.cart.tencentcloud_redis_instance.this["a"]',
            used: { total: 1024, fullestShard: 512, source: 'monitor', readAt: AT },
          }
        : {}),
    })),
    unchanged: [
      {
        instance: 'crs-bbbb0001',
        region: 'ap-guangzhou',
        reason: message('reason.already-at-size', { size: { memoryPerShard: 8192, shards: 3, replicas: 1 } }),
      },
    ],
    blocked: [
      {
        instance: 'crs-cccc0001',
        region: 'ap-guangzhou',
        findings: [
          createFinding(
            'ResourceUnavailable.InstanceStatusAbnormal',
            message('rule.not-running', { id: 'crs-cccc0001', status: 'isolated' }),
            'crs-cccc0001',
            { file: plan.file, line: 12, column: 5 },
          ),
        ],
      },
    ],
    findings: [
      createFinding(
        'Refit.PriceRefused',
        message('rule.price-unknown', {
          id: 'crs-aaaa0001',
          change: { dimension: 'shards', from: 3, to: 5 },
          code: 'InternalError.DbOperationFailed',
          answer: 'try again',
        }),
        'crs-aaaa0001',
        { file: 'plans/other.yaml', line: 9, column: 5 },
      ),
    ],
  });
}

export const RICH: SavedPlan = richPlan();
export const RICH_TEXT: string = encodeSavedPlan(RICH);
