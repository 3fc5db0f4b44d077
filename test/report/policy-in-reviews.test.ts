// Goal: the reviewer of a plan sees which policy holds, what it demands, and which instances a spread keeps apart.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { PolicyInForce, SavedPlan } from '../../src/model.ts';
import { diffPlans } from '../../src/report/plan-diff/plan-diff.ts';
import { PLAN_DIFF_FORMATS, renderPlanDiff } from '../../src/report/plan-diff/render-plan-diff.ts';
import { REVIEW_FORMATS, type ReviewFormat, renderReview } from '../../src/report/review/render-review.ts';
import { approver } from '../approval/people.ts';
import { savedPlan } from './situations.ts';

const AT = { file: '/etc/refit/policy.yaml', line: 4, column: 3 };
const POLICY: PolicyInForce = {
  digest: '1f0c2ab9'.repeat(8),
  files: ['/etc/refit/policy.yaml', 'team.yaml'],
  rules: [
    { key: 'require.approvals', demands: '2 of approvers.yaml (wei, li)', location: AT },
    { key: 'require.windows', demands: 'open Tue 01:00-05:00 (Asia/Shanghai)', location: AT },
    { key: 'require.plannedBy', demands: '1 of planners.yaml (jun)', location: AT },
    { key: 'require.maxAge', demands: 'at most 1 d', location: AT },
    { key: 'limit.approvalExpiry', demands: 'at most 8 h', location: AT },
  ],
};
const OPTIONS = { color: false, width: 120, all: false, elsewhere: 'refit show SAVED --all' };

/** Instances of a spread by tags.app. */
function spreadPlan(groups: readonly (string | undefined)[]): SavedPlan {
  const plan = savedPlan(
    groups.map((_, at) => ({
      instance: `crs-${String(at).padStart(8, '0')}`,
      changes: [{ memoryPerShard: 8192 }],
    })),
    { spread: { by: 'tags.app', maxInFlight: 1 } },
  );
  return {
    ...plan,
    preconditions: plan.preconditions.map((one, at) =>
      groups[at] === undefined ? one : { ...one, group: groups[at] },
    ),
  };
}

const render = (plan: SavedPlan, format: ReviewFormat, policy?: PolicyInForce | null, all = false) =>
  renderReview(
    { verdict: 'ready', plan, findings: [], next: null, ...(policy === undefined ? {} : { policy }) },
    format,
    { ...OPTIONS, all },
  );
/** The text without the escapes of Markdown and HTML, and without line breaks. */
const plain = (text: string) => text.replaceAll('\\', '').replaceAll('&#x2F;', '/').replace(/\s+/g, ' ');

describe('a review as', () => {
  const plan = spreadPlan(['cart', 'pay']);

  it.each(REVIEW_FORMATS)('%s names the digest and the files of the policy, and each rule', (format) => {
    const shown = plain(render(plan, format, POLICY));
    expect(shown).toContain('1f0c2ab9');
    for (const file of POLICY.files) expect(shown).toContain(file);
    for (const { key, demands } of POLICY.rules) {
      expect(shown).toContain(key);
      expect(shown).toContain(demands);
    }
  });

  it.each(REVIEW_FORMATS)('%s makes hidden text of a policy visible', (format) => {
    const rules = [{ key: 'allow.regions', demands: 'only \u202eevil\u0007<b>x</b>', location: AT }];
    const shown = render(plan, format, { ...POLICY, files: ['a\u200b\u001b[2J.yaml'], rules });
    expect(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(shown.replaceAll('\r\n', '\n'))).toBeNull();
    if (['html', 'junit', 'markdown'].includes(format)) expect(shown).not.toContain('<b>x');
  });

  it.each(REVIEW_FORMATS)('%s says that there is no policy, if nobody has one', (format) => {
    expect(render(plan, format, null)).not.toBe(render(plan, format));
  });

  it.each(REVIEW_FORMATS)('%s says beside the approvals of the plan how long each one counts', (format) => {
    const approvals = { need: 1, authors: [], approvers: [approver('wei')] };
    const shown = plain(render({ ...plan, approvals }, format, POLICY));
    expect(shown).toContain('each counts for at most 8 h (limit.approvalExpiry of the policy)');
  });

  it.each(['text', 'markdown', 'html', 'csv', 'json'] as const)(
    '%s shows which instance is in which group, also if only equal groups swap',
    (format) => {
      const swapped = spreadPlan(['pay', 'cart']);
      const shown = render(plan, format);
      expect(shown).toMatch(/\bcart\b/);
      expect(render(swapped, format)).not.toBe(shown);
      expect(render(spreadPlan(['cart', undefined]), format)).not.toBe(shown);
    },
  );
});

describe('a spread of 1,000 instances', () => {
  const groups = Array.from({ length: 1000 }, (_, at) => `app-${at % 40}`);

  it('keeps each step on one line, and the shortened text short', () => {
    const plan = spreadPlan(groups);
    const all = render(plan, 'text', undefined, true).split('\n');
    expect(all.filter((line) => /^ {2}crs-\d{8} .*app=app-\d+ /.test(line))).toHaveLength(1000);
    expect(all.length).toBeLessThan(1050);
    expect(render(plan, 'text').split('\n').length).toBeLessThan(50);
  });
});

describe('a difference as', () => {
  const plan = spreadPlan(['cart', 'pay']);
  it.each(PLAN_DIFF_FORMATS)('%s names the policy of today, which is no difference', (format) => {
    const diff = { ...diffPlans(plan, plan), policy: POLICY };
    const shown = plain(renderPlanDiff(diff, format, OPTIONS));
    expect(diff.same).toBe(true);
    expect(shown).toContain('1f0c2ab9');
    for (const { demands } of POLICY.rules) expect(shown).toContain(demands);
  });

  it('JSON fits its schema, and so does a review', () => {
    const read = (name: string) =>
      JSON.parse(readFileSync(join(import.meta.dirname, '../../schemas', name), 'utf8'));
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    ajv.addSchema(read('saved-plan.schema.json'));
    const review = ajv.compile(read('review.schema.json'));
    const difference = ajv.compile(read('plan-diff.schema.json'));
    for (const policy of [POLICY, null]) {
      const diff = renderPlanDiff({ ...diffPlans(plan, plan), policy }, 'json', OPTIONS);
      expect([difference(JSON.parse(diff)), difference.errors]).toEqual([true, null]);
      expect([review(JSON.parse(render(plan, 'json', policy))), review.errors]).toEqual([true, null]);
    }
  });

  it('text names each instance that changes its group', () => {
    const shown = renderPlanDiff(diffPlans(plan, spreadPlan(['cart', 'cart'])), 'text', OPTIONS);
    expect(shown).toContain('crs-00000001  group pay → cart');
  });
});
