import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MOST_APPROVERS } from '../../../src/approval/check-approvers.ts';
import {
  validateInventory,
  validateJournalEntry,
  validateSavedPlan,
} from '../../../src/generated/validators.js';
import { EMPTY_CHAIN, seal } from '../../../src/journal/chain.ts';
import { DIMENSIONS, EDITIONS, type Inventory, type JournalEvent, OUTCOMES } from '../../../src/model.ts';
import type { StoredPlan } from '../../../src/plan/saved/stored-plan.ts';
import { MOST_FREEZES } from '../../../src/plan/windows/open-windows.ts';
import { words } from '../../messages/words.ts';

const read = (name: string) => JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
/** The largest number of entries of a list, by its path: `windows.calendars[].freezes`. */
function most(name: string, path: string): number {
  const at = path
    .split('.')
    .flatMap((key) => (key.endsWith('[]') ? ['properties', key.slice(0, -2), 'items'] : ['properties', key]))
    .reduce((schema, key) => schema[key], read(name));
  expect(at.maxItems).toBeGreaterThan(0);
  return at.maxItems;
}
const AT = '2026-11-10T01:00:00.000Z';
const SIZE = { memoryPerShard: 4096, shards: 3, replicas: 1 };

describe('every schema', () => {
  it.each(['plan', 'saved-plan', 'journal-entry', 'inventory'])('describes every key: %s', (name) => {
    const silent: string[] = [];
    const look = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, property] of Object.entries(
        (schema.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        const shared = read(name).$defs?.[String(property.$ref ?? '').replace('#/$defs/', '')];
        if (!property.description && !shared?.description) silent.push(`${path}.${key}`);
        look(property, `${path}.${key}`);
      }
      if (schema.items) look(schema.items as Record<string, unknown>, `${path}[]`);
      for (const [key, one] of Object.entries(
        (schema.$defs ?? {}) as Record<string, Record<string, unknown>>,
      ))
        look(one, key);
    };
    look(read(name), name);
    expect(silent).toEqual([]);
  });

  it.each([
    ['plan', 'edition'],
    ['saved-plan', 'edition'],
    ['inventory', 'edition'],
  ])('has exactly the editions of the program: %s', (name, key) => {
    expect(read(name).$defs[key].enum).toEqual(EDITIONS.map((edition) => edition.name));
  });

  it.each<[limit: string, ofSaved: string, most: number]>([
    ['waves', 'waves', most('plan', 'waves')],
    ['windows', 'windows.allow', most('plan', 'windows.allow')],
    ['freezes', 'windows.freeze', most('plan', 'windows.freeze')],
    ['calendars', 'windows.calendars', most('plan', 'windows.calendars')],
    ['addresses', 'notify', most('plan', 'notify')],
    ['freezes of a calendar', 'windows.calendars[].freezes', MOST_FREEZES],
    ['approvers', 'approvals.approvers', MOST_APPROVERS],
  ])('allows as many %s in a saved plan as planning does', (_, ofSaved, expected) => {
    expect(most('saved-plan', ofSaved)).toBe(expected);
  });

  it('has an example for every key of the plan', () => {
    const bare: string[] = [];
    const look = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, property] of Object.entries(
        (schema.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        const shared = read('plan').$defs[String(property.$ref ?? '').replace('#/$defs/', '')];
        if (!property.examples && !shared?.examples) bare.push(`${path}.${key}`);
        look(property, `${path}.${key}`);
      }
      for (const [key, one] of Object.entries(
        (schema.$defs ?? {}) as Record<string, Record<string, unknown>>,
      ))
        look(one, key);
    };
    look(read('plan'), 'plan');
    expect(bare).toEqual([]);
  });
});

