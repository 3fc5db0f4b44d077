/** Links from chat messages into the console. */
import { describe, expect, it } from 'vitest';
import { consoleLink } from '../../../src/run/notify/console-link.ts';
import type { NotificationFacts } from '../../../src/run/notify/notification.ts';
import { webhookMessage } from '../../../src/run/notify/webhooks.ts';

const RUN = 'runs/20261130T190502Z-1f0c2ab9';
const PAGE = 'https://refit.example.com/runs/20261130T190502Z-1f0c2ab9';
const FACTS: NotificationFacts = {
  ...{ format: 'refit.notification/1', event: 'approval', at: '2026-11-30T19:05:02.000Z', entry: 7 },
  plan: { name: 'grow', change: null, owner: null, digest: 'd'.repeat(64) },
  message: 'waits for an approval of wave "a&b <c>"',
  totals: { verified: 1 } as NotificationFacts['totals'],
  ...{ wave: 'a&b <c>', step: null, exitCode: null },
};

describe('a link into the console', () => {
  it.each<[string, Pick<NotificationFacts, 'event' | 'wave'>, string]>([
    ['the run', { event: 'halt', wave: null }, PAGE],
    ['the run of a wave', { event: 'wave-end', wave: 'canary' }, PAGE],
    ['the review', { event: 'approval', wave: 'a&b <c>' }, `${PAGE}/review?wave=a%26b%20%3Cc%3E`],
  ])('leads to %s', (_, facts, link) => {
    expect(consoleLink({ REFIT_CONSOLE: 'https://refit.example.com' }, RUN, facts)).toBe(link);
  });

  it.each([
    undefined,
    '',
    'refit.example.com',
    'http://refit.example.com',
    'https://user:password@refit.example.com',
    'https://refit.example.com/path',
    'https://refit.example.com/?a=b',
    'javascript:alert(1)',
    `https://${'x'.repeat(200)}.example.com`,
  ])('is not made from %s', (address) => {
    expect(consoleLink({ REFIT_CONSOLE: address }, RUN, FACTS)).toBe(null);
  });

  it('can lead to this machine', () => {
    expect(consoleLink({ REFIT_CONSOLE: 'http://localhost:8430' }, RUN, FACTS)).toMatch(
      /^http:\/\/localhost:8430\/runs\//,
    );
  });

  it.each(['slack', 'wecom', 'dingtalk', 'feishu'] as const)(
    'ends the text of %s, escaped as it demands',
    (form) => {
      const link = `${PAGE}/review?wave=a%26b%20%3Cc%3E`;
      const { body } = webhookMessage(form, FACTS, null, 0, link);
      const text = JSON.stringify(JSON.parse(body));
      expect(text).toContain(`verified 1. ${link}`);
      if (form === 'slack') expect(text).toContain('a&amp;b &lt;c&gt;');
      expect(webhookMessage(form, FACTS, null, 0).body).not.toContain('https://');
    },
  );

  it('is a member of JSON, only if there is one', () => {
    expect(JSON.parse(webhookMessage('json', FACTS, null, 0, PAGE).body)).toEqual({
      ...FACTS,
      console: PAGE,
    });
    expect(JSON.parse(webhookMessage('json', FACTS, null, 0).body)).toEqual(FACTS);
  });
});
