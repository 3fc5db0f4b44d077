// Goal: plans/refused.yaml shows every code that planning can refuse with, each on its own line, and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateInventory } from '../../src/generated/validators.js';
import type { Finding, Inventory, Quote } from '../../src/model.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { allRules } from '../../src/rules/check.ts';
import type { QuoteRefusal } from '../../src/rules/facts.ts';
import { NOW, READ_AT } from './fixtures/small-fleet.ts';

const text = readFileSync('plans/refused.yaml', 'utf8');
const inventory = JSON.parse(readFileSync('test/plan/fixtures/refused-inventory.json', 'utf8')) as Inventory;

/** How the provider answers the price questions that it does not simply answer with 1 CNY an hour. */
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
  const quotes = new Map(draft.toPrice.map(({ step }) => [step, ANSWERS[step] ?? hour]));
  return finishPlan(draft, { quotes, now: NOW, saveAs: null });
}

describe('plans/refused.yaml against a fixed inventory', () => {
  const review = reviewed();
  const lines = text.split('\n').map((line, index) => ({
    line,
    number: index + 1,
    expected: (/^[^#].*# expect: (.+)$/.exec(line)?.[1] ?? '').split(/\s+/).filter((code) => code !== ''),
  }));
  const told = review.findings.filter(({ severity }) => severity !== 'note');
  const on = (number: number) => told.filter(({ location }) => location?.line === number);

  it('stands against an inventory of the published form', () => {
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

  it('says of the whole plan what stands beside its guards and its time', () => {
    const beside = lines.filter(({ line }) => !/^ {2}- /.test(line)).flatMap(({ expected }) => expected);
    expect(codes(told.filter(({ location }) => location === null))).toEqual(beside.toSorted());
  });

  it('shows every code that a plan can be refused with, but those that exclude others', () => {
    const shown = new Set(lines.flatMap(({ expected }) => expected));
    const missing = allRules().filter(
      ({ code, severity, appliesTo }) =>
        severity === 'error' && (appliesTo === 'step' || appliesTo === 'plan') && !shown.has(code),
    );
    expect(missing.map(({ code }) => code)).toEqual([
      'Refit.CatalogueUnknown', // would be said of every target
      'Refit.NoRegion', // is said before anything is read
      'Refit.CostAboveGuard', // instead of CostUnknown
      'Refit.CalendarUnreadable', // is said before anything is read
      'Refit.WindowUnknown', // would be said of every target
      'Refit.NotAsLeft', // of plans made from a run
      'Refit.Unsettled', // as well
      'Refit.TooFewApprovers', // is said of a file beside the plan
      'Refit.Blocked', // only where a reader has room for a single code
    ]);
  });
});

function codes(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code).sort();
}