describe('the journal entry schema', () => {
  const step = 'crs-5qlrlhux/shards';
  // One event of every kind: a new kind breaks the build here until the schema knows it.
  const events: { [Kind in JournalEvent['kind']]: Extract<JournalEvent, { kind: Kind }> } = {
    'run-started': {
      kind: 'run-started',
      format: 'refit.journal/1',
      plan: 'test',
      digest: 'a'.repeat(64),
      resumed: false,
      cutOff: 0,
      by: { user: 'dba', host: 'ops-1', pid: 7 },
      endpoint: 'https://redis.tencentcloudapi.com',
      version: '0.1.0',
    },
    'lock-taken-over': {
      kind: 'lock-taken-over',
      locks: ['saved-plan', 'run-directory', 'instances'],
      from: { pid: 4711, host: 'db-ops-1', since: AT, purpose: 'refit apply in runs/x' },
    },
    identity: {
      kind: 'identity',
      profile: 'default',
      identity: {
        account: '100000000001',
        user: '100000000002',
        type: 'CAMUser',
        arn: 'qcs::cam::uin/1:uin/2',
      },
      reason: null,
    },
    adopted: {
      kind: 'adopted',
      by: 'dba',
      reason: words('this state does not know this run'),
      since: AT,
      providerAt: AT,
    },
    approved: { kind: 'approved', how: 'prompt', by: 'dba' },
    'approval-awaited': {
      kind: 'approval-awaited',
      wave: 1,
      name: 'rest',
      until: AT,
      message: words('wave rest needs 1 approval and has 0 (none); missing: 1 of wei, jun'),
    },
    rested: { kind: 'rested', until: AT, wakesOn: 'control', reason: words('paused by wei@ops-1') },
    'handed-over': {
      kind: 'handed-over',
      store: '4f0f1c2e-8f43-4f5e-9f39-0d9b0d4b9f10',
      place: 'postgres://refit@db.example/refit',
      run: '20261124T173000Z-1f0c2ab9',
      by: { user: 'wei', host: 'ops-1', pid: 7 },
    },
    'wave-started': { kind: 'wave-started', wave: 0, name: 'all' },
    'wave-ended': { kind: 'wave-ended', wave: 0, name: 'all' },
    'instance-read': { kind: 'instance-read', step, status: 'running', size: SIZE },
    intent: { kind: 'intent', step, attempt: 1, size: SIZE },
    'not-sent': { kind: 'not-sent', step, attempt: 1, reason: words('the slot was missed') },
    accepted: { kind: 'accepted', step, attempt: 1, order: '20261110', requestId: 'r-1', sentAt: AT },
    refused: {
      kind: 'refused',
      step,
      attempt: 1,
      code: 'RequestLimitExceeded',
      message: 'slow down',
      requestId: null,
      sentAt: AT,
      next: 'try-again',
    },
    'no-answer': { kind: 'no-answer', step, attempt: 1, reason: words('reset'), sentAt: AT },
    resolved: {
      kind: 'resolved',
      step,
      attempt: 1,
      executed: true,
      order: null,
      evidence: words('task 002 done'),
    },
    deferred: { kind: 'deferred', step, window: { from: '03:00', to: '06:00' }, opensAt: AT },
    began: { kind: 'began', step, evidence: words('task 7 is running'), warning: null },
    'step-ended': {
      kind: 'step-ended',
      step,
      outcome: 'verified',
      code: null,
      message: words('read back'),
      size: SIZE,
      billed: { amount: 12.5, currency: 'CNY' },
    },
    billed: { kind: 'billed', step, billed: { amount: -3.25, currency: 'CNY' } },
    gate: {
      kind: 'gate',
      wave: 0,
      name: 'canary',
      judge: 'metric',
      outcome: 'failure',
      message: words('MemUtil of crs-5qlrlhux is 93.1, fails at > 90'),
      shadow: false,
      next: 'halt',
    },
    'control-command': {
      kind: 'control-command',
      command: 'set inFlight',
      value: 5,
      by: { user: 'dba', host: 'ops-1', pid: 8 },
      accepted: true,
      message: words('inFlight is 5 now'),
    },
    notified: {
      kind: 'notified',
      by: 'hook',
      event: 'halt',
      about: 12,
      to: 'page-oncall',
      ok: false,
      message: words('exit code 3 after 12 ms'),
    },
    stopping: { kind: 'stopping', because: 'halted', message: words('3 failed, more than 2') },
    calls: { kind: 'calls', counts: [[1_794_272_400, 'DescribeInstances', 4, 0]] },
    'run-ended': { kind: 'run-ended', because: 'done', exitCode: 0 },
  };

  it.each(Object.values(events))('accepts a sealed $kind entry', (event) => {
    validateJournalEntry(JSON.parse(JSON.stringify(seal(EMPTY_CHAIN, AT, event))));
    expect(validateJournalEntry.errors ?? []).toEqual([]);
  });

  it.each(Object.values(events))(
    'refuses a $kind entry with a member too many, or without its hash',
    (event) => {
      const { hash: _, ...unsealed } = seal(EMPTY_CHAIN, AT, event);
      expect(validateJournalEntry({ ...seal(EMPTY_CHAIN, AT, event), note: 'x' })).toBe(false);
      expect(validateJournalEntry(unsealed)).toBe(false);
    },
  );

  it('refuses an unknown kind', () => {
    expect(validateJournalEntry({ ...seal(EMPTY_CHAIN, AT, events.approved), kind: 'disapproved' })).toBe(
      false,
    );
  });

  it('has every outcome except not-run, which no entry contains', () => {
    const outcomes = read('journal-entry').$defs['step-ended'].properties.outcome.enum;
    expect([...outcomes, 'not-run'].sort()).toEqual([...OUTCOMES].sort());
  });
});

