/** What Refit says about text that people mistype, in Chinese. */
import type { Part } from '../../en/plan/plan-text.ts';
import type { typed as english } from '../../en/plan/typed.ts';
import type { TranslationOf } from '../../text.ts';
import { characterName } from '../names.ts';
import { nameOf } from './plan-text.ts';

const labelled = ({ entry, key }: Part, value: string): string => (entry ? value : `${key}: ${value}`);

const either = (all: readonly string[]): string => all.join('，或 ');

/** The files that Refit itself writes. */
const FILES: Readonly<Record<string, string>> = {
  'a saved plan': '封存计划',
  'an inventory': '资源清单',
  'a report': '报告',
};

export const typed: TranslationOf<typeof english> = {
  'typed.conflict-marker': ({ marker, more }) => ({
    message: `该行是未完成合并的冲突标记 ${marker}${more > 0 ? `，之后还有 ${more} 个` : ''}`,
    fix: '保留一侧的内容，并删除所有以 <<<<<<<、=======、||||||| 或 >>>>>>> 开头的行',
  }),
  'typed.odd-character': ({ odd, line }) => ({
    message: `该行包含 ${odd.code}（${characterName(odd.name)}），YAML 将其视为文本`,
    fix: line ?? `替换 ${odd.code}`,
  }),
  'typed.hidden-character': ({ part, odd, value, escaped }) => ({
    message: `${nameOf(part)} 包含 ${odd.code}（${characterName(odd.name)}）`,
    fix: `${labelled(part, value)}；如果确实需要该字符：${labelled(part, escaped)}`,
  }),
  'typed.ambiguous-number': ({ part, written, relative, values }) => ({
    message: `${nameOf(part)} 为 ${written}，${
      relative
        ? `看起来是相对值，可能表示增加 ${values.at(-1)}，也可能表示等于 ${values.at(-1)}`
        : values.length > 1
          ? `可能表示 ${values.join(' 或 ')}`
          : `并非所有程序都将其读作 ${values[0]}`
    }`,
    fix: either(values.map((value) => labelled(part, value))),
  }),
  'typed.small-number': ({ part, written, fix }) => ({
    message: `${nameOf(part)} 为 ${written}，表示 ${written} MB；云平台售卖的最小规格为 256MB`,
    fix: labelled(part, fix),
  }),
  'typed.hidden-comment': ({ part, value, whole }) => ({
    message: `${nameOf(part)} 为 ${value}：# 前面有空格，因此该行其余部分是注释`,
    fix: `${labelled(part, whole)}；如果是注释，请在 # 后面加空格`,
  }),
  'typed.comment-hides-bracket': ({ bracket, value }) => ({
    message: `# 前面有空格，因此该行其余部分是注释；其中的 ${bracket} 不起闭合作用`,
    fix: value,
  }),
  'typed.only-comment': ({ part, whole }) => ({
    message: `${nameOf(part)} 没有值：# 前面有空格，因此该行其余部分是注释`,
    fix: labelled(part, whole),
  }),
  'typed.only-anchor': ({ part, whole }) => ({
    message: `${nameOf(part)} 没有值：& 表示锚点，用于命名一个值`,
    fix: labelled(part, whole),
  }),
  'typed.indentation': ({ column, wanted, like, line }) => ({
    message: `该行从第 ${column} 列开始，而同级的行从第 ${wanted} 列开始，例如第 ${line} 行${like === null ? '' : `的 ${like}`}`,
    fix: `从第 ${wanted} 列开始，前面${wanted === 1 ? '没有空格' : `有 ${wanted - 1} 个空格`}`,
  }),
  'typed.no-space-after-colon': ({ line }) => ({
    message: '键后面的冒号之后需要空格',
    fix: line,
  }),
  'typed.equals-sign': ({ line }) => ({
    message: '键与值之间用冒号分隔，而不是等号',
    fix: line,
  }),
  'typed.no-space-after-dash': ({ line }) => ({
    message: '列表项的短横线之后需要空格',
    fix: line,
  }),
  'typed.bullet': ({ bullet, line }) => ({
    message: `列表项以短横线开头，而不是 ${bullet}`,
    fix: line,
  }),
  'typed.code-fence': () => ({
    message: '该行是 Markdown 的代码围栏，不是 YAML',
    fix: '删除以 ``` 开头的行',
  }),
  'typed.slashes': ({ line }) => ({
    message: 'YAML 的注释以 # 开头',
    fix: line,
  }),
  'typed.missing-comma': ({ between }) => ({
    message: '括号中的各项之间需要逗号',
    fix: between,
  }),
  'typed.never-closed': ({ bracket, closing }) => ({
    message: `此处开始的 ${bracket} 没有闭合`,
    fix: `用 ${closing} 闭合`,
  }),
  'typed.text-after-quote': ({ value }) => ({
    message: '右引号之后还有文本',
    fix: value,
  }),
  'typed.backslash': ({ pair, value }) => ({
    message: `${pair} 不是 YAML 的转义序列；在双引号中，反斜杠需要写两个`,
    fix: value,
  }),
  'typed.other-file': ({ what, command }) => ({
    message: `文件是${FILES[what] ?? ` ${what}`}，不是计划`,
    fix: command,
  }),
  'typed.region': ({ part, region, meant }) => ({
    message: `${nameOf(part)} 为 ${region}，此版本的 refit 不认识该地域；您是否想用 ${meant}？`,
    fix: labelled(part, meant),
  }),
};
