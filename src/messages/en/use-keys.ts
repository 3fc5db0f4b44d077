/** Figures of use as plans write them. No sentence is here, because every language loads it. */
import type { UseFigure } from '../../model.ts';
import { DAY, HOUR } from '../../units.ts';

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

/** A lookback as an author writes it: `14d`, `36h`. @param ms milliseconds. */
export const asWritten = (ms: number): string =>
  ms % DAY === 0 ? `${ms / DAY}d` : `${Math.round(ms / HOUR)}h`;
