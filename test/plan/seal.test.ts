import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import type { SavedPlan } from '../../src/model.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { StoredPlan } from '../../src/plan/saved/stored-plan.ts';
import { reseal } from '../attacks/reseal.ts';
import { sealedPlan } from './fixtures/sealed-plan.ts';
import { GB, instance, inventory, NOW, plan, select, standard, target } from './fixtures/small-fleet.ts';

const SAVED: SavedPlan = sealedPlan(
  finishPlan(
    draftPlan(
      plan([
        target('crs-cccccccc', { shards: 5, memoryPerShard: 8 * GB }),
        target(select(), { memoryPerShard: 8 * GB }, { exclude: [select({ ids: ['crs-cccccccc'] })] }),
      ]),
      inventory([
        instance({ id: 'crs-cccccccc', name: 'Ünïcode \u2028 "quotes"' }),
        standard({ id: 'crs-aaaaaaaa' }),
      ]),
      NOW,
    ),
    { quotes: null, now: NOW, saveAs: null },
  ),
);

const TEXT = encodeSavedPlan(SAVED);

function codeOf(text: string): string {
  try {
    readSavedPlan(text);
    return 'read';
  } catch (error) {
    return error instanceof RefitError ? error.code : String(error);
  }
}

/** The same value with its keys in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

describe('a saved plan', () => {
  it('is read back as it was sealed', () => {
    expect(readSavedPlan(encodeSavedPlan(SAVED))).toEqual(SAVED);
  });

  const altered = (change: object) => JSON.stringify({ ...(JSON.parse(TEXT) as object), ...change });
  const [first, ...others] = (JSON.parse(TEXT) as StoredPlan).steps;

  // biome-ignore format: one line a case
  it.each([
    ['without white space', JSON.stringify(JSON.parse(TEXT)), 'read'],
    ['with its keys in another order', JSON.stringify(shuffled(JSON.parse(TEXT)), null, '\t'), 'read'],
    ['with a byte-order mark', `\uFEFF${encodeSavedPlan(SAVED)}`, 'read'],
    ['cut off', encodeSavedPlan(SAVED).slice(0, -20), 'format-unknown'],
    ['empty', '', 'format-unknown'],
    ['with a wave that asks for an approval, and nobody to give it', reseal(TEXT, (plan) => { plan.waves[0].approval = 'required'; }), 'format-unknown'],
    ['a list', '[]', 'format-unknown'],
    ['of a later format', altered({ format: 'refit.saved-plan/9' }), 'format-unknown'],
    ['without a format', '{}', 'format-unknown'],
    ['without a digest', altered({ digest: undefined }), 'plan-altered'],
    ['with the digest of nothing, as a blocked one is shown', altered({ digest: '' }), 'plan-altered'],
    ['with another name', altered({ name: 'other' }), 'plan-altered'],
    ['with a key more', altered({ more: 1 }), 'plan-altered'],
    ['with a step less', altered({ steps: others }), 'plan-altered'],
    ['with a greater size', altered({ steps: [{ ...first!, change: { ...first!.change, to: 64 * GB } }, ...others] }), 'plan-altered'],
    ['sealed again with a step twice', reseal(TEXT, (plan) => { plan.steps.push(plan.steps[0]); }), 'format-unknown'],
    ['sealed again with a step in no wave', reseal(TEXT, (plan) => { plan.steps[0].wave = 1; }), 'format-unknown'],
    ['sealed again with a step before the one it needs', reseal(TEXT, (plan) => { plan.steps.reverse(); }), 'format-unknown'],
    ['sealed again with a step that nothing must hold for', reseal(TEXT, (plan) => { plan.preconditions = []; }), 'format-unknown'],
  ])('%s', (_, text, expected) => {
    expect(codeOf(text)).toBe(expected);
  });

  it('is never read after any one character of its meaning was changed', () => {
    const text = JSON.stringify(JSON.parse(TEXT));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'07ax"'), (at, letter) => {
        fc.pre(text[at] !== letter);
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(codeOf(changed)).not.toBe('read');
      }),
      { verbose: true },
    );
  });
});
