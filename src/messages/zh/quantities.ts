/** Formats quantities in Chinese. Digits, units of memory, money and times look as in English: `8 GB`, `¥412.00`. */
import type {
  Change,
  MaintenanceWindow,
  NodeChange,
  PriceSum,
  Quote,
  RunProcess,
  Size,
} from '../../model.ts';
import * as english from '../en/quantities.ts';
import type { Noun, Quantities } from '../quantities.ts';
import { endedName } from './names.ts';

const { between, count, instant, memory, money, nodes, timeOfDay } = english;

/** What is counted, with its measure word. */
const NOUNS: Readonly<Record<Noun, string>> = {
  'blocked target': '个被阻断的目标',
  call: '次调用',
  entry: '条记录',
  error: '个错误',
  group: '个分组',
  instance: '个实例',
  'more code': '个其他错误码',
  note: '个提示',
  'prepaid step': '个包年包月步骤',
  rollback: '个回滚',
  run: '次运行',
  step: '个步骤',
  warning: '个警告',
};

/** `12 个步骤` */
function counted(value: number, noun: Noun): string {
  return `${count(value)} ${NOUNS[noun]}`;
}

function join(parts: readonly (string | false | null | undefined)[], separator = '；'): string {
  return english.join(parts, separator);
}

/** `8 GB × 3 分片 × 2 副本` */
export function size(value: Size): string {
  const parts = [memory(value.memoryPerShard)];
  if (value.shards !== 1) parts.push(`${count(value.shards)} 分片`);
  if (value.replicas !== 0) parts.push(`${count(value.replicas)} 副本`);
  return parts.join(' × ');
}

/** An edition keeps its name; `类型 10（未知）` for a type code that this version does not know. */
export function editionText({ edition, type }: Parameters<typeof english.editionText>[0]): string {
  if (edition !== 'unrecognised') return edition;
  return type < 0 ? '无类型（未知）' : `类型 ${type}（未知）`;
}

/** The name of a dimension beside its values. In sentences about a plan file, the key stays. */
const DIMENSIONS = { memoryPerShard: '内存', shards: '分片数', replicas: '副本数' } as const;

/** `内存 4 GB → 8 GB × 3 分片` */
export function change({ dimension, from, to }: Change, after: Size, added?: NodeChange): string {
  const word = DIMENSIONS[dimension];
  if (dimension === 'replicas')
    return `${word} ${count(from)} → ${count(to)}${added ? `${describeNodeChange(added)}` : ''}`;
  if (dimension === 'shards')
    return `${word} ${count(from)} → ${count(to)} × ${memory(after.memoryPerShard)}`;
  const shards = after.shards === 1 ? '' : ` × ${count(after.shards)} 分片`;
  return `${word} ${memory(from)} → ${memory(to)}${shards}`;
}

function describeNodeChange(one: NodeChange): string {
  const zoneText = ({ code, number }: { code: string; number: number }) =>
    code === String(number) ? code : `${code}（${number}）`;
  return one.kind === 'add'
    ? `，新增于 ${one.zones.map(zoneText).join('、')}`
    : `，移除 ${one.nodes.map(({ id, zone }) => `${zoneText(zone)} 的 ${id}`).join('、')}`;
}

/** `03:00-06:00（北京时间）` */
export function hours({ from, to }: MaintenanceWindow): string {
  return `${from}-${to}（北京时间）`;
}

function windows(all: readonly MaintenanceWindow[]): string {
  const text = english.windows(all);
  return text === '' ? '' : `${text.replace(/, Beijing time$/, '')}，北京时间`;
}

export function amounts(sums: Parameters<typeof english.amounts>[0]): string {
  return sums.map(({ amount, currency }) => money(amount, currency)).join('、');
}

/** `+¥412.00（一次性）`, `每小时 ¥0.8763，估算` */
export function quote({ amount, currency, basis, estimated }: PriceSum & Pick<Quote, 'estimated'>): string {
  const mark = estimated ? '，估算' : '';
  if (basis === 'hourly') return `每小时 ${money(amount, currency)}${mark}`;
  return `${amount > 0 ? '+' : ''}${money(amount, currency)}（一次性）${mark}`;
}

function quotes(sums: readonly PriceSum[]): string {
  return sums.map((one) => quote(one)).join('、');
}

/** `850 毫秒`, `14 秒`, `3 分 12 秒`, `1 小时 5 分钟`, `2 天 3 小时`: the two largest units. */
export function duration(ms: number): string {
  if (ms === 0) return '0 秒';
  const units = { ms: '毫秒', d: '天', h: '小时', m: '分', s: '秒' } as const;
  const text = english.duration(ms).replace(/[a-z]+/g, (unit) => units[unit as keyof typeof units]);
  return text.endsWith(units.m) ? `${text}钟` : text;
}

/** `17:00:00 至 18:00:00` */
function fromTo(from: string, to: string | null): string {
  return english.fromTo(from, to).replace(' to ', ' 至 ');
}

function describeProcess({ purpose, tookOverFrom, stopped }: RunProcess): string {
  return join([
    purpose === 'reconcile' && '核对：只读取，不下单',
    describeTakeover(tookOverFrom),
    stopped && `${instant(stopped.at)} ${endedName(stopped.because)}：${stopped.message}`,
  ]);
}

function describeTakeover(from: NonNullable<RunProcess['tookOverFrom']> = []): string {
  if (from.length === 0) return '';
  return `接管自 ${from.map(({ pid, host, purpose }) => `${host} 上的进程 ${pid}（${purpose}）`).join('、')}`;
}

/** Every quantity of a page. */
export const quantities: Quantities = {
  amounts,
  between,
  change,
  count,
  counted,
  describeProcess,
  describeTakeover,
  duration,
  editionText,
  fromTo,
  hours,
  instant,
  join,
  memory,
  money,
  nodes,
  quote,
  quotes,
  size,
  timeOfDay,
  windows,
};
