// Goal: the plan and its seal contain who is notified, and never a secret.
import { describe, expect, it } from 'vitest';
import { renderReview } from '../../../src/operations/render.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { readSavedPlan } from '../../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../../src/plan/saved/seal-plan.ts';
import { sealedPlan } from '../fixtures/sealed-plan.ts';
import { inventory, NOW, standard } from '../fixtures/small-fleet.ts';
import { remedy } from './pictures.ts';

const text = (lines: string) => `version: 1
name: notified
defaults: { region: ap-guangzhou }
targets: [{ instance: crs-aaaaaaaa, memoryPerShard: 8GB }]
${lines}
`;
const parsed = (lines: string) => parsePlan(text(lines), 'plan.yaml');
const findingsOf = (lines: string) => parsed(lines).findings.map((one) => `${one.code}: ${remedy(one)}`);

describe('notify and hooks of a plan', () => {
  it('become plain values with their defaults', () => {
    const { plan, findings } = parsed(`hooks: { halt: [page, "on call"] }
notify:
  - { url: "https://hooks.example.com/refit?team=dba", secretEnv: HOOK_SECRET }
  - { urlEnv: WECOM_URL, form: wecom, on: [end, halt] }
  - { url: "http://127.0.0.1:9000" }`);
    expect(findings).toEqual([]);
    expect(plan!.hooks).toEqual({ halt: ['page', 'on call'] });
    const all = ['run-start', 'gate', 'approval', 'halt', 'unknown', 'end'];
    expect(plan!.notify).toEqual([
      {
        url: 'https://hooks.example.com/refit?team=dba',
        urlEnv: null,
        form: 'json',
        on: all,
        secretEnv: 'HOOK_SECRET',
      },
      { url: null, urlEnv: 'WECOM_URL', form: 'wecom', on: ['halt', 'end'], secretEnv: null },
      { url: 'http://127.0.0.1:9000', urlEnv: null, form: 'json', on: all, secretEnv: null },
    ]);
  });

  it('are sealed and shown to the reviewer', () => {
    const { plan } = parsed(`hooks: { halt: [page] }
notify: [{ urlEnv: WECOM_URL, form: wecom, on: [halt] }]`);
    const fleet = inventory([standard({ id: 'crs-aaaaaaaa' })]);
    const review = finishPlan(draftPlan(plan!, fleet, NOW), { quotes: null, now: NOW, saveAs: null });
    const saved = sealedPlan(review);
    const encoded = encodeSavedPlan(saved);
    expect(readSavedPlan(encoded)).toEqual(saved);
    expect(() => readSavedPlan(encoded.replace('"page"', '"rm"'))).toThrow(/altered/);
    expect(() => readSavedPlan(encoded.replace('WECOM_URL', 'OTHER_URL'))).toThrow(/altered/);
    const shown = renderReview(review, 'text');
    expect(shown).toMatch(/run command +at halt: page\n/);
    expect(shown).toMatch(/notify +the address in \$WECOM_URL, .* wecom, unsigned; on halt\n/);
  });

  it('are absent from a plan without them', () => {
    const { plan } = parsed('');
    expect(Object.keys(plan!)).not.toEqual(expect.arrayContaining(['hooks']));
    expect(Object.keys(plan!)).not.toEqual(expect.arrayContaining(['notify']));
  });

  it.each([
    'https://hooks.slack.com/services/T0/B0/token',
    'https://open.feishu.cn/open-apis/bot/v2/hook/0000',
    'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0000',
    'https://oapi.dingtalk.com/robot/send?access_token=0000',
    'https://example.com/?a=1&api_key=0',
  ])('contain no secret: %s is refused', (url) => {
    expect(findingsOf(`notify: [{ url: "${url}" }]`)).toEqual([
      expect.stringMatching(/^Refit.BadValue: urlEnv: /),
    ]);
  });

  it.each<[string, string]>([
    ['a plain address of another machine', 'notify: [{ url: "http://example.com/" }]'],
    ['a name and password', 'notify: [{ url: "https://me:pass@example.com/" }]'],
    ['both addresses', 'notify: [{ url: "https://example.com", urlEnv: A }]'],
    ['no address', 'notify: [{ form: slack }]'],
    ['an unknown form', 'notify: [{ urlEnv: A, form: irc }]'],
    ['an unknown event', 'notify: [{ urlEnv: A, on: [lunch] }]'],
    ['no address at all', 'notify: []'],
    ["the provider's keys to sign with", 'notify: [{ urlEnv: A, secretEnv: TENCENTCLOUD_SECRET_KEY }]'],
    ['the password of a store to sign with', 'notify: [{ urlEnv: A, secretEnv: PGPASSWORD }]'],
    ['a store as the address', 'notify: [{ urlEnv: REFIT_STORE }]'],
    ['the headers of traces to sign with', 'notify: [{ urlEnv: A, secretEnv: OTEL_EXPORTER_OTLP_HEADERS }]'],
    ['an unknown phase', 'hooks: { lunch: [page] }'],
    ['a command as a text', 'hooks: { halt: "page on call" }'],
    ['a command without a program', 'hooks: { halt: [] }'],
    ['a control character in a command', 'hooks: { halt: ["a\\u0000b"] }'],
  ])('with %s are refused', (_, lines) => {
    const { plan, findings } = parsed(lines);
    expect(plan).toBeNull();
    expect(findings.length).toBeGreaterThan(0);
  });
});
