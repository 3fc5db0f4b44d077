/** What Refit says about approvers, their keys and their signatures, in Chinese. */
import type { KeyFault, NameFault } from '../../../model.ts';
import type { approvals as english } from '../../en/plan/approvals.ts';
import type { TranslationOf } from '../../text.ts';
import { duration } from '../quantities.ts';
import { passkeyFault } from './passkeys.ts';

const APPROVER = '- { name: wei, key: ssh-ed25519 AAAA... }';
const MAKE_KEY = '用 ssh-keygen -t ed25519 生成密钥，其 .pub 文件中有这一行';

/** Why a text is not a public key that Refit accepts. */
function keyFault(fault: KeyFault): { readonly message: string; readonly fix: string } {
  switch (fault.kind) {
    case 'private':
      return { message: '这是私钥，只有所有者才能持有', fix: '使用 .pub 文件中的那一行' };
    case 'other-algorithm':
      return { message: `这是 ${fault.algorithm} 密钥，而 Refit 只接受 Ed25519 和通行密钥`, fix: MAKE_KEY };
    case 'no-key':
      return { message: '既不是 Ed25519 公钥，也不是通行密钥', fix: MAKE_KEY };
    case 'changed':
      return { message: '该行被截断或被改动', fix: '复制 .pub 文件中的整行' };
    case 'bad-pem':
      return { message: 'PEM 文本不是公钥，或被截断', fix: MAKE_KEY };
    default:
      return passkeyFault(fault);
  }
}

/** Why Refit does not accept the name of a person. @param fault null: it is not text. */
function nameFault(fault: NameFault | null): string {
  switch (fault?.kind) {
    case undefined:
      return '必须是文本';
    case 'characters':
      return '只能包含字母、数字和 . _ @ + -，最多 64 个字符，与计划的 owner 相同';
    case 'invisible':
      return `包含不可见字符 ${fault.code}`;
    case 'other-script':
      return '包含不常用文字的字母';
    case 'mixed-scripts':
      return `混用了 ${fault.scripts.join(' 和 ')} 的字母，它们外形相似`;
  }
}

const made = (authors: readonly string[]): string =>
  authors.length === 0 ? '' : `：${authors.join('、')} 制定了计划，不能审批`;

const whoMay = (may: readonly string[]): string =>
  may.length === 0 ? '没有人可以审批' : `只有 ${may.join('、')} 可以审批`;

const planOrWave = (wave: string | null): string => (wave === null ? '计划' : `批次 ${wave}`);