describe('the saved plan schema', () => {
  const saved: StoredPlan & { digest: string } = {
    format: 'refit.saved-plan/2',
    digest: 'b'.repeat(64),
    name: 'test',
    change: null,
    owner: 'dba',
    file: 'plan.yaml',
    sealedAt: AT,
    expiresAt: AT,
    finishBy: null,
    inventory: { source: 'live', readAt: AT, instances: 1 },
    execution: {
      inFlight: 20,
      requestsPerSecond: 18,
      switch: 'now',
      patience: 180_000,
      haltWhen: {
        failed: { operator: '>', value: 2, base: 'count' },
        unknown: { operator: '>', value: 0, base: 'count' },
      },
    },
    waves: [{ name: 'all' }],
    steps: [
      {
        instance: 'crs-5qlrlhux',
        change: { dimension: 'shards', from: 3, to: 5 },
        nodes: { kind: 'remove', nodes: [{ id: 65537, zone: { code: 'ap-guangzhou-4', number: 100004 } }] },
        after: { ...SIZE, shards: 5 },
        wave: 0,
        location: { line: 4, column: 5 },
        quote: { amount: -3.5, currency: 'CNY', basis: 'once', readAt: AT },
      },
    ],
    preconditions: [
      {
        instance: 'crs-5qlrlhux',
        name: 'cart',
        region: 'ap-guangzhou',
        zone: 'ap-guangzhou-3',
        profile: 'default',
        edition: 'redis-6.2-cluster',
        billing: 'prepaid',
        size: SIZE,
        reason: null,
        window: { from: '03:00', to: '06:00' },
      },
    ],
    unchanged: [
      {
        instance: 'crs-aaaa1111',
        region: 'ap-guangzhou',
        reason: { id: 'reason.of-tests', params: { memory: 4096 } },
      },
    ],
    blocked: [
      {
        instance: 'crs-bbbb2222',
        region: 'ap-guangzhou',
        findings: [
          {
            code: 'ResourceInsufficient',
            messageId: 'x',
            params: { id: 'x' },
            location: null,
          },
        ],
      },
    ],
    findings: [],
    forecast: {},
  };

  it('accepts a whole saved plan', () => {
    validateSavedPlan(saved);
    expect(validateSavedPlan.errors ?? []).toEqual([]);
  });

  it.each([
    ['another format', { format: 'refit.saved-plan/3' }],
    ['a digest that is none', { digest: '' }],
    ['a member that the digest does not know', { note: 'x' }],
    ['a way to switch that nobody knows', { execution: { ...saved.execution, switch: 'later' } }],
    ['a rate above the provider’s', { execution: { ...saved.execution, requestsPerSecond: 21 } }],
    ['a time that is not UTC', { sealedAt: '2026-11-10T01:00:00+08:00' }],
  ])('refuses %s', (_, change) => {
    expect(validateSavedPlan({ ...saved, ...change })).toBe(false);
  });

  it('has every dimension', () => {
    expect(read('saved-plan').$defs.dimension.enum).toEqual([...DIMENSIONS]);
  });
});

describe('the inventory schema', () => {
  const inventory: Inventory = {
    format: 'refit.inventory/1',
    readAt: AT,
    scopes: [{ region: 'ap-guangzhou', profile: 'default' }],
    instances: [
      {
        id: 'crs-5qlrlhux',
        name: '=cmd|x',
        region: 'ap-guangzhou',
        zone: '100003',
        profile: 'default',
        edition: 'unrecognised',
        type: 99,
        status: 'running',
        size: SIZE,
        billing: 'postpaid',
        tags: { env: 'prod' },
        nodes: [
          { id: null, role: 'master', zone: { code: 'ap-guangzhou-3', number: 100003 } },
          { id: 65537, role: 'replica', zone: { code: '100009', number: 100009 } },
        ],
        deadline: null,
        used: { total: 100.5, fullestShard: null, source: 'monitor', readAt: AT },
        task: null,
        unpaidOrder: null,
      },
    ],
    catalogue: {
      readAt: AT,
      zones: [{ region: 'ap-guangzhou', code: 'ap-guangzhou-3', number: 100003 }],
      offers: [
        {
          region: 'ap-guangzhou',
          zone: 'ap-guangzhou-3',
          edition: 'redis-2.8-standard',
          billing: 'prepaid',
          memoryPerShard: [256, 1024],
          shards: [1],
          replicas: [1],
          soldOut: false,
          zoneSoldOut: false,
        },
      ],
    },
    balances: { default: { amount: 100, currency: 'CNY' } },
  };

  it('accepts a whole inventory', () => {
    validateInventory(inventory);
    expect(validateInventory.errors ?? []).toEqual([]);
  });

  it('refuses an instance whose size is a text', () => {
    const [instance] = inventory.instances;
    const size = { ...SIZE, memoryPerShard: '4GB' };
    expect(validateInventory({ ...inventory, instances: [{ ...instance, size }] })).toBe(false);
  });
});
