/** Why Refit refuses to approve, to decline, or to start without that, in Chinese. */
import type { Message } from '../../../model.ts';
import type { approvalErrors as english, Undone } from '../../en/errors/approvals.ts';
import type { Say, TranslationOf } from '../../text.ts';
import { duration } from '../quantities.ts';

const listed = (reasons: readonly Message[], say: Say): string => reasons.map((one) => say(one)).join('；');

const UNDONE: Readonly<Record<Undone, string>> = {
  ordered: '未下任何订单',
  submitted: '未提交任何内容',
  signed: '未签署任何内容',
};

export const approvalErrors: TranslationOf<typeof english> = {
  'error.not-signed': ({ missing, fix }, say) => ({
    message: `未获审批：${listed(missing, say)}`,
    fix: say(fix),
  }),
  'error.declined': ({ missing, fix }, say) => ({
    message: `${listed(missing, say)}；未提交任何内容`,
    fix: say(fix),
  }),
  'error.policy-refuses': ({ reasons, undone }, say) => ({
    message: `${listed(reasons, say)}；${UNDONE[undone]}`,
    fix: reasons[0] === undefined ? '' : say.fix(reasons[0]),
  }),
  'error.policy-invalid': ({ at, reason, more, command }, say) => {
    const { message, fix, example } = say.whole(reason);
    return {
      message: `策略无效：${at}${message}${more > 0 ? `（另有 ${more} 项）` : ''}；未执行任何操作`,
      fix: fix ?? example ?? `${command} 会显示所有检查结果`,
    };
  },
  'fix.command': ({ command }) => command,
  'fix.approve': ({ command, people, serve }) => {
    if (command === null) return `${serve}   让他们各自在 Web 控制台中审批，然后再次执行 apply`;
    const typed = `${command}   让他们各自执行此命令，并把文件放在封存计划旁边，然后再次执行 apply`;
    return people.length === 0 ? typed : `${typed}；${people.join('、')} 在 Web 控制台中审批：${serve}`;
  },
  'fix.withdraw': ({ command, by, isSigned }) =>
    `${command}   如果该理由已不成立，由 ${by} ${isSigned ? '用同一密钥' : ''}执行此命令；也可修改计划后重新制定`,
  'fix.remove-damaged': () => '查看所述文件；如果它不是否决，请将其删除，或重新制定计划',
  'error.no-approval-needed': ({ file }) => ({
    message: `${file}：该计划不需要审批`,
    fix: '如需审批，在计划中添加 approvals: { need: 1, from: approvers.yaml }，然后重新制定计划',
  }),
  'error.wave-without-approval': ({ file, wave, isThere, near, fix }) => {
    const meant = near === null ? '' : `；您是否想输入 ${near}？`;
    return {
      message: `${file}：${isThere ? `批次 ${wave} 不需要单独审批` : `没有批次 ${wave}${meant}`}`,
      fix,
    };
  },
  'error.approval-too-long': ({ valid, most, isOfPolicy, longest }) => ({
    message: `审批有效期为 ${duration(valid)}，最长为 ${duration(most)}${isOfPolicy ? '（策略的 limit.approvalExpiry）' : ''}`,
    fix: `--expires ${longest}`,
  }),
  'error.approval-hours': () => ({ message: '审批有效期为 1 至 168 小时', fix: '选择 24 小时' }),
  'error.nothing-to-withdraw': ({ file, command }) => ({
    message: `${file}：该计划没有生效的否决，因此没有可撤回的内容`,
    fix: `${command}   显示计划的否决`,
  }),
  'error.no-reason': () => ({ message: '没有填写理由', fix: '填写理由，例如：批次 2 涉及大促实例' }),
  'error.long-reason': ({ length, most }) => ({
    message: `理由有 ${length} 个字符，超过 ${most} 个`,
    fix: '缩短理由，或写明包含完整理由的工单',
  }),
  'error.other-declined': ({ by, login, authors, command }) => {
    const who = authors.map((one) =>
      one.key !== null
        ? `${one.by}（密钥 ${one.key}）`
        : one.login === null
          ? one.by
          : `${one.by}（登录名 ${one.login}）`,
    );
    return {
      message: `${by}${login === null ? '' : `（登录名 ${login}）`}没有否决该计划；只有否决者本人能撤回：${who.join('；')}`,
      fix: `${command}   由否决者本人执行`,
    };
  },
  'error.plan-expired': ({ expiresAt, now, command }) => ({
    message: `封存计划已于 ${expiresAt} 过期；当前时间 ${now}`,
    fix: `${command}   按当前实例重新制定计划`,
  }),
  'error.sealed-later': ({ sealedAt, now, command }) => ({
    message: `封存计划的封存时间 ${sealedAt} 晚于当前时间（${now}）`,
    fix: `如果这台机器的时钟正确：${command}`,
  }),
};
