/** Findings about waves and spread, in Chinese. */
import type { waves as english } from '../../en/plan/waves.ts';
import type { TranslationOf } from '../../text.ts';

export const waves: TranslationOf<typeof english> = {
  'wave.from-matches-none': ({ wave, planned }) => ({
    message: `批次 ${wave} 没有实例：其 from 不匹配 ${planned} 个计划变更实例中的任何一个`,
    fix: removeWave(wave),
  }),
  'wave.none-left': ({ wave, matching }) => ({
    message: `批次 ${wave} 没有实例：之前的批次已取走全部 ${matching} 个实例`,
    fix: removeWave(wave),
  }),
  'wave.rest-added': ({ wave, instances }) => ({
    message: `各批次没有取走的实例有 ${instances} 个；由最后一个批次 ${wave} 取走`,
    fix: `- { name: ${wave}, take: rest }`,
  }),
  'wave.soak-without-effect': ({ wave }) => ({
    message: `${wave} 之后没有批次，其观察期不起作用`,
    fix: `删除批次 ${wave} 的 soak`,
  }),
  'spread.tag-missing': ({ tag, without, instances, first }) => ({
    message: `${instances} 个实例中有 ${without} 个没有 tags.${tag}（${first.join('、')}${without > first.length ? ' 等' : ''}）：spread 不限制这些实例`,
    fix: `为这些实例添加标签 ${tag}，然后重新制定计划`,
  }),
};

function removeWave(wave: string): string {
  return `删除批次 ${wave}，或让其他批次少取一些实例`;
}
