/** What Refit says about a plan that it made from a run, or from a saved plan, in Chinese. */
import type { SavedWindows } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import type { planFromRun as english } from '../../en/plan/plan-from-run.ts';
import type { TranslationOf } from '../../text.ts';

type Windows = Pick<SavedWindows, 'allow' | 'freeze' | 'timezone'> & { readonly calendars: number };

/** `时间窗 Tue-Thu 01:00-05:00，封网期 2026-11-10，2 个日历（Asia/Shanghai）` */
function formatWindows({ allow, freeze, calendars, timezone }: Windows): string {
  const parts = [
    ...(allow.length > 0 ? [`时间窗 ${allow.join('、')}`] : []),
    ...(freeze.length > 0 ? [`封网期 ${freeze.join('、')}`] : []),
    ...(calendars > 0 ? [`${calendars} 个日历`] : []),
  ];
  return `${parts.join('，')}（${timezone}）`;
}

export const planFromRun: TranslationOf<typeof english> = {
  'from-run.origin': ({ kind, run, targets, shrinks, digest, head, command }) => {
    const does =
      kind === 'rollback'
        ? `回滚运行 ${run} 中已验证的变更（${targets} 个实例）；其中包含 shrink: allow，因为扩容的回滚会缩小实例`
        : `重试运行 ${run} 未完成的变更（${targets} 个实例）${shrinks ? '；其中包含 shrink: allow，因为该运行缩小了实例' : ''}`;
    return {
      message: `此计划${does}。该运行执行的封存计划为 ${digest.slice(0, 8)}，其运行日志的头哈希为 ${head}`,
      fix: command,
    };
  },
  'from-run.not-trusted': ({ run, reason }, say) => ({
    message: `${say(reason)}：运行 ${run} 的结果和规格以其目录中的内容为准`,
    fix: '将每个实例变更前后的规格与您掌握的实例信息进行比对',
  }),
  'from-run.unfinished': ({ run }) => ({
    message: `运行 ${run} 尚未结束：再次运行相同的 apply 会继续该运行`,
    fix: `执行此计划后不要继续该运行；或改为继续该运行：refit apply ${shellQuote(`${run}/plan.json`)} --run-dir ${shellQuote(run)}`,
  }),
  'from-run.windows-kept': ({ windows, calendars, command }) => {
    const known = calendars.map(
      ({ file, knownUntil }) => `；${file} 沿用该运行封存时的内容，有效至 ${knownUntil}`,
    );
    return {
      message: `与该运行一样，此计划遵守 ${formatWindows(windows)}${known.join('')}`,
      fix: `${command}   如果无法等待`,
    };
  },
  'from-run.windows-ignored': ({ windows, maintenance, kind, run }) => {
    const ignored = [
      ...(windows ? [formatWindows(windows)] : []),
      ...(maintenance ? ['实例的维护时间窗'] : []),
    ];
    return {
      message: `此计划可以随时开始，并忽略该运行遵守的限制：${ignored.join('；')}`,
      fix: `refit ${kind === 'retry' ? 'retry' : 'rollback'} ${shellQuote(run)} -o SAVED   遵守这些限制`,
    };
  },
  'saved-plan.expired': ({ expiresAt, command }) => ({
    message: `已于 ${expiresAt} 过期：不能再开始运行`,
    fix: command,
  }),
  'saved-plan.expires-before-start': ({ expiresAt, start, days }) => ({
    message: `封存计划于 ${expiresAt} 过期，早于运行可以开始的时间 ${start}`,
    fix: `expires: ${days}d`,
  }),
  'saved-plan.prices-offline': ({ source }) => `--price 需要访问云平台，而此计划根据 ${source} 离线制定`,
};
