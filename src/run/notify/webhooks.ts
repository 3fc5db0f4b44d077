/**
 * Webhooks: requests to the addresses of a plan, tried again within a limit. Where it cannot be done, that is on record.
 * The forms of the chat products, each a text message, and their signatures: WeCom
 * (developer.work.weixin.qq.com/document/path/91770), Feishu (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot),
 * DingTalk (open.dingtalk.com/document/robots/custom-robot-access) and Slack (api.slack.com/messaging/webhooks),
 * read 2026-11 as others tell them.
 */
import type { Clock } from '../../clock.ts';
import { isLoopback } from '../../cloud/network/hosts.ts';
import { type HttpResponse, type Transport, TransportError } from '../../cloud/network/transport.ts';
import { hmacSha256 } from '../../digest.ts';
import { unreachable } from '../../errors.ts';
import { type HookPhase, type NoticeEvent, OUTCOMES, type Webhook } from '../../model.ts';
import { escapeControls } from '../../report/document/escape.ts';
import type { NotificationFacts } from './notification.ts';
import type { Listener, Result } from './notifier.ts';

/** Milliseconds for one answer, tries for one notice, and the wait before the second of them, doubled for each more. */
export const WEBHOOK_LIMITS = { answer: 10_000, tries: 5, backOff: 1_000 } as const;

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

/** What of the outside a webhook needs. */
export interface WebhookPorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The listener that tells one address. */
export function webhookListener(webhook: Webhook, { transport, clock, env }: WebhookPorts): Listener {
  const address = addressOf(webhook, env);
  const secret = webhook.secretEnv === null ? null : env[webhook.secretEnv] || undefined;
  return {
    by: 'webhook',
    wants: ({ event }) => webhook.on.some((one) => one === EVENTS[event]),
    to: () => ('fault' in address ? `$${webhook.urlEnv}` : address.url.origin),
    async tell(facts, signal) {
      if ('fault' in address) return { ok: false, what: address.fault };
      // Unsigned it would be taken for somebody else's.
      if (secret === undefined)
        return { ok: false, what: `${webhook.secretEnv} is not set: nothing to sign with` };
      for (let tried = 1; ; tried++) {
        const why = await attempt(webhook, address.url, facts, secret, { transport, clock, signal });
        const tries = `${tried} ${tried === 1 ? 'try' : 'tries'}`;
        if (why === null) return { ok: true, what: tries } satisfies Result;
        if (why.final || tried === WEBHOOK_LIMITS.tries) return { ok: false, what: `${why.what}, ${tries}` };
        if (!signal.aborted) await clock.sleep(WEBHOOK_LIMITS.backOff * 2 ** (tried - 1), signal);
        if (signal.aborted) return { ok: false, what: `${why.what}, ${tries}; given up: the run is over` };
      }
    },
  };
}

/** One request. @returns null where it was taken. `final`: the same again would be refused again. */
async function attempt(
  webhook: Webhook,
  url: URL,
  facts: NotificationFacts,
  secret: string | null,
  { transport, clock, signal }: Pick<WebhookPorts, 'transport' | 'clock'> & { signal: AbortSignal },
): Promise<{ readonly what: string; readonly final: boolean } | null> {
  const { query, headers, body } = webhookMessage(webhook.form, facts, secret, clock.now());
  const to = new URL(url);
  for (const [name, value] of Object.entries(query)) to.searchParams.set(name, value);
  // A transport has a limit of its own; this one holds whatever the transport does.
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
  });
  sent.catch(() => undefined);
  let answer: HttpResponse | 'given up';
  try {
    answer = await Promise.race([sent, givenUp]);
  } catch (error) {
    const why = error instanceof TransportError ? error.message : 'the request could not be sent';
    return { what: why, final: false };
  } finally {
    ended.abort();
  }
  if (answer === 'given up') {
    const what = signal.aborted ? 'no answer' : `no answer within ${WEBHOOK_LIMITS.answer} ms`;
    return { what, final: false };
  }
  const what = whyNotTaken(webhook.form, answer);
  const { status } = answer;
  const final = status >= 300 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  return what === null ? null : { what, final };
}

