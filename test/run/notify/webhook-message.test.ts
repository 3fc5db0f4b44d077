// Each form is what its product accepts, with its signature. Text from outside stays text.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacSha256 } from '../../../src/digest.ts';
import { textOf } from '../../../src/messages/messages.ts';
import { OUTCOMES, type Outcome, type Webhook } from '../../../src/model.ts';
import type { NotificationFacts } from '../../../src/run/notify/notification.ts';
import { describeRefusal, webhookMessage } from '../../../src/run/notify/webhooks.ts';

const NOW = Date.UTC(2026, 10, 10, 1, 0, 0) + 250;
const SECONDS = String(Math.floor(NOW / 1000));
const counts = Object.fromEntries(OUTCOMES.map((one) => [one, 0])) as Record<Outcome, number>;
const FACTS: NotificationFacts = {
  format: 'refit.notification/1',
  event: 'halt',
  at: '2026-11-10T01:00:00.000Z',
  entry: 17,
  plan: { name: 'headroom', change: 'CHG-1', owner: 'dba', digest: 'ab'.repeat(32) },
  message: 'halts: 3 failed, more than 2',
  totals: { ...counts, verified: 12, failed: 3, 'not-run': 40 },
  wave: null,
  step: null,
  exitCode: null,
};
const SENTENCE = 'refit: headroom (CHG-1) halts: 3 failed, more than 2. verified 12, failed 3, not-run 40';
const body = (form: Webhook['form'], secret: string | null = null, facts = FACTS) =>
  JSON.parse(webhookMessage(form, facts, secret, NOW).body);

describe('the body', () => {
  it.each<readonly [Webhook['form'], object]>([
    ['json', FACTS],
    ['slack', { text: SENTENCE }],
    ['wecom', { msgtype: 'text', text: { content: SENTENCE } }],
    ['dingtalk', { msgtype: 'text', text: { content: SENTENCE } }],
    ['feishu', { msg_type: 'text', content: { text: SENTENCE } }],
  ])('of %s', (form, expected) => {
    expect(body(form)).toEqual(expected);
  });

  it.each<readonly [Webhook['form'], string]>([
    ['slack', '&lt;!channel&gt; &amp; co'],
    ['feishu', '＜!channel> & co'],
  ])('of %s notifies nobody that the text of a plan mentions', (form, expected) => {
    expect(JSON.stringify(body(form, null, { ...FACTS, message: '<!channel> & co' }))).toContain(expected);
  });

  it('escapes control characters, and is not longer than WeCom accepts', () => {
    const { text } = body('wecom', null, { ...FACTS, message: `\u001b[2J${'字'.repeat(5_000)}` });
    expect(text.content).not.toContain('\u001b');
    expect(Buffer.byteLength(text.content)).toBeLessThanOrEqual(2_048);
  });
});

describe('the signature', () => {
  const hmac = (key: string, text: string) => createHmac('sha256', key).update(text);

  it.each<Webhook['form']>(['json', 'slack', 'wecom', 'feishu', 'dingtalk'])(
    'of %s is the HMAC-SHA256 of timestamp, dot and body, in a header',
    (form) => {
      const message = webhookMessage(form, FACTS, 'key', NOW);
      expect(message.headers['x-refit-timestamp']).toBe(SECONDS);
      expect(message.headers['x-refit-signature']).toBe(
        `sha256=${hmac('key', `${SECONDS}.${message.body}`).digest('hex')}`,
      );
      expect(message.headers['x-refit-delivery']).toBe('abababababababab-17');
    },
  );

  it('equals the value of openssl', () => {
    // printf '1794272400.{}' | openssl dgst -sha256 -hmac key
    expect(hmacSha256('key', '1794272400.{}', 'hex')).toBe(
      'beccdc8ac11505c01607bc5366ebbd3b6ea44ce26ebde1b7a602ff001f600771',
    );
  });

  it('of Feishu is in the body too: an empty text under the key of timestamp and secret', () => {
    expect(body('feishu', 'key')).toMatchObject({
      timestamp: SECONDS,
      sign: hmac(`${SECONDS}\nkey`, '').digest('base64'),
    });
  });

  it('of DingTalk is in the query too, in milliseconds', () => {
    expect(webhookMessage('dingtalk', FACTS, 'key', NOW).query).toEqual({
      timestamp: String(NOW),
      sign: hmac('key', `${NOW}\nkey`).digest('base64'),
    });
  });

  it('is absent without a secret', () => {
    for (const form of ['json', 'feishu', 'dingtalk'] as const) {
      const { headers, query, body: text } = webhookMessage(form, FACTS, null, NOW);
      expect(Object.keys(headers)).not.toContain('x-refit-signature');
      expect([query, text.includes('"sign"')]).toEqual([{}, false]);
    }
  });
});

describe('an answer', () => {
  it.each<readonly [Webhook['form'], number, string, string | null]>([
    ['json', 204, '', null],
    ['json', 200, 'rubbish', null],
    ['slack', 200, 'ok', null],
    ['slack', 403, 'invalid_token', 'HTTP 403'],
    ['wecom', 200, '{"errcode":0,"errmsg":"ok"}', null],
    ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', 'HTTP 200, errcode 93000'],
    ['dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}', 'HTTP 200, errcode 310000'],
    ['feishu', 200, '{"code":0}', null],
    ['feishu', 200, '{"code":19021}', 'HTTP 200, code 19021'],
    ['feishu', 200, '<html>', 'HTTP 200, and the answer is not JSON'],
    ['wecom', 200, 'null', 'HTTP 200, and the answer has no errcode'],
    ['wecom', 200, '{"errcode":"<script>"}', 'HTTP 200, and the answer has no errcode'],
    ['wecom', 502, '', 'HTTP 502'],
  ])('to %s: %d %s', (form, status, text, expected) => {
    const refusal = describeRefusal(form, { status, body: text });
    expect(refusal && textOf(refusal)).toBe(expected);
  });
});
