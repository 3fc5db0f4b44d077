// Attacks of a plan author on the machine that applies: what hooks and gate commands learn, and where webhooks go.
import { describe, expect, it } from 'vitest';
import { systemClock, VirtualClock } from '../../src/clock.ts';
import type { Transport } from '../../src/cloud/network/transport.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { WebhookEffect } from '../../src/model.ts';
import type { NotificationFacts } from '../../src/run/notify/notification.ts';
import { commandEnvironment, createCommandRunner } from '../../src/run/notify/run-command.ts';
import { createWebhookListener } from '../../src/run/notify/webhooks.ts';

/** The environment of a pipeline: what a hook may have, and what it must not. */
const USUAL = { PATH: process.env.PATH!, HOME: '/home/dba', LANG: 'C.UTF-8', TZ: 'Asia/Shanghai' };
const SECRET = Object.fromEntries(
  `TENCENTCLOUD_SECRET_ID TENCENTCLOUD_SECRET_KEY TENCENTCLOUD_TOKEN TCCLI_PROFILE TKE_WEB_IDENTITY_TOKEN_FILE
  GITHUB_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN CI_JOB_TOKEN NPM_TOKEN AWS_SECRET_ACCESS_KEY SSH_AUTH_SOCK REFIT_STORE REFIT_OIDC_CLIENT_SECRET
  REFIT_SIGNATURE WEBHOOK_URL WEBHOOK_SECRET PGPASSWORD PGSERVICE OTEL_EXPORTER_OTLP_HEADERS HTTPS_PROXY NODE_OPTIONS LD_PRELOAD XDG_STATE_HOME`
    .split(/\s+/)
    .map((name) => [name, `value-of-${name}`]),
);
/** Names that no policy can give away. */
const NEVER = Object.keys(SECRET).filter((name) =>
  /^(TENCENTCLOUD|TCCLI|TKE|OTEL_EXPORTER)_|^REFIT_(STORE|OIDC_CLIENT_SECRET)$|^PG|^WEBHOOK_/.test(name),
);

describe('a hook or a gate command', () => {
  it('that prints its environment gets nothing but PATH, HOME, LANG and TZ', async () => {
    // Loaders of libraries would change the command itself here.
    const { LD_PRELOAD, NODE_OPTIONS, ...secret } = SECRET;
    const run = createCommandRunner(systemClock, { ...USUAL, ...secret });
    const signal = new AbortController().signal;
    const { output } = await run(['env'], { input: '', timeout: 60_000, signal });
    const names = output
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]!);
    expect(names.sort()).toEqual(['HOME', 'LANG', 'PATH', 'TZ']);
    expect(output).not.toContain('value-of-');
  });

  it('gets what the policy lists, and nothing else', () => {
    const env = commandEnvironment({ ...USUAL, ...SECRET }, { allowed: ['SSH_AUTH_SOCK', 'NOT_SET'] });
    expect(Object.keys(env).sort()).toEqual(['HOME', 'LANG', 'PATH', 'SSH_AUTH_SOCK', 'TZ']);
  });

  it.each(NEVER)('never gets %s, also if the policy lists it', (name) => {
    const variables = { allowed: Object.keys(SECRET), secret: ['WEBHOOK_URL', 'WEBHOOK_SECRET'] };
    expect(commandEnvironment({ ...USUAL, ...SECRET }, variables)).not.toHaveProperty(name);
  });
});

describe('a webhook', () => {
  const webhook = (fields: Partial<WebhookEffect>): WebhookEffect => ({
    kind: 'webhook',
    host: null,
    form: 'json',
    url: null,
    urlEnv: null,
    secretEnv: null,
    on: ['halt'],
    ...fields,
  });
  const facts = { event: 'halt', entry: 1, plan: { name: 'p', change: null, digest: 'd'.repeat(64) } };

  it.each([
    'https://169.254.0.23/latest/meta-data/cam/security-credentials/',
    'https://metadata.tencentyun.com/',
    'https://[::ffff:169.254.0.23]/',
    'https://0xA9FE0017/',
    'https://100.100.100.200/',
  ])('to %s is never sent, whether the plan or the environment names it', async (url) => {
    const clock = new VirtualClock(0);
    const sent: unknown[] = [];
    const transport: Transport = {
      async send(request) {
        sent.push(request);
        return { status: 200, contentType: '', body: '' };
      },
      async close() {},
    };
    const ports = { transport, clock, env: { HOOK: url } };
    for (const fields of [{ url }, { urlEnv: 'HOOK' }]) {
      const listener = createWebhookListener(webhook(fields), ports);
      const result = await clock.run(() =>
        listener.notify(facts as unknown as NotificationFacts, new AbortController().signal),
      );
      expect(result.ok).toBe(false);
      expect(textOf(result.message)).toMatch(/is an address that a plan must not reach/);
    }
    expect(sent).toEqual([]);
  });
});
