/** Where the numbers of advice come from, and what it would have done in the past, in English. */
import type { Strategy } from '../../../model.ts';
import { counted } from '../quantities.ts';

export const proof = {
  days: (days: number): string => counted(days, 'day'),
  riskIs: (level: string, message: string): string => `${level}: ${message}`,
  history: 'history',
  explained: {
    kind: 'Refit explanation of a recommendation',
    title: 'Where the numbers come from',
    days: 'Days: the peak of 24 hours',
    daysNote: (shards: number): string =>
      `Peak = memory × (fullest shard ÷ memory share, at least 1) ÷ ${counted(shards, 'shard')}. MB of the fullest shard.`,
    pairs: 'Trend: differences between days',
    pairsNote: (trend: string, error: string): string =>
      `The trend is their median: ${trend} a day, known to ${error}. A falling trend counts as none.`,
    needs: 'Expected need',
    needsNote: 'Need = the peak that counts + the greatest believable trend × (age of the day + days ahead).',
    need: { horizon: 'within the horizon', grow: 'a grown size holds', shrink: 'a smaller size holds' },
    sizes: 'Sizes sold',
    sizesNote: (fit: string): string => `After a change, at most ${fit} of the memory of a shard is in use.`,
    is: { current: 'present size', advised: 'advised', blocked: 'advised without the obstacle' },
    tooSmall: (share: string, fit: string): string => `too small: ${share}, and ${fit} is allowed`,
    fits: 'fits, but a smaller one does too',
    fitsNot: 'would fit',
    loads: 'Other resources',
    load: (statistic: string, value: string, recent: string): string =>
      `${statistic} ${value}; ${recent} in the last 7 days`,
    evictions: 'Hours with evictions',
    resized: 'Changes of size',
    rules: 'Rules that counted',
    rulesOf: (name: string | null): string =>
      name === null ? 'The rules for all instances.' : `The rules of the class ${name}.`,
  },
  backtest: {
    kind: 'Refit backtest',
    title: 'What the sizing rules would have done',
    word: 'BACKTEST',
    held: 'HOLDS',
    failed: 'DOES NOT HOLD',
    sentence: (instances: number, days: number): string =>
      `${counted(instances, 'instance')}, ${counted(days, 'day')}`,
    strategies: 'Strategies compared',
    strategiesNote:
      'Shares are of all hours of all instances. Saved is billed memory that the present sizes would have cost more.',
    names: {
      advice: 'the advice, taken each day',
      never: 'never change',
      'last-peak': 'last peak × 1.3',
      percentile: 'p95 + 15%',
      hindsight: 'hindsight, same rules',
      'hindsight-90': 'hindsight, 90%',
    } satisfies Record<Strategy, string>,
    exceeded: (rows: number): string => `${counted(rows, 'instance')} above 90% with the advice`,
    never: 'never changed',
    mustHold: 'What must hold',
    holds: 'holds',
    holdsNot: 'does not hold',
    chart: 'Billed memory by strategy, GB-days',
    known: (share: string): string => `${share} of the hours have a value`,
    withoutHistory: (instances: number): string =>
      `${counted(instances, 'instance')} without history: in no figure`,
    atLeast: (hours: number): string =>
      `in ${counted(hours, 'hour')} the memory was full, so the need was at least that`,
    saved: (share: string, money: string | null): string => (money === null ? share : `${share}, ${money}`),
    facts: { span: 'span', data: 'data', rules: 'rules' },
    defaults: 'default rules',
  },
};
