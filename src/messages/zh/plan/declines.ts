/** What Refit says about declines of a plan and their withdrawals, in Chinese. */
import type { Decline } from '../../../model.ts';
import type { declines as english } from '../../en/plan/declines.ts';
import type { TranslationOf } from '../../text.ts';

/** Who may withdraw a decline. */
const author = (by: string, fingerprint: string | null, login: string | null): string =>
  fingerprint !== null
    ? `密钥 ${fingerprint}`
    : login === null
      ? `不使用密钥的 ${by}`
      : `登录名为 ${login} 的 ${by}`;

function proofOf({ signed, fingerprint, login }: Pick<Decline, 'signed' | 'fingerprint' | 'login'>): string {
  if (fingerprint === null) return login === null ? '未签名' : `未签名，登录名 ${login}`;
  return signed ? `使用 ${fingerprint} 签名` : `使用 ${fingerprint} 签名，而该密钥不属于这位审批人`;
}

export const declines: TranslationOf<typeof english> = {
  'decline.holds': ({ decline }) =>
    `${decline.by} 于 ${decline.at} 否决（${proofOf(decline)}）：${decline.reason}`,
  'decline.withdrawn': ({ decline }) =>
    `${decline.withdrawn?.by} 于 ${decline.withdrawn?.at} 撤回；${decline.by} 曾于 ${decline.at} 否决（${proofOf(decline)}）：${decline.reason}`,
  'decline.damaged': ({ file, reason }, say) => `${file} 可能否决了计划，而 Refit 无法读取：${say(reason)}`,
  'decline.not-a-decline': () => '不是此格式的否决',
  'decline.not-a-withdrawal': () => '不是此格式的否决撤回',
  'decline.other-plan': ({ digest, planDigest }) =>
    `针对的是另一个计划（${digest.slice(0, 8)}，而不是 ${planDigest.slice(0, 8)}）`,
  'decline.nothing-to-withdraw': () => '撤回的否决不在此处',
  'decline.by-another': ({ by, author: name, fingerprint, login }) =>
    `${by} 撤回 ${name} 的否决；只有${author(name, fingerprint, login).replace(/^(?=[A-Za-z])/, ' ')}可以`,
};
