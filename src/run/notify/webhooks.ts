/**
 * Webhooks: requests to the addresses in the plan, with a limited number of tries. Refit records each failure.
 * Message forms and signatures of the chat products, each with a text message: WeCom
 * (developer.work.weixin.qq.com/document/path/91770), Feishu (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot),
 * DingTalk (open.dingtalk.com/document/robots/custom-robot-access) and Slack (api.slack.com/messaging/webhooks),
 * read 2026-11 from secondary sources.
 */

import { DEFAULT_ADDRESS_RULES, isForbiddenHost } from '../../addresses.ts';
import type { Clock } from '../../clock.ts';
import { isLoopback } from '../../cloud/network/hosts.ts';
import { type HttpResponse, type Transport, TransportError } from '../../cloud/network/transport.ts';
import { hmacSha256 } from '../../digest.ts';
import { unreachable } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { type HookPhase, type Message, type NoticeEvent, OUTCOMES, type WebhookEffect } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import { consoleLink } from './console-link.ts';
import type { NotificationFacts } from './notification.ts';
import type { Listener, NotifyResult } from './notifier.ts';

/** Milliseconds for one answer, tries for one notification, and milliseconds before the second try. Each wait doubles. */
export const WEBHOOK_LIMITS = { answer: 10_000, tries: 5, backOff: 1_000 } as const;

/** Chat products answer with one short object. */
const MAX_ANSWER_BYTES = 64 * 1024;

const EVENTS: Readonly<Record<HookPhase, NoticeEvent | null>> = {
  'run-start': 'run-start',
  'wave-start': null,
  'wave-end': null,
  gate: 'gate',
  approval: 'approval',
  halt: 'halt',
  unknown: 'unknown',
  'run-end': 'end',
};

/** The ports of a webhook. */
export interface WebhookPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The run directory, or the id of the run in a store. Absent: messages have no link into the console. */
  readonly directory?: string;
}

/** Creates the listener that sends notifications to one address. */
export function createWebhookListener(
  webhook: WebhookEffect,
  { transport, clock, env, directory }: WebhookPorts,
): Listener {
  const address = addressOf(webhook, env);
  const secret = webhook.secretEnv === null ? null : env[webhook.secretEnv] || undefined;
  return {
    by: 'webhook',
    accepts: ({ event }) => webhook.on.some((one) => one === EVENTS[event]),
    destination: () => ('fault' in address ? `$${webhook.urlEnv}` : address.url.origin),
    async notify(facts, signal) {
      if ('fault' in address) return { ok: false, message: address.fault };
      // The receiver must not accept an unsigned request.
      if (secret === undefined)
        return { ok: false, message: message('notify.secret-not-set', { name: webhook.secretEnv! }) };
      const link = directory === undefined ? null : consoleLink(env, directory, facts);
      for (let tries = 1; ; tries++) {
        const ports = { transport, clock, signal, link };
        const failure = await attempt(webhook, address.url, facts, secret, ports);
        if (failure === null) return { ok: true, message: message('notify.sent', { tries }) };
        const failed = (isRunOver: boolean): NotifyResult => ({
          ok: false,
          message: message('notify.failed', { cause: failure.cause, tries, isRunOver }),
        });
        if (failure.final || tries === WEBHOOK_LIMITS.tries) return failed(false);
        if (!signal.aborted) await clock.sleep(WEBHOOK_LIMITS.backOff * 2 ** (tries - 1), signal);
        if (signal.aborted) return failed(true);
      }
    },
  };
}

/** Sends one request. @returns null if the receiver accepted it. `final`: a further try would fail too. */
async function attempt(
  webhook: WebhookEffect,
  url: URL,
  facts: NotificationFacts,
  secret: string | null,
  {
    transport,
    clock,
    signal,
    link,
  }: Pick<WebhookPorts, 'transport' | 'clock'> & { signal: AbortSignal; link: string | null },
): Promise<{ readonly cause: Message; readonly final: boolean } | null> {
  const { query, headers, body } = webhookMessage(webhook.form, facts, secret, clock.now(), link);
  const to = new URL(url);
  for (const [name, value] of Object.entries(query)) to.searchParams.set(name, value);
  // This limit holds even if the transport ignores its own.
  const over = new AbortController();
  const ended = new AbortController();
  const enough = AbortSignal.any([signal, over.signal]);
  void clock.sleep(WEBHOOK_LIMITS.answer, ended.signal).then(() => over.abort());
  const givenUp = new Promise<'given up'>((resolve) => {
    if (enough.aborted) resolve('given up');
    enough.addEventListener('abort', () => resolve('given up'), { once: true });
  });
  const sent = transport.send({
    origin: to.origin,
    path: `${to.pathname}${to.search}`,
    headers,
    body,
    timeout: WEBHOOK_LIMITS.answer,
    signal: enough,
    reach: 'plan',
    keep: MAX_ANSWER_BYTES,
  });
  sent.catch(() => undefined);
  let answer: HttpResponse | 'given up';
  try {
    answer = await Promise.race([sent, givenUp]);
  } catch (error) {
    const text = error instanceof TransportError ? error.message : null;
    return { cause: message('notify.request-failed', { error: text }), final: false };
  } finally {
    ended.abort();
  }
  if (answer === 'given up') {
    const limit = signal.aborted ? null : WEBHOOK_LIMITS.answer;
    return { cause: message('notify.no-answer', { limit }), final: false };
  }
  const cause = describeRefusal(webhook.form, answer);
  const { status } = answer;
  const final = status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return cause === null ? null : { cause, final };
}

