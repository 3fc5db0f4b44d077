/** Selectors of plans by the history of use, in English. */
import type { UseCondition, UseFigure } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { counted, duration } from '../quantities.ts';

/** The key of a selector for each figure. */
export const USE_KEYS = {
  memory: 'used',
  cpu: 'cpu',
  connections: 'connections',
  bandwidth: 'bandwidth',
  evictions: 'evictions',
} as const satisfies Record<UseFigure['of'], string>;

/** A value of a figure: percent, or a count. */
export const useValue = (of: UseFigure['of'], value: number): string =>
  of === 'evictions' ? String(value) : `${value}%`;

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

export const byUse = {
  'plan-check.use-without-condition': ({ key }: { key: string }): Text => ({
    message: `${key} is about a condition on use, and the selector has none`,
    example: `used: "> 80%" beside ${key}`,
  }),
  'plan-check.statistic-of-evictions': (): Text => ({
    message: 'evictions are always summed, so statistic changes nothing here',
    fix: 'remove statistic',
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
  'target.none-by-use': ({ others }: { others: number }): Text =>
    `no instance has the use that the selector asks for; ${counted(others, 'instance')} ${others === 1 ? 'meets' : 'meet'} its other conditions`,
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
