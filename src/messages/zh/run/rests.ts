/** What a run that rests waits for, in Chinese. */
import type { rests as english, wakes as englishWakes } from '../../en/run/rests.ts';
import type { TranslationOf } from '../../text.ts';
import { pauserName } from '../names.ts';

export const rests: TranslationOf<typeof english> = {
  'rest.soak': ({ wave }) => `批次 ${wave} 之后的观察期`,
  'rest.metric': ({ wave, metric }) => `批次 ${wave} 之后门禁判断 ${metric} 的时段`,
  'rest.paused': ({ since, by }) => `自 ${since} 起由${pauserName(by)}暂停；refit continue RUN 可继续`,
  'rest.approval': ({ wave, missing }, say) =>
    `批次 ${wave} 等待审批：${missing.map((one) => say(one)).join('；')}`,
  'rest.window': () => '执行中的所有变更都在等待实例的维护时间窗',
  'rest.handed-over': () => '其工作进程停止，由另一个继续',
};

/** How a run goes on that no process carries out, in Chinese. */
export const wakes: TranslationOf<typeof englishWakes> = {
  'wake.starts': () => '尚未开始',
  'wake.died': () => '上一个进程已终止，或已移交运行',
  'wake.aborted': () => '操作员已中止；refit apply RUN 可继续',
  'wake.window': ({ at }) => `下一个时间窗于 ${at} 开启`,
  'wake.no-window': () => '一年内没有时间窗开启',
  'wake.expires': ({ at }) => `封存计划在时间窗开启之前过期（${at}）：请制定新计划`,
  'wake.not-approved': () => '缺少审批，或有人否决：refit show RUN',
  'wake.unknown': () => '有未结束或结果未知的步骤；refit apply RUN 可继续',
  'wake.reconciled': () => '已有人核对；refit apply RUN 可继续',
  'wake.failed': ({ code, at }) => `其进程失败（${code}），另一个进程将于 ${at} 重试`,
  'wake.dies': ({ starts }) =>
    `连续 ${starts} 个进程没有进展就结束了（内存不足或崩溃），因此之后每次启动会等待更久`,
  'wake.refused': ({ code }) => `其进程被拒绝（${code}）；排除原因后，refit apply RUN 可继续`,
};
