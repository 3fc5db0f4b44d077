/** What Refit says about the policy of the person who applies, in Chinese. */
import type { Comparison, Money, PolicyAmount, PolicyList } from '../../../model.ts';
import type { policy as english } from '../../en/plan/policy.ts';
import type { TranslationOf } from '../../text.ts';
import { demandsText, inDays } from '../names.ts';
import { duration } from '../quantities.ts';

/** At most this many entries of a list are shown. */
const MOST_SHOWN = 8;

const listed = (all: readonly string[]): string =>
  all.length <= MOST_SHOWN ? all.join('、') : `${all.slice(0, MOST_SHOWN).join('、')} 等 ${all.length} 项`;

const LISTS: Readonly<Record<PolicyList, string>> = {
  profiles: '配置档',
  regions: '地域',
  endpoints: '接入点',
  hooks: '程序',
  hosts: '主机',
};

const amount = (of: PolicyAmount, value: number): string => {
  switch (of) {
    case 'instances':
      return `${value} 个实例`;
    case 'requestsPerSecond':
      return `每秒 ${value} 次请求`;
    case 'inFlight':
    case 'inFlightInRegion':
      return `${value} 个并发变更`;
    case 'planExpiry':
    case 'approvalExpiry':
      return duration(value);
  }
};

type Limit = Pick<Comparison, 'operator'> & Money;

const sum = ({ operator, amount: value, currency }: Limit): string => `${operator} ${value} ${currency}`;

const people = (names: readonly string[]): string => (names.length === 0 ? '无' : listed(names));

const approvedBy = (have: readonly string[]): string =>
  have.length === 0 ? '尚无人审批' : `只有 ${people(have)} 已审批`;
const APPROVE = 'refit approve SAVED   每位审批人各自运行此命令，并将文件放在封存计划旁边';
const IN_CONSOLE = 'refit serve --plans FOLDER   每位审批人在此控制台审批';

export const policy: TranslationOf<typeof english> = {
  'people.empty': ({ example }) => ({
    message: '人员文件为空；它至少要写明身份提供方、客户端和角色',
    example,
  }),
  'policy.empty': ({ example }) => ({
    message: '策略为空；没有规则的策略也至少要有 version',
    example,
  }),
  'policy.verb': () => '接受策略检查',
  'policy.in-force': ({ policy: named }) => `策略：${named}`,
  'policy.rule': ({ rule: { key, demands } }) => `${key}：${demandsText(demands)}`,
  'policy.verdict': ({ status, later }) =>
    ({
      met: `计划符合策略${later === 0 ? '' : `（就目前所知）：apply 还会检查 ${later} 条规则`}`,
      refused: '策略拒绝该计划',
      unsigned: '计划符合策略，但缺少签名',
    })[status],
  'policy.stated': ({ at, reason }, say) => ({
    message: `${at}：${say(reason)}`,
    fix: say.fix(reason),
  }),
  'policy.not-allowed': ({ of, allowed, used }) => ({
    message: `策略${allowed.length === 0 ? `不允许任何${LISTS[of]}` : `只允许这些${LISTS[of]}：${listed(allowed)}`}；计划使用了 ${listed(used)}`,
    fix: `从计划中去掉 ${used[0]}，或请策略维护人将其加入 allow.${of}`,
  }),
  'policy.address-in-environment': ({ names }) => `只有执行计划的机器知道 ${listed(names)} 中的地址`,
  'policy.endpoint-later': () => '只有建立连接的命令知道接入点',
  'policy.private-address': ({ hosts }) => ({
    message: `策略不允许 Webhook 和门禁使用私网地址；计划使用了 ${listed(hosts)}`,
    fix: `从计划中去掉 ${hosts[0]}，或使用公网可达的地址`,
  }),
  'policy.limit': ({ of, most, value }) =>
    `策略最多允许 ${amount(of, most)}，计划为 ${amount(of, value)}（limit.${of}）`,
  'policy.cost': ({ most, total }) =>
    `策略允许的费用为 ${sum(most)}，报价合计 ${total} ${most.currency}，不计退款`,
  'policy.cost-unknown': ({ most, step }) => ({
    message: `策略允许的费用为 ${sum(most)}，而 ${step} 以 ${most.currency} 计的价格未知`,
    fix: 'refit plan PLAN --price -o SAVED',
  }),
  'policy.too-old': ({ most, age }) => ({
    message: `策略允许的封存计划最多为 ${duration(most)}前，而此计划已封存 ${duration(age)}`,
    fix: 'refit plan PLAN -o SAVED',
  }),
  'policy.sealed-later': ({ sealedAt, now }) => ({
    message: `计划记录的封存时间为 ${sealedAt}，而当前时间为 ${now}：无法确定其存在时长`,
    fix: 'refit plan PLAN -o SAVED',
  }),
  'policy.windows': ({ moment, utc, timezone, has }) => ({
    message: `策略不允许步骤在 ${inDays(moment)} ${timezone}（${utc}）开始，而${has ? '计划的时间窗此时是开启的' : '计划没有时间窗'}`,
    fix: '将策略的时间窗和封网期加入计划的 windows，然后重新制定计划',
  }),
  'policy.approvals': ({ need, from, have, missing, rejected, maybe, byPasskey = false }, say) => ({
    message: [
      `策略${maybe ? '可能要求' : '要求'} ${from} 中的 ${need} 份审批，${approvedBy(have)}；尚缺：${people(missing)}`,
      ...rejected.map((one) => say(one)),
    ].join('；'),
    fix: byPasskey ? IN_CONSOLE : APPROVE,
  }),
  'policy.approval-expiry': ({ need, most, have, missing, rejected }, say) => ({
    message: [
      `计划要求 ${need} 份审批，策略不计入有效期超过 ${duration(most)}的审批，${approvedBy(have)}；尚缺：${people(missing)}`,
      ...rejected.map((one) => say(one)),
    ].join('；'),
    fix: APPROVE,
  }),
  'policy.planners-with-passkeys': ({ need, from, may }) => ({
    message: `plannedBy 要求 ${need} 位计划制定人，但只有 SSH 密钥能签名计划，而 ${from} 中${may.length === 0 ? '没有人有 SSH 密钥' : `只有 ${people(may)} 有 SSH 密钥`}`,
    fix: `在 ${from} 中加入计划制定人的 SSH 密钥，或使用另一个列表`,
  }),
  'policy.planner': ({ need, from, have, missing }) => ({
    message: `策略要求 ${from} 中 ${need} 位计划制定人的签名，${have.length === 0 ? '尚无人签名' : `只有 ${people(have)} 已签名`}；可以签名的人：${people(missing)}`,
    fix: 'refit plan PLAN --sign KEY -o SAVED',
  }),
};
