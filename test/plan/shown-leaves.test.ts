// Goal: a new member of the saved plan that has an effect is shown, or this test fails.
import { describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { renderReview } from '../../src/operations/render.ts';
import { RICH } from '../attacks/rich-plan.ts';
import { SAVED, type Showing } from './shown-leaves.ts';

/** The plan of the attacks, with the members that cannot be together in one that Refit seals. */
const PLAN: SavedPlan = {
  ...RICH,
  // A gate in shadow never pauses, whatever `onInconclusive` says.
  waves: RICH.waves.map((wave) => (wave.gate ? { ...wave, gate: { ...wave.gate, shadow: false } } : wave)),
  steps: RICH.steps.map((step) => ({
    ...step,
    quote: { ...(step.quote ?? RICH.steps[0]!.quote!), estimated: true as const },
  })),
  source: {
    kind: 'retry',
    run: 'runs/one',
    digest: 'd'.repeat(64),
    head: 'e'.repeat(64),
    ignoresWindows: true,
  },
};

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
