// Goal: one list has everything that a run of a saved plan does or uses.
import { describe, expect, it } from 'vitest';
import type { Effect, SavedPlan } from '../../src/model.ts';
import { effectsOf, hostEffects, programEffects } from '../../src/plan/effects.ts';
import { savedPlan } from '../report/situations.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';

const plan = (more: Partial<SavedPlan>, gate?: SavedPlan['waves'][number]['gate']): SavedPlan => {
  const saved = savedPlan(
    [
      { instance: 'crs-aaaaaaaa', changes: [{ memoryPerShard: 8192 }, { replicas: 2 }] },
      { instance: 'crs-bbbbbbbb', region: 'ap-shanghai', wave: 1, changes: [{ memoryPerShard: 8192 }] },
    ],
    more,
  );
  const [first, ...rest] = saved.waves;
  return gate === undefined ? saved : { ...saved, waves: [{ ...first!, gate }, ...rest] };
};

const GATE = { timeout: 10_000, onInconclusive: 'pause', shadow: false } as const;

const of = (kind: Effect['kind'], saved: SavedPlan) =>
  effectsOf(saved).filter((effect) => effect.kind === kind);

describe('the effects of a saved plan', () => {
  it.each<[title: string, kind: Effect['kind'], saved: SavedPlan, expected: object[]]>([
    [
      'orders are listed by region and profile',
      'orders',
      plan({}),
      [
        {
          region: 'ap-guangzhou',
          profile: 'default',
          instances: 1,
          steps: ['crs-aaaaaaaa/memoryPerShard', 'crs-aaaaaaaa/replicas'],
          zones: [],
        },
        {
          region: 'ap-shanghai',
          profile: 'default',
          instances: 1,
          steps: ['crs-bbbbbbbb/memoryPerShard'],
          zones: [],
        },
      ],
    ],
    [
      'a hook is a program for a phase',
      'hook',
      plan({ hooks: { halt: ['/usr/bin/page', 'on call'] } }),
      [{ phase: 'halt', command: ['/usr/bin/page', 'on call'], program: '/usr/bin/page' }],
    ],
    [
      'a gate command is a program after a wave',
      'gate-command',
      plan({}, { ...GATE, command: ['check', '--all'] }),
      [{ wave: 0, after: 'canary', timeout: 10_000, command: ['check', '--all'], program: 'check' }],
    ],
    [
      'a gate address has its host with a port that is not the usual one',
      'gate-url',
      plan({}, { ...GATE, url: 'https://Checks.example.com:8443/ready' }),
      [
        {
          wave: 0,
          after: 'canary',
          timeout: 10_000,
          url: 'https://Checks.example.com:8443/ready',
          host: 'checks.example.com:8443',
        },
      ],
    ],
    [
      'an address that cannot be read is its own host, which no list allows',
      'gate-url',
      plan({}, { ...GATE, url: 'not an address' }),
      [{ wave: 0, after: 'canary', timeout: 10_000, url: 'not an address', host: 'not an address' }],
    ],
    [
      'a metric is read after a wave',
      'gate-metric',
      plan({}, { ...GATE, metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 60_000 } }),
      [
        {
          wave: 0,
          after: 'canary',
          timeout: 10_000,
          metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 60_000 },
        },
      ],
    ],
    [
      'the host of a webhook is unknown if a variable has its address',
      'webhook',
      plan({ notify: [{ url: null, urlEnv: 'URL', form: 'slack', on: ['end'], secretEnv: 'SECRET' }] }),
      [{ url: null, urlEnv: 'URL', form: 'slack', on: ['end'], secretEnv: 'SECRET', host: null }],
    ],
    [
      'each variable is listed once for each purpose',
      'variable',
      plan({
        notify: [
          { url: null, urlEnv: 'URL', form: 'slack', on: ['end'], secretEnv: 'SECRET' },
          { url: 'https://a.example', urlEnv: null, form: 'json', on: ['end'], secretEnv: 'SECRET' },
        ],
      }),
      [
        { name: 'URL', purpose: 'webhook-address' },
        { name: 'SECRET', purpose: 'webhook-secret' },
      ],
    ],
    [
      'approvers have the fingerprints of their keys, and null for a key that nobody can sign with',
      'approvals',
      plan({
        approvals: {
          need: 1,
          authors: ['li'],
          approvers: [
            { name: 'wei', key: KEY },
            { name: 'jun', key: 'ssh-ed25519 AAAA' },
          ],
        },
      }),
      [
        {
          need: 1,
          authors: ['li'],
          approvers: [
            { name: 'wei', key: expect.stringMatching(/^SHA256:.{43}$/) },
            { name: 'jun', key: null },
          ],
          waves: [],
        },
      ],
    ],
    [
      'the expiry is always there',
      'expiry',
      plan({ expiresAt: '2026-01-06T02:00:00.000Z' }),
      [{ at: '2026-01-06T02:00:00.000Z' }],
    ],
    [
      'a rollback says from which run, and whether it ignores windows',
      'source',
      plan({ source: { kind: 'rollback', run: 'runs/a', digest: 'd', head: 'h', ignoresWindows: true } }),
      [{ of: 'rollback', run: 'runs/a', digest: 'd', head: 'h', ignoresWindows: true }],
    ],
  ])('%s', (_, kind, saved, expected) => {
    expect(of(kind, saved)).toEqual(expected.map((one) => ({ kind, ...one })));
  });

  it('names every program and every host for lists of what is allowed', () => {
    const effects = effectsOf(
      plan(
        {
          hooks: { halt: ['page'], 'run-end': ['done'] },
          notify: [
            { url: 'https://hooks.example.com/a', urlEnv: null, form: 'json', on: ['end'], secretEnv: null },
            { url: null, urlEnv: 'URL', form: 'json', on: ['end'], secretEnv: null },
          ],
        },
        { ...GATE, command: ['check'], url: 'https://checks.example.com' },
      ),
    );
    expect(programEffects(effects).map(({ program }) => program)).toEqual(['page', 'done', 'check']);
    expect(hostEffects(effects).map(({ host }) => host)).toEqual([
      'checks.example.com',
      'hooks.example.com',
      null,
    ]);
  });
});
