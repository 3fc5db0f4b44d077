/** The rules without a sizing file. docs/rightsizing.md explains each default and names its source. */
import type { Sizing, SizingRules } from '../model.ts';
import { DAY } from '../units.ts';

export const DEFAULT_RULES: SizingRules = {
  over: 28 * DAY,
  horizon: 14 * DAY,
  memory: { growAt: 80, fit: 65, statistic: 'max' },
  cpu: { growAt: 90, fit: 60, statistic: 'p95' },
  connections: { growAt: 85, fit: 70, statistic: 'max' },
  bandwidth: { growAt: 90, fit: 70, statistic: 'p95' },
  grow: { history: 2 * DAY, holds: 30 * DAY },
  shrink: { allow: true, history: 14 * DAY, found: 90, cooldown: 14 * DAY, holds: 30 * DAY, saves: 10 },
  fewerShards: false,
  fewerReplicas: false,
  caches: 'keep',
  uneven: 1.5,
};

export const DEFAULT_SIZING: Sizing = {
  file: null,
  rules: DEFAULT_RULES,
  classes: [],
  leaveAlone: [],
  mustHold: [],
  pricePerGigabyte: null,
};
