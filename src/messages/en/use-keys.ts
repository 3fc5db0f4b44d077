/** Figures of use as plans write them. No sentence is here, because every language loads it. */
import type { UseFigure } from '../../model.ts';

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
