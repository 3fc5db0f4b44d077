/** The entries of the schedule log, in Chinese. `plan` is the file name of a plan, `due` an ISO 8601 time. */
import type { schedule as english } from '../../en/run/schedule.ts';
import type { TranslationOf } from '../../text.ts';
import { duration } from '../quantities.ts';

/** The meaning of an exit code for which Refit makes no further attempt. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  0: '完成',
  2: '有变更',
  3: '部分步骤未验证',
  4: '因阈值或门禁停止',
  5: '被规则或护栏拒绝',
  6: '封存计划或运行日志过时、被改动、已过期，或在别处执行',
  10: '有未知结果：refit reconcile',
  12: '没有凭证，或凭证被云平台拒绝',
  64: '用法错误',
  65: '计划文件无效',
  130: '因信号停止',
  143: '因信号或命令停止',
};

/** Why an attempt starts. */
const STARTS = {
  due: '开始',
  'caught-up': '补跑：触发时没有调度器在运行',
  requested: '应请求开始',
  continued: '继续',
  resumed: '继续上一个调度器未完成的工作',
} as const;

export const schedule: TranslationOf<typeof english> = {
  // Why an occurrence ended, or waits.
  'schedule.exited': ({ exitCode }) => EXIT_CODES[exitCode] ?? `命令以退出码 ${exitCode} 结束`,
  'schedule.failed-too-often': ({ failures }) => `连续失败 ${failures} 次`,
  'schedule.failed': () => '失败；Refit 会重试',
  'schedule.locked': () => '另一个进程持有锁；Refit 会重试',
  'schedule.no-window-left': () => '仍有未完成的工作，且不再有时间窗开启',
  'schedule.waits-for-window': () => '仍有未完成的工作；下一个时间窗开启时 Refit 会继续',
  'schedule.not-approved': () => '未获审批',
  'schedule.not-planned-by': ({ reason }, say) =>
    `${say(reason)}。调度器没有制定计划：请使用 --sign KEY 启动调度器，或提供由计划制定人签名的封存计划`,
  'schedule.waits-for-approval': () => '未获审批；Refit 会再次检查',
  'schedule.nothing-to-change': () => '没有需要变更的内容',
  'schedule.file-removed': () => '在 Refit 封存计划之前，其文件已被删除',
  'schedule.run-missing': ({ run }) => `存储库中没有其运行 ${run}`,
  'schedule.maybe-lost': () => '存储库已恢复，其计划之前可能已封存；请检查实例，然后重新制定计划',
  'schedule.attempt-failed': ({ error }) => error,
  'schedule.withdrawn': ({ isReplaced }) =>
    `已撤回：其文件被${isReplaced ? '替换' : '删除'}；请手动继续未完成的工作`,

  // Why nothing is done about a due time, or about a request.
  'schedule.file-name': () => ({
    message: '文件名不能用作目录名',
    fix: '重命名文件：只使用字母、数字、点、连字符和 _',
  }),
  'schedule.file-invalid': ({ line, reason, more, command }, say) => ({
    message: `${line === null ? '' : `第 ${line} 行：`}${reason === null ? '该文件不是计划' : say(reason)}${more > 0 ? `（另有 ${more} 项）` : ''}`,
    fix: `${command} 显示所有检查结果`,
  }),
  'schedule.expires-before-due': ({ expiresAt, due }) =>
    `它在 ${expiresAt} 过期，早于触发时间 ${due}：在计划中设置更长的 expires，然后重新制定计划`,
  'schedule.disabled': () => '计划已停用',
  'schedule.missed': () => '触发时没有调度器在运行，且 catchUp 为 skip',
  'schedule.restored': () => '存储库从备份恢复，可能丢失了已执行的记录；请检查实例',
  'schedule.on-record': () => '存储库中有此触发时间的记录，但其日志中没有对应记录',
  'schedule.missed-too-long': ({ late }) => `已错过 ${duration(late)}，超过 catchUpWithin 允许的时长`,
  'schedule.newer-due-time': () => '也错过了更新的触发时间；Refit 只补跑最新的一个',
  'schedule.in-progress': ({ due }) => `触发时间为 ${due} 的任务仍在执行`,
  'schedule.not-ended': ({ due, continuesAt }) =>
    `触发时间为 ${due} 的任务尚未结束：将于 ${continuesAt} 继续`,
  'schedule.starting': () => '已经在启动',
  'schedule.not-scheduled': () => '没有此名称的定时计划',

  // The entries, each in one line without its time.
  'schedule.entry-started': ({ user, host, pid }) => `由 ${user} 在 ${host} 启动，进程 ${pid}`,
  'schedule.entry-stopped': ({ exitCode }) => `已停止，退出码 ${exitCode}`,
  'schedule.entry-scheduled': ({ plan, schedule: when }) =>
    `${plan}：已设置定时：${when}；更早的触发时间不计`,
  'schedule.entry-removed': ({ plan, by }) =>
    by === null ? `${plan}：其文件已被删除` : `${plan}：由 ${by.user} 在 ${by.host} 删除`,
  'schedule.entry-put': ({ plan, by, from, sha256, replaces }) =>
    `${plan}：由 ${by.user} 在 ${by.host} ${replaces ? '替换' : '放入'}${from === 'folder' ? '，来自目录' : ''}，SHA-256 ${sha256.slice(0, 12)}`,
  'schedule.entry-switched': ({ plan, enabled, by }) =>
    `${plan}：由 ${by.user} 在 ${by.host} ${enabled ? '启用' : '停用'}`,
  'schedule.entry-restored': ({ generation, until }) =>
    `存储库已恢复，第 ${generation} 代：跳过 ${until} 之前的触发时间`,
  'schedule.entry-pruned': ({ entries, before, by }) =>
    `${by.user} 在 ${by.host} 删除了 ${before} 之前的 ${entries} 条记录`,
  'schedule.entry-submitted': ({ plan, due, run }) => `${plan}：已提交为运行 ${run}，触发时间 ${due}`,
  'schedule.entry-attempt-started': ({ plan, due, reason }) => `${plan}：${STARTS[reason]}，触发时间 ${due}`,
  'schedule.entry-skipped': ({ plan, due, count, cause }, say) =>
    `${plan}：${count === 1 ? `已跳过，触发时间 ${due}` : `截至 ${due} 已跳过 ${count} 次`}：${say(cause)}`,
  'schedule.entry-refused': ({ plan, due, cause }, say) => `${plan}：被拒绝，触发时间 ${due}：${say(cause)}`,
  'schedule.entry-postponed': ({ plan, due, cause, exitCode, continuesAt }, say) =>
    `${plan}：退出码 ${exitCode}，触发时间 ${due}：${say(cause)}，将于 ${continuesAt} 继续`,
  'schedule.entry-ended': ({ plan, due, cause, exitCode }, say) =>
    `${plan}：以退出码 ${exitCode} 结束，触发时间 ${due}：${say(cause)}`,
};
