// Goal: a new member of the saved plan that has an effect is shown, or this test fails.
import { describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { renderReview } from '../../src/operations/render.ts';
import { savedPlan } from '../report/situations.ts';
import { SAVED, type Showing } from './shown-leaves.ts';

const KEYS = [
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDxAF78JInfiBsY8wNECgqvPiRXfM+FtJ5gOZt/lRpkC',
];

const THRESHOLD = { operator: '>', value: 5, base: 'wave' } as const;

/** A plan that has every member. */
function fullPlan(): SavedPlan {
  const plan = savedPlan(
    [
      { instance: 'crs-aaaaaaaa', changes: [{ replicas: 2, price: 412 }] },
      { instance: 'crs-bbbbbbbb', wave: 1, changes: [{ memoryPerShard: 8192, price: 100 }] },
    ],
    {
      hooks: { halt: ['page', 'on call'] },
      notify: [
        { url: 'https://hooks.example.com/a', urlEnv: null, form: 'json', on: ['end'], secretEnv: 'SECRET' },
        { url: null, urlEnv: 'URL', form: 'wecom', on: ['halt'], secretEnv: null },
      ],
      approvals: {
        need: 1,
        authors: ['li'],
        approvers: [{ name: 'wei', key: KEYS[0]! }],
      },
      windows: {
        timezone: 'Asia/Shanghai',
        allow: ['Tue-Thu 01:00-05:00'],
        freeze: ['2026-11-10..2026-11-12'],
        lastStart: 1_800_000,
        atClose: 'drain',
        calendars: [
          {
            file: 'ops.ics',
            knownUntil: '2027-01-05T00:00:00.000Z',
            freezes: [
              { from: '2026-10-01T00:00:00.000Z', to: '2026-10-08T00:00:00.000Z', title: 'National Day' },
            ],
          },
        ],
      },
      schedule: {
        when: { kind: 'cron', cron: '30 1 * * Tue', timezone: 'Asia/Shanghai' },
        does: 'run',
        catchUp: 'run',
        catchUpWithin: 7_200_000,
      },
      source: {
        kind: 'retry',
        run: 'runs/one',
        digest: 'd'.repeat(64),
        head: 'e'.repeat(64),
        ignoresWindows: true,
      },
      spread: { by: 'tags.app', maxInFlight: 1 },
      finishBy: '2026-01-06T01:00:00.000Z',
    },
  );
  const gate = {
    failed: THRESHOLD,
    unknown: THRESHOLD,
    duration: { operator: '>', value: 2, unit: 'forecast' },
    metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 },
    command: ['check', '--all'],
    url: 'https://checks.example.com/a',
    timeout: 10_000,
    onInconclusive: 'pause',
    shadow: false,
  } as const;
  const options = { soak: 600_000, haltWhen: { failed: THRESHOLD, unknown: THRESHOLD } };
  return {
    ...plan,
    execution: { ...plan.execution, slowStart: false, switch: 'maintenance-window' },
    waves: plan.waves.map((wave, at) => ({
      ...wave,
      ...options,
      // The second wave starts as `execution` says.
      ...(at === 0 ? { slowStart: true } : {}),
      gate,
      approval: { within: 14_400_000 },
    })),
    steps: plan.steps.map((step, at) => ({
      ...step,
      quote: { ...step.quote!, estimated: true as const },
      ...(at === 0
        ? { nodes: { kind: 'add' as const, zones: [{ number: 100_004, code: 'ap-guangzhou-4' }] } }
        : {}),
    })),
    preconditions: plan.preconditions.map((one) => ({
      ...one,
      window: { from: '03:00', to: '06:00' },
      group: 'cart',
      used: { total: 1000, fullestShard: null, source: 'monitor', readAt: '2026-01-05T01:57:00.000Z' },
      reason: { id: 'drift.any', params: { text: 'why' } },
    })),
  };
}

type Path = readonly (string | number)[];

function leavesOf(value: unknown, path: Path = []): { readonly path: Path; readonly leaf: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }];
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** How a leaf is shown; undefined if the tables do not know it. */
function showingOf(path: Path): Exclude<Showing, object> | undefined {
  let showing: Showing | undefined = SAVED as unknown as Showing;
  for (const key of path) {
    if (typeof key === 'number') continue;
    if (typeof showing !== 'object') break;
    showing = showing[key];
  }
  return typeof showing === 'object' ? undefined : showing;
}

/** Values that have few alternatives. */
const OTHER: Readonly<Record<string, unknown>> = {
  drain: 'halt',
  run: 'skip',
  retry: 'rollback',
  pause: 'halt',
  '>': '>=',
  wave: 'run',
  forecast: 'ms',
  MemUtil: 'MemUsed',
  json: 'slack',
  wecom: 'feishu',
  end: 'gate',
  halt: 'unknown',
  'maintenance-window': 'now',
  once: 'hourly',
  add: 'remove',
  [KEYS[0]!]: KEYS[1]!,
};

function another(leaf: unknown): unknown {
  if (typeof leaf === 'number') return leaf + (leaf > 1000 ? 120_000 : 1);
  if (typeof leaf === 'boolean') return !leaf;
  if (typeof leaf !== 'string') return leaf;
  if (Object.hasOwn(OTHER, leaf)) return OTHER[leaf];
  if (/^\d{4}-\d\d-\d\dT/.test(leaf)) return new Date(Date.parse(leaf) + 90_000_000).toISOString();
  return `z${leaf}`;
}

function changed(plan: SavedPlan, path: Path): SavedPlan {
  const copy = structuredClone(plan);
  let at = copy as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  at[last] = another(at[last]);
  return copy;
}

const render = (plan: SavedPlan) =>
  renderReview({ verdict: 'ready', plan, findings: [], next: null }, 'text', { width: 200 });

const PLAN = fullPlan();
const LEAVES = leavesOf(PLAN);
const nameOf = (path: Path) => path.join('.');

describe('every member of a saved plan', () => {
  it('is known: shown, computed, checked or without effect', () => {
    expect(
      LEAVES.filter(({ path }) => showingOf(path) === undefined).map(({ path }) => nameOf(path)),
    ).toEqual([]);
  });

  it('is in the plan of this test, so that a new one is changed here', () => {
    const here = new Set(LEAVES.map(({ path }) => path.filter((key) => typeof key === 'string').join('.')));
    const missing = (table: Showing, name: string): string[] =>
      typeof table === 'object'
        ? Object.entries(table).flatMap(([key, one]) => missing(one, name === '' ? key : `${name}.${key}`))
        : [...here].some((one) => one === name || one.startsWith(`${name}.`)) || table !== 'shown'
          ? []
          : [name];
    expect(missing(SAVED as unknown as Showing, '')).toEqual([]);
  });

  const shown = LEAVES.filter(({ path, leaf }) => leaf !== null && showingOf(path) === 'shown');
  it('that has an effect changes what apply and approve show before their question', () => {
    const before = render(PLAN);
    const hidden = shown.filter(({ path }) => render(changed(PLAN, path)) === before);
    expect(hidden.map(({ path }) => nameOf(path))).toEqual([]);
  });
});
