/** Why the answer of a browser with a passkey does not count, in Chinese. */
import type { passkeyErrors as english } from '../../en/errors/passkeys.ts';
import type { TranslationOf } from '../../text.ts';

const OTHERWISE = {
  again: '重新审批：控制台会生成新的文本',
  copied: '如果再次出现，从审批人名单中删除该通行密钥，并注册另一个',
  declined: '由否决者撤回否决，或重新制定计划',
};

export const passkeyErrors: TranslationOf<typeof english> = {
  'error.not-approved': ({ reason, otherwise }, say) => ({
    message: `未获审批：${say(reason)}`,
    fix: say.fix(reason) || OTHERWISE[otherwise],
  }),
  'answer.other-person': ({ signed, by }) => `该文本是 ${signed} 的审批，而这是 ${by} 的会话`,
  'answer.other-plan': () => '该文本审批的计划或批次与页面显示的不同',
  'answer.late': ({ minutes }) => `应答晚于文本生成后的 ${minutes} 分钟`,
  'answer.other-passkey': () => '应答的通行密钥不是所请求的通行密钥',
  'answer.no-passkey': () => '该应答不是通行密钥的应答',
  'answer.no-approval': () => '该文本不是审批的文本',
  'answer.other-key': ({ key, by }) => `${key} 不是 ${by} 用于此计划的通行密钥`,
  'answer.other-address': ({ by, origins, here }) => ({
    message: `${by} 的通行密钥在 ${origins.join('、')} 审批，而此控制台的地址为 ${here}`,
    fix: '在那里审批，或在此注册通行密钥；由名单维护人将其加入名单，并重新制定计划',
  }),
  'answer.used': () => ({ message: '此应答已被使用：审批已保存', fix: '无需任何操作' }),
  'answer.stale': () => '同一通行密钥先签署了更晚的审批',
};
