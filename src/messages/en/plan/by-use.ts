/** Selectors and sizes of plans by the history of use, in English. */
import type { Dimension, KnownFigure, Resource, Size, UseCondition, UseFigure } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { count } from '../format-size.ts';
import { counted, duration, memory, size as wholeSize } from '../quantities.ts';
import { USE_KEYS, useValue } from '../use-keys.ts';

/** A condition with the figure that it compares. */
export interface ComparedUse extends Omit<UseCondition, 'value'> {
  readonly value: number;
  readonly limit: number;
}

/** An instance whose use is not known, with the hours that have a value. */
export interface UnknownUse {
  readonly id: string;
  readonly found: number;
  /** Null: its history was not read. */
  readonly hours: number | null;
}

/** Instances that a message names. */
const MOST_IDS = 5;

const named = (instances: readonly UnknownUse[]): string =>
  instances
    .slice(0, MOST_IDS)
    .map(({ id, found, hours }) => (hours === null ? id : `${id} (${found} of ${hours} hours)`))
    .join(', ') + (instances.length > MOST_IDS ? ', …' : '');

/** What a size is made from. */
const USE_NAMES = {
  memory: 'memory in use',
  cpu: 'CPU',
  connections: 'connections',
  bandwidth: 'traffic',
  evictions: 'evictions',
} as const satisfies Record<UseFigure['of'], string>;

/** A size by the history of use, with its arithmetic. */
export interface FitsUse extends Omit<KnownFigure, 'of'> {
  readonly of: Resource;
  readonly dimension: Dimension;
  readonly fit: number;
  /** The least value that fits: MB per shard, or a number. */
  readonly needed: number;
  /** The size that the figure refers to. */
  readonly size: Size;
  /** The shards after the change. */
  readonly shards: number;
}

export const byUse = {
  'plan-check.use-without-condition': ({ key }: { key: string }): Text => ({
    message: `${key} is about a condition on use, and the selector has none`,
    example: `used: "> 80%" beside ${key}`,
  }),
  'plan-check.statistic-of-evictions': (): Text => ({
    message: 'evictions are always summed, so statistic changes nothing here',
    fix: 'remove statistic',
  }),
  'plan-check.fit-with-grow': (): Text => ({
    message:
      'fit and grow contradict each other: fit says how large the size must be, and grow how much larger',
    fix: 'remove one of the two',
  }),
  'plan-check.fit-with-used': ({ written }: { written: string }): Text => ({
    message: `atLeast is ${written}, but beside fit it takes a size`,
    example: 'atLeast: 4GB',
  }),
  'plan-check.no-number-fits': ({ atLeast, atMost }: { atLeast: number; atMost: number }): Text => ({
    message: `no number is at least ${atLeast} and at most ${atMost}`,
    fix: `atMost: ${atLeast}`,
  }),
  'plan-check.both-by-memory': (): Text => ({
    message: 'memoryPerShard and shards both follow from the memory in use, and each needs the other',
    fix: 'give one of the two as a number',
  }),
  'plan-check.lookback': ({ written, longest }: { written: string; longest: number }): Text => ({
    message: `over is ${written}; it must be 1d to ${longest}d`,
    example: 'over: 14d',
  }),
  'plan-check.use-decides-nothing': ({
    key,
    written,
    always,
  }: {
    key: string;
    written: string;
    always: boolean;
  }): Text => ({
    message: `${key} is ${JSON.stringify(written)}, which is true of ${always ? 'every' : 'no'} instance`,
    example: key === 'evictions' ? 'evictions: "> 0"' : `${key}: "> 80%"`,
  }),
  'selector.use-differs': ({ of, statistic, over, value, operator, limit }: ComparedUse): Text =>
    `${USE_KEYS[of]}: the ${statistic} of the last ${duration(over)} is ${useValue(of, value)}, not ${operator} ${useValue(of, limit)}`,
  'selector.use-unknown': ({
    of,
    over,
    found,
    hours,
  }: Pick<UseFigure, 'of' | 'over' | 'found'> & { hours: number | null }): Text =>
    hours === null
      ? `${USE_KEYS[of]}: its history of use was not read`
      : `${USE_KEYS[of]}: ${found} of the ${hours} hours of the last ${duration(over)} have a value, and 90% are needed`,
  'target.use-unknown-selected': ({
    instances,
    all,
    excluded,
    command,
  }: {
    /** The first of them. */
    instances: readonly UnknownUse[];
    all: number;
    /** Whether an exclusion could not be decided. */
    excluded: boolean;
    command: string;
  }): Text => ({
    message: `${excluded ? 'exclude' : 'the selector'} cannot decide about ${counted(all, 'instance')}, which Refit leaves out: too few hours of use are known; ${named(instances)}${all > instances.length && instances.length <= MOST_IDS ? ', …' : ''}`,
    fix: command,
  }),
  'target.use-unknown': ({
    id,
    dimension,
    of,
    over,
    found,
    hours,
    command,
  }: UnknownUse & Pick<UseFigure, 'of' | 'over'> & { dimension: Dimension; command: string }): Text => ({
    message: `${id}: ${dimension} needs the ${USE_NAMES[of]} of the last ${duration(over)}, and ${
      hours === null ? 'its history of use was not read' : `only ${found} of ${hours} hours are known`
    }`,
    fix: command,
  }),
  'target.no-replica-reads': ({ id }: { id: string }): Text => ({
    message: `${id}: replicas by cpu help only where replicas serve reads, and those of this instance do not`,
  }),
  'target.none-by-use': ({ others }: { others: number }): Text => ({
    message: `no instance has the use that the selector asks for; ${counted(others, 'instance')} ${others === 1 ? 'meets' : 'meet'} its other conditions`,
    fix: 'nothing to do; refit explain INSTANCE PLAN shows the use of an instance',
  }),
  'reason.fits-use': ({
    dimension,
    of,
    statistic,
    over,
    value,
    found,
    hours,
    fit,
    needed,
    size,
    shards,
  }: FitsUse): string => {
    const fullest = size.shards === 1 ? '' : ' in the fullest shard';
    const where = of === 'memory' ? ` of ${memory(size.memoryPerShard)}${fullest}` : '';
    const split =
      shards === size.shards || dimension !== 'memoryPerShard'
        ? ''
        : `, spread over ${count(shards, 'shard')}`;
    return `${USE_NAMES[of]} within ${fit}%: the ${statistic} of ${duration(over)} is ${value}%${where} (${found} of ${hours} hours) at ${wholeSize(size)}${split}, so at least ${dimension === 'memoryPerShard' ? memory(needed) : count(needed, dimension === 'shards' ? 'shard' : 'replica')}`;
  },
  'reason.selected-by-use': ({
    of,
    statistic,
    over,
    value,
    operator,
    limit,
    found,
    hours,
  }: ComparedUse & Pick<UseFigure, 'found' | 'hours'>): string =>
    `selected because ${USE_KEYS[of]} is ${operator} ${useValue(of, limit)}: the ${statistic} of ${duration(over)} is ${useValue(of, value)} (${found} of ${hours} hours)`,
};
