/** What Refit says about the text of a plan, a policy or a list of people, in Chinese. */

import type { planText as english, Part } from '../../en/plan/plan-text.ts';
import type { TranslationOf } from '../../text.ts';
import { characterName } from '../names.ts';
import { titleText } from '../schema-titles.ts';

/** A value as the author wrote it, or its kind when it is too long to show. */
type Shown = { readonly text: string } | { readonly kind: 'empty' | 'list' | 'map' };

const KINDS = { empty: '空', list: '列表', map: '一组键' } as const;

const shown = (value: Shown): string => ('text' in value ? value.text : KINDS[value.kind]);

const WHOLE = {
  plan: { name: '计划', keys: 'name: 和 targets:' },
  policy: { name: '策略', keys: 'limit:' },
  people: { name: '人员文件', keys: 'issuer: 和 clientId:' },
  sizing: { name: '规格规则文件', keys: 'memory:' },
} as const;

/** The part of a text in words: `shards`, `allow 的一项`, `计划`. */
export const nameOf = ({ whole, key, entry }: Part): string =>
  key === null ? WHOLE[whole ?? 'plan'].name : entry ? `${key} 的一项` : key;

/** The text without spaces between two Chinese words. */
const tidy = (text: string): string => text.replace(/(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g, '');

/** A fix when Refit knows the value, else an example. */
const suggest = (certain: boolean, text: string) => (certain ? { fix: text } : { example: text });

const either = (all: readonly string[]): string => all.join('，或 ');

const ADVICE = {
  indent: '用空格使该行与同级的键对齐',
  quote: '给值加引号，或删除多余的部分',
  entries: '用逗号分隔各项，并闭合每个括号',
  tag: '删除标签；如果值是文本，请加引号',
  depth: '最多使用八层嵌套，不需要更多',
  once: '保留两者之一',
} as const;

export const planText: TranslationOf<typeof english> = {
  'plan-text.too-large': ({ bytes, limit }) => ({
    message: `文件有 ${bytes} 字节；Refit 最多读取 ${limit} 字节`,
    fix: '使用选择器代替逐个列出实例，或将计划拆分为两个',
  }),
  'plan-text.utf16': ({ command }) => ({
    message: '文件是 UTF-16 编码，必须为 UTF-8',
    fix: command,
  }),
  'plan-text.not-utf8': ({ line, command }) => ({
    message: `第 ${line} 行不是 UTF-8 编码`,
    fix: command,
  }),
  'plan-text.binary': ({ byte }) => ({
    message: `文件是二进制文件：第 ${byte} 字节为零`,
    fix: '请指定 YAML 文件；封存计划和归档文件都不是',
  }),
  'plan-text.control-character': ({ character }) => ({
    message: `文本包含 YAML 不允许的控制字符 ${character}`,
    fix: '删除该字符；如果文件是二进制文件，请指定 YAML 文件',
  }),
  'plan-text.empty': ({ example }) => ({
    message: '文件为空',
    example,
  }),

  'plan-text.yaml': ({ text, advice }) => ({ message: text, fix: ADVICE[advice] }),
  'plan-text.second-document': () => ({
    message: '文件包含第二个 YAML 文档；Refit 只读取一个',
    fix: '在 --- 行处拆分文件',
  }),
  'plan-text.second-key-on-line': () => ({
    message: '该行有第二个键',
    fix: '将第二个键另起一行，或给值加引号',
  }),
  'plan-text.cannot-start-with': ({ character }) => ({
    message: `值不能以 ${character} 开头`,
    fix: '删除该字符，或给值加引号',
  }),
  'plan-text.needs-quotes': ({ value }) => ({
    message: `以 ${value[0]} 开头的值需要加引号`,
    fix: JSON.stringify(value),
  }),
  'plan-text.quotes-not-closed': ({ quote }) => ({
    message: `此处开始的 ${quote} 没有闭合`,
    fix: '在同一行闭合引号',
  }),
  'plan-text.tab': ({ more, command }) => ({
    message: `该行使用制表符缩进${more > 0 ? `，之后还有 ${more} 行` : ''}；YAML 使用空格缩进`,
    fix: command,
  }),
  'plan-text.yaml-version': () => ({
    message: 'Refit 读取 YAML 1.2；其他版本对同一文本的解读不同',
    fix: '%YAML 1.2',
  }),
  'plan-text.tag': ({ tag }) => ({
    message: `Refit 不读取标签 ${tag}：请使用普通数据`,
    fix: ADVICE.tag,
  }),
  'plan-text.too-tangled': () => ({
    message: '文本嵌套过深，无法读取',
    fix: ADVICE.depth,
  }),
  'plan-text.too-deep': ({ limit }) => ({
    message: `文本嵌套超过 ${limit} 层`,
    fix: ADVICE.depth,
  }),
  'plan-text.too-many-values': ({ limit }) => ({
    message: `文本包含超过 ${limit} 个值`,
    fix: '按标签选择实例，或将计划拆分为两个',
  }),
  'plan-text.too-many-aliases': ({ limit }) => ({
    message: `文本使用别名超过 ${limit} 次，包括别名中的别名`,
    fix: '直接写出这些值，或按标签选择实例',
  }),
  'plan-text.unknown-anchor': ({ alias, value }) => ({
    message: `${alias} 引用锚点，但其上方没有同名锚点`,
    fix: `作为文本：${JSON.stringify(value)}`,
  }),
  'plan-text.contains-itself': ({ alias }) => ({
    message: `${alias} 包含自身`,
    fix: '直接写出这些值',
  }),
  'plan-text.key-is-not-text': () => ({
    message: '键必须是普通文本',
    example: 'name: value',
  }),
  'plan-text.forbidden-key': ({ key }) => ({
    message: `任何位置都不允许使用键 ${key}`,
    fix: '删除该键',
  }),
  'plan-text.merge-key': () => ({
    message: 'YAML 1.2 没有合并键 <<',
    fix: '直接写出这些键',
  }),
  'plan-text.duplicate-key': ({ key, line }) => ({
    message: `键 ${key} 出现了两次，第一次在第 ${line} 行`,
    fix: ADVICE.once,
  }),

  'plan-text.unknown-key': ({ part, title, key, odd, meant, home, known }) => ({
    message: `${title === null ? nameOf(part) : titleText(title)} 中有未知的键 ${key}${odd === null ? '' : `，其中包含 ${odd.code}（${characterName(odd.name)}）`}`,
    fix:
      meant !== null
        ? `您是否想用 ${meant}${home === null ? '' : home === '' ? '，位于计划的顶层' : `，位于 ${home} 之下`}？`
        : odd !== null
          ? `替换 ${odd.code}`
          : home === null
            ? `删除该键；已知的键：${known.join('、')}`
            : home === ''
              ? '将其移到计划的顶层'
              : `将其移到 ${home} 之下`,
  }),
  'plan-text.missing-key': ({ part, key, value, certain }) => ({
    message: `${part.entry ? `${part.key} 的此项` : nameOf(part)} 缺少键 ${key}`,
    ...suggest(certain, `${key}: ${value}`),
  }),
  'plan-text.needs-other-key': ({ key, needs }) => ({
    message: `${key} 只能与 ${needs} 一起使用`,
    fix: `删除 ${key}，或添加 ${needs}`,
  }),
  'plan-text.one-key-only': ({ part, keys }) => ({
    message: `${nameOf(part)} 同时有 ${keys.join(' 和 ')}，只能使用一个`,
    fix: `只保留 ${keys.join(' 和 ')} 之一`,
  }),
  'plan-text.no-key-of': ({ part, keys, value, certain }) => ({
    message: `${nameOf(part)} 中没有 ${keys.join('、')} 中的任何一个`,
    ...suggest(certain, `${keys[0]}: ${value}`),
  }),
  'plan-text.target-without-instance': ({ value }) => ({
    message: '目标没有实例，也没有选择器',
    example: `instance: ${value}`,
  }),
  'plan-text.target-without-size': ({ value }) => ({
    message: '目标没有规格：缺少 memoryPerShard、shards 或 replicas',
    example: `memoryPerShard: ${value}`,
  }),
  'plan-text.target-with-both': () => ({
    message: '目标同时有实例和选择器',
    fix: '只保留 instance 和 select 之一',
  }),
  'plan-text.relative-size-empty': () => ({
    message: '相对规格需要 grow、atLeast 或 fit',
    example: 'grow: 25%',
  }),
  'plan-text.at-most-alone': ({ atMost }) => ({
    message: '相对规格需要 grow、atLeast 或 fit；单独的 atMost 不会缩小规格',
    fix: `memoryPerShard: ${atMost}`,
  }),
  'plan-text.empty-selector': () => ({
    message: '选择器为空；如需选择全部实例，请写 all: true',
    example: 'select: { tags: { env: [prod] } }，选择全部实例则为 { all: true }',
  }),
  'plan-text.empty-exclude': () => ({
    message: 'exclude 下的选择器为空，会排除所有实例',
    fix: '删除该选择器',
  }),
  'plan-text.version': ({ part, value, versions }) => ({
    message: `${nameOf({ ...part, key: null })}的 version 为 ${shown(value)}；此版本的 refit 读取：${versions.join('、')}`,
    fix: `version: ${versions.at(-1)}`,
  }),
  'plan-text.not-a-map': ({ part, value, example }) => ({
    message: tidy(
      `${nameOf(part)} 为 ${shown(value)}；必须是带值的键，例如 ${WHOLE[part.whole ?? 'plan'].keys}`,
    ),
    ...('kind' in value && value.kind === 'list' && part.whole === undefined
      ? { fix: '将列表放在 targets: 之下，与 version: 1 和 name: 同级' }
      : { example }),
  }),

  'plan-text.too-long': ({ part, limit }) => ({
    message: `${nameOf(part)} 超过 ${limit} 个字符`,
    fix: `缩短到 ${limit} 个字符以内`,
  }),
  'plan-text.too-many': ({ part, limit, entries }) => ({
    message: `${nameOf(part)} 有 ${entries} 项，计划在此处最多允许 ${limit} 项`,
    fix: `保留 ${limit} 项，或使用多个计划`,
  }),
  'plan-text.bad-value': ({ part, problem, value, expected, odd, fix, example }) => {
    const values = 'values' in expected ? expected.values : [];
    const isLong = values.length > MANY;
    const wanted = isLong
      ? `${values.length} 个名称之一`
      : 'title' in expected
        ? titleText(expected.title)
        : 'kind' in expected
          ? { list: '列表', map: '带值的键' }[expected.kind]
          : `${values.slice(0, -1).join('、')}${values.length > 1 ? ' 或 ' : ''}${values.at(-1)}`;
    const state = problem === 'missing' ? '没有值' : problem === 'empty' ? '为空' : `为 ${shown(value)}`;
    const labelled = (text: string) => (part.entry ? text : `${part.key}: ${text}`);
    const named = odd === null ? '' : `，其中包含 ${odd.code}（${characterName(odd.name)}）`;
    const message = tidy(`${nameOf(part)} ${state}${named}；必须为 ${wanted}`);
    if (fix.length > 0) return { message, fix: either(fix.map(labelled)) };
    const text = isLong ? `以下之一：${values.join('、')}` : example;
    return { message, ...suggest(isLong || values.length === 1, labelled(text)) };
  },
};

/** A longer list of allowed values is in the fix, not in the message. */
const MANY = 6;
