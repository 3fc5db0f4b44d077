/** Whether this user's state knows a run, in Chinese. */
import type { trust as english } from '../../en/run/trust.ts';
import type { TranslationOf } from '../../text.ts';

export const trust: TranslationOf<typeof english> = {
  'trust.unknown': () => '此用户的状态中没有该运行',
  'trust.elsewhere': ({ directory, at }) => `此用户的状态记录了该计划的运行位于 ${directory}，自 ${at} 起`,
  'trust.behind': ({ ends, seen }) =>
    `运行日志止于第 ${ends} 条记录，但此用户的状态见过第 ${seen} 条记录：日志被截断，或从旧副本恢复`,
  'trust.extended': ({ ends, seen }) =>
    `运行日志止于第 ${ends} 条记录，但此用户的上一个进程止于第 ${seen} 条记录：有人添加了之后的记录`,
  'trust.changed': ({ seen }) => `运行日志的第 ${seen} 条记录与此用户的状态见过的不同：日志被替换`,
  'trust.restored': ({ generation }) =>
    `数据库从备份恢复（当前为第 ${generation} 代），因此可能缺少该运行较新的记录`,
  'trust.report-ahead': ({ head }) => `报告的头哈希 ${head.slice(0, 8)} 不在运行日志中：缺少记录`,
  'trust.earlier-step-not-executed': ({ step }) => `${step} 在前且未验证，因此没有对此步骤下单`,
};
