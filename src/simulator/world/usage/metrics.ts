/**
 * The metrics of an instance. Names, units and meanings: docs/provider.md P114, P204 and P206. The numbers are invented, and
 * believable together: load drives CPU, traffic and connections, and evictions need a full instance.
 */

import { bandwidthOf, clientLimitOf } from '../limits-of-size.ts';
import { chanceAt } from '../random.ts';
import type { Sample } from './memory.ts';
import { CELL, CELLS_IN_A_DAY } from './profile.ts';
import { loadParts } from './replica-reads.ts';

/** The statistics of a metric that the monitor product offers; the first one is that of `Values`. */
export type Statistic = 'avg' | 'max' | 'min' | 'sum';

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly statistics: readonly Statistic[];
  readonly en: string;
  readonly zh: string;
  /** The value in a cell of five minutes; of a count, the number in the whole cell. */
  readonly measure: (sample: Sample) => number;
}

/** Keys of a master that has `used` MB in use. */
export function keysIn(used: number): number {
  return Math.round(used * 900);
}

const GAUGE: readonly Statistic[] = ['avg', 'max', 'min'];
const PEAK: readonly Statistic[] = ['max'];
const COUNT: readonly Statistic[] = ['sum'];

type Row = readonly [string, string, readonly Statistic[], en: string, zh: string, Metric['measure']];

const percent = (value: number, of: number): number => (100 * value) / of;
/** A noise of at most 5 % that differs by metric and cell. */
const noisy = (value: number, { profile, cell }: Sample, metric: number): number =>
  value * (0.95 + 0.1 * chanceAt(profile.salt ^ metric, cell));

/**
 * CPU of the average node. Every shard has its own nodes, so more shards have less load each. Replicas share the reads if they
 * serve them.
 */
function cpu(sample: Sample): number {
  const { profile, shards, load, replicas } = sample;
  const parts = loadParts(profile, replicas).average / loadParts(profile, profile.replicas).average;
  return Math.min(100, noisy((profile.cpu * load * parts * profile.shards) / shards, sample, 0x637075));
}
function fullestCpu(sample: Sample): number {
  const { average, busiest } = loadParts(sample.profile, sample.replicas);
  return Math.min(100, (cpu(sample) * sample.profile.cpuSkew * busiest) / average);
}

const connectionLimit = (sample: Sample): number => clientLimitOf(sample);
function connections(sample: Sample): number {
  const open = noisy(sample.profile.connections * (0.6 + 0.4 * sample.load), sample, 0x636f6e);
  return Math.round(Math.min(connectionLimit(sample), open));
}

const limitOf = (sample: Sample): number => bandwidthOf(sample, sample.profile.readsFromReplicas);
/** Traffic that clients want, percent of the limit; the instance does not let more than 100 through. */
const wantedIn = (sample: Sample): number =>
  percent(noisy(sample.profile.inTraffic * sample.load, sample, 0x696e), limitOf(sample));
const wantedOut = (sample: Sample): number =>
  percent(noisy(sample.profile.outTraffic * sample.load, sample, 0x6f7574), limitOf(sample));
/** How often the instance slows traffic down in five minutes. Short peaks pass the limit a little below 100 %. */
const throttled = (wanted: number): number => (wanted <= 95 ? 0 : Math.ceil((wanted - 95) / 2));

const commands = (sample: Sample): number => noisy(sample.profile.commands * sample.load, sample, 0x636d64);
const writesInCell = (sample: Sample): number =>
  (commands(sample) * (1 - sample.profile.readShare) * CELL) / 1000;
/** The part of the writes that find no room. */
const homeless = ({ over, total }: Sample): number => (over === 0 ? 0 : over / (over + total));
const refused = (sample: Sample): number => Math.ceil(homeless(sample) * writesInCell(sample));
/** An ordinary day of a full cache would replace all keys once if nothing of what it needs had room. */
const evicted = (sample: Sample): number =>
  Math.ceil((homeless(sample) * keysIn(sample.total) * sample.load) / CELLS_IN_A_DAY);

const latency = (sample: Sample): number =>
  noisy(sample.profile.latency * (1 + 12 * (fullestCpu(sample) / 100) ** 4), sample, 0x6c61);
const hitsRatio = (sample: Sample): number =>
  Math.max(0, noisy(95, sample, 0x686974) - 60 * homeless(sample));