/** https, or loopback; from the plan, or from the environment, where an address that is a secret is at home. */
function addressOf(
  { url, urlEnv }: Webhook,
  env: WebhookPorts['env'],
): { readonly url: URL } | { readonly fault: string } {
  const text = url ?? env[urlEnv!];
  if (!text) return { fault: `${urlEnv} is not set: there is no address` };
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch {
    return { fault: `${urlEnv ?? 'url'} is no URL` };
  }
  const plain = parsed.protocol === 'http:' && isLoopback(parsed.hostname);
  if (parsed.protocol !== 'https:' && !plain) {
    return { fault: `${urlEnv ?? 'url'} is not https: plain http goes to loopback only` };
  }
  return { url: parsed };
}

/**
 * What goes to the address of a webhook: body and headers by its form, and `query`, which is added to the address. Pure.
 * @param secret null: unsigned. @param now milliseconds since 1970 UTC, of this attempt.
 */
export function webhookMessage(
  form: Webhook['form'],
  facts: NotificationFacts,
  secret: string | null,
  now: number,
) {
  const seconds = String(Math.floor(now / 1000));
  const body = JSON.stringify(bodyOf(form, facts, secret, seconds));
  const signed = secret === null ? null : `sha256=${hmacSha256(secret, `${seconds}.${body}`, 'hex')}`;
  return {
    query:
      form === 'dingtalk' && secret !== null
        ? { timestamp: String(now), sign: hmacSha256(secret, `${now}\n${secret}`, 'base64') }
        : {},
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-refit-event': facts.event,
      // The same for each attempt, so that whoever is told twice can know it.
      'x-refit-delivery': `${facts.plan.digest.slice(0, 16)}-${facts.entry}`,
      'x-refit-timestamp': seconds,
      ...(signed === null ? {} : { 'x-refit-signature': signed }),
    },
    body,
  };
}

function bodyOf(
  form: Webhook['form'],
  facts: NotificationFacts,
  secret: string | null,
  seconds: string,
): object {
  switch (form) {
    case 'json':
      return facts;
    case 'slack':
      // Else `<!channel>` in somebody's words would call everybody.
      return { text: sentence(facts).replace(/[&<>]/g, (one) => SLACK_ENTITIES[one]!) };
    case 'wecom':
    case 'dingtalk':
      return { msgtype: 'text', text: { content: sentence(facts) } };
    case 'feishu': {
      const text = sentence(facts).replaceAll('<', '＜');
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

/** WeCom takes 2,048 bytes of text; a character may be three of them. */
const LONGEST_SENTENCE = 600;

/** `refit: double-eleven-headroom (CHG-20481) halts: 3 failed, more than 2. verified 12, failed 3, not-run 40` */
function sentence({ plan, message: what, totals }: NotificationFacts): string {
  const change = plan.change === null ? '' : ` (${plan.change})`;
  const counts = OUTCOMES.filter((outcome) => totals[outcome] > 0).map(
    (outcome) => `${outcome} ${totals[outcome]}`,
  );
  const said = escapeControls(`refit: ${plan.name}${change} ${what}`);
  const cut = said.length > LONGEST_SENTENCE ? `${said.slice(0, LONGEST_SENTENCE)}…` : said;
  return `${cut}. ${counts.join(', ')}`;
}

/**
 * Whether an answer says that the message was taken. WeCom, DingTalk and Feishu answer with HTTP 200 also where they refuse.
 * @returns null where it was taken, else why not, in words that the far end has no part in.
 */
export function whyNotTaken(
  form: Webhook['form'],
  { status, body }: { readonly status: number; readonly body: string },
): string | null {
  if (status < 200 || status > 299) return `HTTP ${status}`;
  if (form === 'json' || form === 'slack') return null;
  const member = form === 'feishu' ? 'code' : 'errcode';
  let code: unknown;
  try {
    code = (JSON.parse(body) as Readonly<Record<string, unknown>> | null)?.[member];
  } catch {
    return `HTTP ${status}, and the answer is not JSON`;
  }
  if (code === 0) return null;
  return Number.isSafeInteger(code)
    ? `HTTP ${status}, ${member} ${code}`
    : `HTTP ${status}, and the answer has no ${member}`;
}
