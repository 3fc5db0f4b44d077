/**
 * What goes to the address of a webhook: body and headers by its form. Pure.
 * The forms of the chat products, each a text message, and their signatures: WeCom
 * (developer.work.weixin.qq.com/document/path/91770), Feishu (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot),
 * DingTalk (open.dingtalk.com/document/robots/custom-robot-access) and Slack (api.slack.com/messaging/webhooks),
 * read 2026-11 as others tell them.
 */
import { hmacSha256 } from '../../digest.ts';
import { unreachable } from '../../errors.ts';
import { OUTCOMES, type Webhook } from '../../model.ts';
import { visible } from '../../report/document/escape.ts';
import type { ToldFacts } from './notification.ts';

export interface WebhookMessage {
  /** What is added to the address. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param secret null: unsigned. @param now milliseconds since 1970 UTC, of this attempt. */
export function webhookMessage(
  form: Webhook['form'],
  facts: ToldFacts,
  secret: string | null,
  now: number,
): WebhookMessage {
  const seconds = String(Math.floor(now / 1000));
  const body = JSON.stringify(bodyOf(form, facts, secret, seconds));
  const signed = secret === null ? null : `sha256=${hmacSha256(secret, `${seconds}.${body}`, 'hex')}`;
  return {
    query: form === 'dingtalk' && secret !== null ? dingTalkSignature(secret, String(now)) : {},
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

function bodyOf(form: Webhook['form'], facts: ToldFacts, secret: string | null, seconds: string): object {
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
      const sign = secret === null ? {} : { timestamp: seconds, sign: feishuSignature(secret, seconds) };
      return { ...sign, msg_type: 'text', content: { text } };
    }
    default:
      return unreachable(form);
  }
}

const SLACK_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** WeCom takes 2,048 bytes of text; a character may be three of them. */
const LONGEST_SENTENCE = 600;

/** `refit: double-eleven-headroom (CHG-20481) halts: 3 failed, more than 2. verified 12, failed 3, not-run 40` */
function sentence({ plan, what, totals }: ToldFacts): string {
  const change = plan.change === null ? '' : ` (${plan.change})`;
  const counts = OUTCOMES.filter((outcome) => totals[outcome] > 0).map(
    (outcome) => `${outcome} ${totals[outcome]}`,
  );
  const said = visible(`refit: ${plan.name}${change} ${what}`);
  const cut = said.length > LONGEST_SENTENCE ? `${said.slice(0, LONGEST_SENTENCE)}…` : said;
  return `${cut}. ${counts.join(', ')}`;
}

function feishuSignature(secret: string, seconds: string): string {
  return hmacSha256(`${seconds}\n${secret}`, '', 'base64');
}

function dingTalkSignature(secret: string, timestamp: string): Record<string, string> {
  return { timestamp, sign: hmacSha256(secret, `${timestamp}\n${secret}`, 'base64') };
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