const ROWS: readonly Row[] = [
  ['MemUsed', 'MB', GAUGE, 'Memory in use', '内存使用量', ({ total }) => total],
  [
    'MemUtil',
    '%',
    GAUGE,
    'Memory in use, part of the total',
    '内存使用率',
    ({ total, memoryPerShard, shards }) => percent(total, memoryPerShard * shards),
  ],
  [
    'MemMaxUtil',
    '%',
    PEAK,
    'Memory in use of the fullest node',
    '节点最大内存使用率',
    ({ fullest, memoryPerShard }) => percent(fullest, memoryPerShard),
  ],
  ['CpuUtil', '%', GAUGE, 'CPU of the average node', 'CPU 使用率', cpu],
  ['CpuMaxUtil', '%', PEAK, 'CPU of the busiest node', '节点最大 CPU 使用率', fullestCpu],
  ['Keys', 'Count', GAUGE, 'Keys', 'Key 总个数', ({ total }) => keysIn(total)],
  ['Expired', 'Count', COUNT, 'Expired keys', 'Key 过期数', (at) => Math.round(0.05 * writesInCell(at))],
  ['Evicted', 'Count', COUNT, 'Evicted keys', 'Key 驱逐数', (at) => (at.profile.evicts ? evicted(at) : 0)],
  ['Connections', 'Count', GAUGE, 'Connections', '连接数量', connections],
  [
    'ConnectionsUtil',
    '%',
    GAUGE,
    'Connections, part of the limit',
    '连接使用率',
    (at) => percent(connections(at), connectionLimit(at)),
  ],
  [
    'InFlow',
    'Mb/s',
    GAUGE,
    'Incoming traffic',
    '入流量',
    (at) => 8 * (passed(wantedIn(at)) / 100) * limitOf(at),
  ],
  [
    'OutFlow',
    'Mb/s',
    GAUGE,
    'Outgoing traffic',
    '出流量',
    (at) => 8 * (passed(wantedOut(at)) / 100) * limitOf(at),
  ],
  [
    'InBandwidthUtil',
    '%',
    GAUGE,
    'Incoming traffic, part of the limit',
    '入流量使用率',
    (at) => passed(wantedIn(at)),
  ],
  [
    'OutBandwidthUtil',
    '%',
    GAUGE,
    'Outgoing traffic, part of the limit',
    '出流量使用率',
    (at) => passed(wantedOut(at)),
  ],
  [
    'InFlowLimit',
    'Count',
    COUNT,
    'Incoming traffic limited',
    '入流量限流触发',
    (at) => throttled(wantedIn(at)),
  ],
  [
    'OutFlowLimit',
    'Count',
    COUNT,
    'Outgoing traffic limited',
    '出流量限流触发',
    (at) => throttled(wantedOut(at)),
  ],
  ['LatencyAvg', 'ms', GAUGE, 'Average latency', '平均执行时延', latency],
  [
    'LatencyMax',
    'ms',
    PEAK,
    'Greatest latency',
    '最大执行时延',
    (at) => noisy(6 * latency(at), at, 0x6d6178),
  ],
  ['LatencyRead', 'ms', GAUGE, 'Average latency of reads', '读平均时延', (at) => 0.9 * latency(at)],
  ['LatencyWrite', 'ms', GAUGE, 'Average latency of writes', '写平均时延', (at) => 1.2 * latency(at)],
  ['Commands', 'Count/s', GAUGE, 'Commands in a second', '总请求', commands],
  ['CmdRead', 'Count/s', GAUGE, 'Reads in a second', '读请求', (at) => commands(at) * at.profile.readShare],
  [
    'CmdWrite',
    'Count/s',
    GAUGE,
    'Writes in a second',
    '写请求',
    (at) => commands(at) * (1 - at.profile.readShare),
  ],
  ['CmdErr', 'Count', COUNT, 'Failed commands', '执行错误', (at) => (at.profile.evicts ? 0 : refused(at))],
  ['CmdSlow', 'Count', COUNT, 'Slow commands', '慢查询', (at) => Math.floor(fullestCpu(at) / 20)],
  ['CmdHitsRatio', '%', GAUGE, 'Reads that find their key', '读请求命中率', hitsRatio],
];

function passed(wanted: number): number {
  return Math.min(100, wanted);
}

const named = (rows: readonly Row[]): ReadonlyMap<string, Metric> =>
  new Map(
    rows.map(([name, unit, statistics, en, zh, measure]) => [
      name,
      { name, unit, statistics, en, zh, measure },
    ]),
  );
const again = (name: string, older: string): Row => {
  const [, ...rest] = ROWS.find(([one]) => one === name)!;
  return [older, ...rest];
};

/** Metrics by namespace: the current one, and the one-minute namespace that it replaced (docs/provider.md P124). */
export const METRICS: ReadonlyMap<string, ReadonlyMap<string, Metric>> = new Map([
  ['QCE/REDIS_MEM', named(ROWS)],
  ['QCE/REDIS', named([again('MemUsed', 'StorageMin'), again('MemUtil', 'StorageUsMin')])],
]);