export const approvals: TranslationOf<typeof english> = {
  'approval.not-listed': ({ by, others }) => ({
    message: `${by} 不是此计划的审批人；审批人：${others}`,
    fix: `请其中一位审批：${others}`,
  }),
  'approval.own-plan': ({ by, others }) => ({
    message: `计划由 ${by} 制定，因此 ${by} 不能审批`,
    fix: `请其中一位审批：${others}`,
  }),
  'approval.with-ssh-key': ({ by }) => ({
    message: `${by} 使用 SSH 密钥审批`,
    fix: '在终端中运行 refit approve SAVED --key FILE',
  }),
  'approval.no-approvers': ({ from, file, problem }) => ({
    message: `approvals.from 为 ${from}，但 ${file} ${problem === 'empty' ? '是空文件' : `无法读取${problem === null ? '' : `：${problem.refused}`}`}`,
    example: `在 ${file} 中：${APPROVER}`,
  }),
  'approval.too-few-in-file': ({ need, file, may, authors }) => ({
    message: `approvals.need 为 ${need}，但 ${file} 的审批人中${whoMay(may)}${made(authors)}`,
    fix: `在 ${file} 中增加审批人，或减小 need`,
  }),
  'approval.too-few-in-run': ({ need, may, authors, command }) => ({
    message: `与其运行一样，计划需要 ${need} 份审批，但${whoMay(may)}${made(authors)}`,
    fix: `${command}   由非审批人运行此命令`,
  }),
  'approval.not-a-list': () => ({
    message: '文件必须是姓名及其密钥的列表',
    example: APPROVER,
  }),
  'approval.too-many-approvers': ({ approvers, limit }) => ({
    message: `文件中有 ${approvers} 位审批人，超过 ${limit} 位`,
    fix: `最多保留 ${limit} 位审批人`,
  }),
  'approval.not-an-approver': () => ({
    message: '审批人必须有姓名和密钥',
    example: APPROVER,
  }),
  'approval.not-yaml': () => ({
    message: '文件不是 Refit 能读取的 YAML',
    example: APPROVER,
  }),
  'approval.name-cut-off': () => ({
    message: '姓名在 # 处结束：# 前面有空格，因此该行其余部分是注释',
    fix: '给姓名加引号，或在 # 后面加空格',
  }),
  'approval.unknown-key': () => ({
    message: '审批人只有 name 和 key',
    example: APPROVER,
  }),
  'approval.missing-key': ({ key }) => ({
    message: `审批人缺少 ${key}`,
    example: APPROVER,
  }),
  'approval.bad-name': ({ fault }) => ({
    message: `审批人的姓名无效：${nameFault(fault)}`,
    example: 'name: wei',
  }),
  'approval.bad-person': ({ name, fault }) => `姓名 ${name} 无效：${nameFault(fault)}`,
  'approval.bad-key': ({ number, fault }) => {
    const { message, ...remedy } =
      fault === null ? { message: '不是文本', example: APPROVER } : keyFault(fault);
    return { message: `第 ${number} 位审批人的密钥无效：${message}`, ...remedy };
  },
  'approval.same-name': ({ number, other }) => ({
    message: `第 ${number} 位审批人与第 ${other} 位审批人同名`,
    fix: '为每位审批人使用不同的姓名',
  }),
  'approval.similar-name': ({ number, other }) => ({
    message: `第 ${number} 位和第 ${other} 位审批人的姓名外形相似，容易混淆`,
    fix: '为每位审批人使用不会混淆的姓名',
  }),
  'approval.same-key': ({ number, other }) => ({
    message: `第 ${number} 位审批人与第 ${other} 位审批人的密钥相同`,
    fix: '为每位审批人使用各自的密钥',
  }),

  'approval.not-json': () => '不是 JSON',
  'approval.other-format': ({ found, format }) => `格式为 ${found}；此版本的 refit 读取 ${format}`,
  'approval.not-an-approval': () => '不是此格式的审批',
  'approval.not-a-signature': () => '不是运行日志的签名',
  'approval.not-a-plan-signature': () => '不是计划制定人的签名',
  'approval.bytes-changed': ({ command }) => `内容被改动：其字节与 ${command} 写入的不同`,
  'approval.bad-signing-key': ({ fault }) => `其密钥无效：${keyFault(fault).message}`,
  'approval.head-forged': () => '伪造或被改动：签名与其密钥和内容不符',

  'approval.unknown-signer': ({ key }) => `使用 ${key} 签名，而该密钥不属于此计划的审批人`,
  'approval.forged': ({ name }) => `伪造或被改动：其内容的签名不是 ${name} 所签`,
  'approval.other-plan': ({ digest, planDigest }) =>
    `审批的是另一个计划（${digest.slice(0, 8)}，而不是 ${planDigest.slice(0, 8)}）：计划改动后需要重新审批`,
  'approval.other-wave': ({ found, wave }) => `审批的是${planOrWave(found)}，而不是${planOrWave(wave)}`,
  'approval.other-name': ({ by, name }) => `署名为 ${by}，但使用 ${name} 的密钥签名`,
  'approval.not-their-key': ({ by, key }) => `署名为 ${by}，但 ${key} 不是 ${by} 的密钥`,
  'approval.key-not-listed': ({ key, file }) => `使用 ${key} 签名，而 ${file} 中没有该密钥`,
  'approval.signs-other-plan': ({ digest, planDigest }) =>
    `签名的是另一个计划（${digest.slice(0, 8)}，而不是 ${planDigest.slice(0, 8)}）`,
  'approval.by-author': ({ by }) => `${by} 制定了计划，不能审批该计划`,
  'approval.from-future': ({ issuedAt, now }) =>
    `签发时间 ${issuedAt} 晚于当前时间 ${now}：请检查审批人的时钟`,
  'approval.too-long': ({ valid, limit }) =>
    `有效期为 ${duration(valid)}，而审批的有效期最长为 ${duration(limit)}`,
  'approval.expires-before-start': ({ hours, start, expires }) => ({
    message: `审批默认有效 ${hours}h，而运行最早可以在 ${start} 开始`,
    fix: `审批时使用 --expires ${expires}`,
  }),
  'approval.expired': ({ expiresAt, now }) => `已于 ${expiresAt} 过期；当前时间 ${now}`,
  'approval.second-by-same': ({ by }) => `这是 ${by} 的第二份审批：每位审批人只计一次`,
  'approval.missing': ({ wave, digest, need, have, missing }) => {
    const left = need - have.length;
    const who = missing.length === left ? missing.join('、') : `${missing.join('、')} 中的 ${left} 位`;
    return `${planOrWave(wave)}（${digest.slice(0, 8)}）需要 ${need} 份审批，已有 ${have.length} 份（${have.join('、') || '无'}）；尚缺：${who}`;
  },
  'approval.does-not-count': ({ file, reason }, say) => `${file} 不计入：${say(reason)}`,
};
