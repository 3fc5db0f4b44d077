// Goal: plans/refused.yaml shows every code with which planning can refuse, each on its own line, and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateInventory } from '../../src/generated/validators.js';
import type { Finding, Inventory, Quote } from '../../src/model.ts';
import { draftPlan, finishPlan, pricesToRequest } from '../../src/plan/make-plan.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { allRules } from '../../src/rules/check.ts';
import type { QuoteRefusal } from '../../src/rules/facts.ts';
import { NOW, READ_AT } from './fixtures/small-fleet.ts';

const text = readFileSync('plans/refused.yaml', 'utf8');
const inventory = JSON.parse(readFileSync('test/plan/fixtures/refused-inventory.json', 'utf8')) as Inventory;

/** The provider's answers to price requests. Its answer to all others is 1 CNY an hour. */
const ANSWERS: Record<string, Quote | QuoteRefusal> = {
  'crs-denied01/memoryPerShard': refusal('InvalidParameter.PermissionDenied'),
  'crs-noauth01/memoryPerShard': refusal('UnauthorizedOperation.NoCAMAuthed'),
  'crs-oldkernel/memoryPerShard': refusal('UnsupportedOperation.LowVersion'),
  'crs-noprice1/memoryPerShard': refusal('InternalError.InternalError'),
  'crs-prepaid1/memoryPerShard': { amount: 51, currency: 'CNY', basis: 'once', readAt: READ_AT },
};

function refusal(code: string): QuoteRefusal {
  return { code, message: 'no price', requestId: 'req-1' };
}

function reviewed() {
  const { plan } = parsePlan(text, 'plans/refused.yaml');
  const draft = draftPlan(plan!, inventory, NOW);
  const hour: Quote = { amount: 1, currency: 'CNY', basis: 'hourly', readAt: READ_AT };
  const quotes = new Map(pricesToRequest(draft).map(({ step }) => [step, ANSWERS[step] ?? hour]));
  return finishPlan(draft, { quotes, now: NOW, saveAs: null });
}

describe('plans/refused.yaml against a fixed inventory', () => {
  const review = reviewed();
  const lines = text.split('\n').map((line, index) => ({
    line,
    number: index + 1,
    expected: (/^[^#].*# expect: (.+)$/.exec(line)?.[1] ?? '').split(/\s+/).filter((code) => code !== ''),
  }));
  const shown = review.findings.filter(({ severity }) => severity !== 'note');
  const on = (number: number) => shown.filter(({ location }) => location?.line === number);

  it('uses an inventory of the published form', () => {
    expect(validateInventory(inventory)).toBe(true);
  });

  it('is refused, and nothing is sealed', () => {
    expect(review.verdict).toBe('blocked');
    expect(review.plan).not.toHaveProperty('digest');
  });

  it.each(lines.filter(({ line }) => /^ {2}- /.test(line)))(
    'line $number: $expected',
    ({ number, expected }) => {
      expect(codes(on(number))).toEqual(expected.toSorted());
    },
  );

  it('has the findings of the whole plan that its guards and its time expect', () => {
    const beside = lines.filter(({ line }) => !/^ {2}- /.test(line)).flatMap(({ expected }) => expected);
    expect(codes(shown.filter(({ location }) => location === null))).toEqual(beside.toSorted());
  });

  it('shows every code that can refuse a plan, except those that exclude others', () => {
    const expected = new Set(lines.flatMap(({ expected }) => expected));
    const missing = allRules().filter(
      ({ code, severity, appliesTo }) =>
        severity === 'error' && (appliesTo === 'step' || appliesTo === 'plan') && !expected.has(code),
    );
    expect(missing.map(({ code }) => code)).toEqual([
      'Refit.CatalogueUnknown', // would apply to every target
      'Refit.NoRegion', // comes before anything is read
      'Refit.CostAboveGuard', // comes instead of CostUnknown
      'Refit.CalendarUnreadable', // comes before anything is read
      'Refit.WindowUnknown', // would apply to every target
      'Refit.NotAsLeft', // only for plans made from a run
      'Refit.OutcomeUnknown', // the same
      'Refit.TooFewApprovers', // is about a file beside the plan
      'Refit.Declined', // the same
      'Refit.PolicyNotAllowed', // is about the policy, not the plan
      'Refit.PolicyLimit', // the same
      'Refit.PolicyAge', // the same
      'Refit.PolicyWindows', // the same
      'Refit.Blocked', // only for formats with a single code
    ]);
  });
});

function codes(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code).sort();
}
