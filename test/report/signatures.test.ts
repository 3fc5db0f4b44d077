/** Signatures in every format of a report, also with hostile names. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { approversOf } from '../../src/approval/judge-approvals.ts';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { instant } from '../../src/messages/en/quantities.ts';
import type { JournalEntry, Signed } from '../../src/model.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../src/report/run/render-report.ts';
import { approvedBy, authenticator } from '../approval/authenticator.ts';
import { SAVED, signed } from '../approval/people.ts';
import { SITUATIONS } from './situations.ts';

const AT = '2026-01-05T02:30:00.000Z';

function reportWith(...groups: readonly { wave: number | null; signed: readonly Signed[] }[]) {
  const { saved, entries } = SITUATIONS['a-small-run-all-verified']!();
  const more: JournalEntry[] = [...entries];
  for (const group of groups) {
    const by = group.signed.map((one) => one.by).join(', ');
    const event = { kind: 'approved', how: 'signatures', by, judgedAt: AT, ...group } as const;
    more.push(seal(more.at(-1) ?? EMPTY_CHAIN, AT, event));
  }
  return buildReport(saved, more);
}

const ofPlan = (name: string): Signed => {
  const { by, key, issuedAt, expiresAt, signature } = signed(name);
  return { by, key, issuedAt, expiresAt, signature };
};
const shown = (report: ReturnType<typeof reportWith>, format: ReportFormat) =>
  renderReport(report, format, { color: false, width: 200 });

describe('signatures', () => {
  const report = reportWith(
    { wave: null, signed: [ofPlan('wei'), ofPlan('jun')] },
    { wave: 0, signed: [ofPlan('li')] },
  );

  it('are in the report in order, with key, expiry and what they approve', () => {
    const wave = report.waves[0]!.name;
    expect(report.run.signatures).toEqual([
      { at: AT, wave: null, ...ofPlan('wei') },
      { at: AT, wave: null, ...ofPlan('jun') },
      { at: AT, wave, ...ofPlan('li') },
    ]);
    expect(report.run.confirmed?.how).toBe('prompt');
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strictTypes: false, formats: { 'date-time': true } }).compile(schema);
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('of passkeys are in the report with what the passkey signed', () => {
    const { by, key, issuedAt, expiresAt, signature, passkey } = approvedBy(authenticator('mei'));
    const mei = { by, key, issuedAt, expiresAt, signature, ...(passkey && { passkey }) };
    const withPasskey = reportWith({ wave: null, signed: [mei] });
    expect(withPasskey.run.signatures).toEqual([{ at: AT, wave: null, ...mei }]);
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strictTypes: false, formats: { 'date-time': true } }).compile(schema);
    validate(JSON.parse(JSON.stringify(withPasskey)));
    expect(validate.errors ?? []).toEqual([]);
    for (const format of REPORT_FORMATS) expect(shown(withPasskey, format)).toContain('mei');
  });

  it.each(REPORT_FORMATS)('are shown as %s', (format) => {
    const text = shown(report, format);
    for (const name of ['wei', 'jun', 'li']) {
      expect(text).toContain(name);
      // Markdown and HTML escape these characters.
      expect(text.replaceAll('&#43;', '+').replaceAll('&#47;', '/')).toContain(ofPlan(name).key);
    }
  });

  it.each(['text', 'markdown', 'html'] as const)('come before everything else as %s', (format) => {
    const text = shown(report, format);
    const at = (part: string) => text.indexOf(part);
    expect(at('Approvals')).toBeLessThan(at(format === 'text' ? 'Waves' : 'Outcome'));
    expect(at('approvals')).toBeLessThan(at('confirmed'));
    expect(text).toMatch(/the plan by wei, jun; wave [a-z]+ by li/);
  });

  it('name the digest that they are for, when they were made and until when they count', () => {
    const [head, row, key] = shown(report, 'text').split('\nApprovals\n')[1]!.split('\n');
    expect(head).toMatch(/Approver +Signed +Plan digest +Signed at +Valid until/);
    const { by, issuedAt, expiresAt } = ofPlan('wei');
    const times = [issuedAt, expiresAt].map((time) => instant(time));
    for (const part of [by, 'the plan', report.plan.digest.slice(0, 8), ...times])
      expect(row).toContain(part);
    expect(key).toContain(ofPlan('wei').key);
  });

  it('are not what somebody typed at the prompt', () => {
    const text = shown(reportWith(), 'text');
    expect(text).toMatch(/approvals +no signature was required/);
    expect(text).toMatch(/confirmed +by wei at the prompt, /);
  });

  it('are absent if the plan needs none', () => {
    expect(reportWith().run).not.toHaveProperty('signatures');
  });

  it('are escaped if the approver has a hostile name', () => {
    const hostile = reportWith({ wave: null, signed: [{ ...ofPlan('wei'), by: '=<b>|x\u001b[2J' }] });
    expect(shown(hostile, 'html')).not.toContain('<b>|x');
    expect(shown(hostile, 'markdown')).not.toMatch(/[^\\]<b>|[^\\]\|x/);
    for (const format of ['text', 'markdown', 'html', 'csv'] as const)
      expect(shown(hostile, format)).not.toContain('\u001b');
  });
});

describe('a plan review', () => {
  it.each(['text', 'markdown', 'html'] as const)('shows the required approvals as %s', (format) => {
    const review = { verdict: 'ready', plan: SAVED, findings: [], next: null } as const;
    const text = renderReview(review, format, { color: false, width: 2000, all: false })
      .replaceAll('&#43;', '+')
      .replaceAll('&#47;', '/');
    const names = approversOf(SAVED.approvals!).map(({ name, key }) => `${name} (${key.fingerprint})`);
    expect(text).toContain(
      `2 of ${names.join(', ')}; the authors dba, ops cannot approve; again for wave tenth, rest`,
    );
  });
});