/** The address, from the plan or from the environment, which can hold a secret one. It must be https or loopback. */
function addressOf(
  { url, urlEnv }: WebhookEffect,
  env: WebhookPorts['env'],
): { readonly url: URL } | { readonly fault: Message } {
  const text = url ?? env[urlEnv!];
  if (!text) return { fault: message('notify.url-not-set', { name: urlEnv! }) };
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch {
    return { fault: message('notify.url-invalid', { name: urlEnv ?? 'url' }) };
  }
  const plain = parsed.protocol === 'http:' && isLoopback(parsed.hostname);
  if (parsed.protocol !== 'https:' && !plain) {
    return { fault: message('notify.url-not-https', { name: urlEnv ?? 'url' }) };
  }
  if (isForbiddenHost(parsed.hostname, DEFAULT_ADDRESS_RULES)) {
    return { fault: message('notify.url-forbidden', { name: urlEnv ?? 'url' }) };
  }
  return { url: parsed };
}

/**
 * Builds the request of a webhook: body and headers by its form, and `query` to add to the address. Pure.
 * @param secret null for an unsigned request. @param now time of this try, milliseconds since 1970 UTC.
 * @param link the page of the console; null: the message has none.
 */
export function webhookMessage(
  form: WebhookEffect['form'],
  facts: NotificationFacts,
  secret: string | null,
  now: number,
  link: string | null = null,
) {
  const seconds = String(Math.floor(now / 1000));
  const body = JSON.stringify(bodyOf(form, facts, secret, seconds, link));
  const signed = secret === null ? null : `sha256=${hmacSha256(secret, `${seconds}.${body}`, 'hex')}`;
  return {
    query:
      form === 'dingtalk' && secret !== null
        ? { timestamp: String(now), sign: hmacSha256(secret, `${now}\n${secret}`, 'base64') }
        : {},
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-refit-event': facts.event,
      // The same for each try, so that a receiver can recognise a duplicate.
      'x-refit-delivery': `${facts.plan.digest.slice(0, 16)}-${facts.entry}`,
      'x-refit-timestamp': seconds,
      ...(signed === null ? {} : { 'x-refit-signature': signed }),
    },
    body,
  };
}

function bodyOf(
  form: WebhookEffect['form'],
  facts: NotificationFacts,
  secret: string | null,
  seconds: string,
  link: string | null,
): object {
  switch (form) {
    case 'json':
      return link === null ? facts : { ...facts, console: link };
    case 'slack':
      // Without escaping, `<!channel>` in a text would notify everybody.
      return { text: sentence(facts, link).replace(/[&<>]/g, (one) => SLACK_ENTITIES[one]!) };
    case 'wecom':
    case 'dingtalk':
      return { msgtype: 'text', text: { content: sentence(facts, link) } };
    case 'feishu': {
      const text = sentence(facts, link).replaceAll('<', '＜');
      const signed =
        secret === null
          ? {}
          : { timestamp: seconds, sign: hmacSha256(`${seconds}\n${secret}`, '', 'base64') };
      return { ...signed, msg_type: 'text', content: { text } };
    }
    default:
      return unreachable(form);
  }
}

const SLACK_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** WeCom accepts 2,048 bytes of text. A character may take three of them. */
const LONGEST_SENTENCE = 600;

/** `refit: double-eleven-headroom (CHG-20481) halts: 3 failed, more than 2. verified 12, failed 3, not-run 40` */
function sentence({ plan, message: text, totals }: NotificationFacts, link: string | null): string {
  const change = plan.change === null ? '' : ` (${plan.change})`;
  const counts = OUTCOMES.filter((outcome) => totals[outcome] > 0).map(
    (outcome) => `${outcome} ${totals[outcome]}`,
  );
  const whole = escapeControls(`refit: ${plan.name}${change} ${text}`);
  const cut = whole.length > LONGEST_SENTENCE ? `${whole.slice(0, LONGEST_SENTENCE)}…` : whole;
  return `${cut}. ${counts.join(', ')}${link === null ? '' : `. ${link}`}`;
}

/**
 * Reads from an answer why the receiver refused a message. WeCom, DingTalk and Feishu also refuse with HTTP 200.
 * @returns null if the receiver accepted it. The `Message` holds no text of the receiver.
 */
export function describeRefusal(
  form: WebhookEffect['form'],
  { status, body }: { readonly status: number; readonly body: string },
): Message | null {
  if (status < 200 || status > 299) return message('notify.http-status', { status });
  if (form === 'json' || form === 'slack') return null;
  const member = form === 'feishu' ? 'code' : 'errcode';
  let code: unknown;
  try {
    code = (JSON.parse(body) as Readonly<Record<string, unknown>> | null)?.[member];
  } catch {
    return message('notify.not-json', { status });
  }
  if (code === 0) return null;
  return Number.isSafeInteger(code)
    ? message('notify.code', { status, member, code: code as number })
    : message('notify.code-missing', { status, member });
}
