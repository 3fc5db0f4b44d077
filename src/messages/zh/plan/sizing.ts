/** What Refit says about a sizing file, in Chinese. */
import type { sizing as english } from '../../en/plan/sizing.ts';
import { asWritten } from '../../en/use-keys.ts';
import type { TranslationOf } from '../../text.ts';

export const sizing: TranslationOf<typeof english> = {
  'sizing.empty': ({ example }) => ({
    message: '规格规则文件为空；只用默认值的文件也至少要有 version',
    example,
  }),
  'sizing.fit-not-below': ({ resource, fit, growAt }) => ({
    message: `${resource}：fit 为 ${fit}%，growAt 为 ${growAt}%；新规格一开始就达到上限，又得再次变更`,
    example: `${resource}: { growAt: 80%, fit: 65% }`,
  }),
  'sizing.fit-too-high': ({ fit, most }) => ({
    message: `memory：fit 为 ${fit}%；云平台要求缩小后的规格至少为已用内存的 1.3 倍，即 ${most}%`,
    example: 'memory: { fit: 65% }',
  }),
  'sizing.time-out-of-range': ({ key, value, least, most }) => ({
    message: `${key} 为 ${asWritten(value)}，${least === 0 ? `最多 ${asWritten(most)}` : `取值范围为 ${asWritten(least)} 至 ${asWritten(most)}`}`,
    example: `${key}: 14d`,
  }),
  'sizing.history-too-long': ({ history, over }) => ({
    message: `history 为 ${asWritten(history)}，而只有 ${asWritten(over)} 计入（over）`,
    fix: `over: ${asWritten(history)}`,
  }),
  'sizing.holds-too-short': ({ holds, horizon }) => ({
    message: `holds 为 ${asWritten(holds)}，而 Refit 向前看 ${asWritten(horizon)}（horizon）：新规格又得再次变更`,
    fix: `holds: ${asWritten(horizon)}`,
  }),
  'sizing.class-never-counts': ({ name, earlier }) => ({
    message: `类别 ${name} 永远不起作用：类别 ${earlier} 先选中了它的实例`,
    fix: `将 ${name} 放在 ${earlier} 之前，或删除它`,
  }),
  'sizing.use-in-select': ({ key }) => ({
    message: `${key} 是用量条件，而此文件的规则正是关于用量的：每个峰值都会使实例换用另一套规则`,
    fix: `删除 ${key}`,
  }),
  'sizing.never-holds': ({ figure, operator, value }) => ({
    message: `${figure} 永远不会 ${operator} ${value}${figure === 'changes' ? '' : '%'}，因此不会写出任何计划`,
    example: `${figure}: "< ${figure === 'changes' ? '1' : '0.1%'}"`,
  }),
};
