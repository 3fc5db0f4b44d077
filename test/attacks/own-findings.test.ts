/** Somebody removes or adds a warning that follows from the plan itself, and seals the plan again. */
import { describe, expect, it } from 'vitest';
import type { SavedPlan } from '../../src/model.ts';
import { expiryWarnings } from '../../src/operations/approve-plan.ts';
import { isOwnFinding } from '../../src/plan/saved/own-findings.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { USUAL_VALIDITY } from '../../src/plan/windows/next-start.ts';
import { allRules } from '../../src/rules/check.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { type Forged, reseal } from './reseal.ts';
import { RICH } from './rich-plan.ts';

const OWN = allRules()
  .map(({ code }) => code)
  .filter(isOwnFinding);

/** A plan that Refit has every such finding about. */
function doubtful(): SavedPlan {
  const { digest: _, schedule: __, ...plan } = RICH;
  return sealDraft({
    ...plan,
    expiresAt: '2026-01-10T01:58:30.000Z',
    inventory: { ...plan.inventory, readAt: '2025-12-30T01:58:30.000Z' },
    execution: { ...plan.execution, patience: 10_000 },
    // 39 hours after the seal, and only for a minute.
    windows: { ...plan.windows!, allow: ['Wed 01:00-01:31'] },
    waves: plan.waves.map(({ approval: _, ...wave }, at) => (at === 0 ? wave : { ...wave, soak: 600_000 })),
    steps: plan.steps.map((step) => ({
      ...step,
      quote: step.quote && { ...step.quote, estimated: true as const },
    })),
    preconditions: plan.preconditions.map(({ group: _, ...one }) => one),
    findings: [],
    source: { kind: 'retry', run: 'runs/one', digest: 'd'.repeat(64), head: 'e'.repeat(64) },
  });
}

const PLAN = doubtful();
const TEXT = encodeSavedPlan(PLAN);

describe('a finding that follows from the plan itself', () => {
  it('is in no saved plan, so nobody can remove it there', () => {
    expect(new Set(PLAN.findings.map(({ code }) => code))).toEqual(new Set(OWN));
    expect((JSON.parse(TEXT) as Forged).findings).toEqual([]);
    expect(readSavedPlan(TEXT).findings).toEqual(PLAN.findings);
  });

  it.each(OWN)('%s is refused in the file, whatever it says', (code) => {
    const { messageId, params, instance } = PLAN.findings.find((one) => one.code === code)!;
    const forged = reseal(TEXT, (plan) => {
      plan.findings = [{ code, messageId, params, instance, location: null }];
    });
    expect(() => readSavedPlan(forged)).toThrow(`/findings/0/code is ${code}, which Refit computes`);
  });

  it('names the duration that covers the start, and approve prints the whole command', () => {
    const early = PLAN.findings.find(({ code }) => code === 'Refit.ExpiresEarly');
    expect(early?.fix).toBe('approve with --expires 41h');
    const options = { now: Date.parse(PLAN.sealedAt), expires: USUAL_VALIDITY };
    expect(expiryWarnings(PLAN, options, 'refit approve saved.json').join()).toMatch(
      /to cover the start: refit approve saved\.json --expires 41h$/,
    );
  });

  it('goes only with its cause', () => {
    const harmless = readSavedPlan(
      reseal(TEXT, (plan) => {
        plan.execution.patience = 180_000;
      }),
    );
    const codes = harmless.findings.map(({ code }) => code);
    expect(codes).not.toContain('Refit.ShortPatience');
    expect(codes).toHaveLength(PLAN.findings.length - 1);
  });
});
