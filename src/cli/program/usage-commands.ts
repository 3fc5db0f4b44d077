/** The commands of the history of use. */
import { type CommandRow, rowsOf } from '../command-row.ts';
import {
  ALL,
  argument,
  INVENTORY,
  LANGUAGE,
  option,
  PRICE,
  printing,
  STORE,
  TEXT_OR_JSON,
} from './shared-options.ts';

export const USAGE_COMMANDS: readonly CommandRow[] = rowsOf({
  'usage collect': {
    summary: 'read how much instances are used, and keep it',
    options: [
      option('--select <condition>', 'as for refit init; if repeated, all must match', { repeats: true }),
      option('--days <n>', 'days that the history covers, 1 to 186 (default: 28)'),
      option('--max-calls <n>', 'stop before more calls of GetMonitorData, which may be billed'),
      STORE,
      TEXT_OR_JSON,
    ],
    examples: [
      'refit usage collect --region ap-guangzhou',
      'refit usage collect --select tags.env=prod --days 93 --max-calls 20000',
    ],
    load: async () => (await import('../commands/usage/collect.ts')).usageCollect,
  },
  'usage show': {
    summary: 'show how much an instance was used over time',
    arguments: [argument('<instance>', 'id of an instance', { kind: 'anything' })],
    options: [
      option('--over <duration>', 'time up to now, such as 14d (default) or 90d'),
      option('--metric <names>', 'metrics, separated by commas (default: all)', {
        completes: { kind: 'anything' },
      }),
      LANGUAGE,
      STORE,
      ...printing('usage'),
    ],
    examples: [
      'refit usage show crs-5qlrlhux',
      'refit usage show crs-5qlrlhux --over 90d --metric memory,fullestShard --format csv',
      'refit usage show crs-5qlrlhux --write html=usage.html',
    ],
    load: async () => (await import('../commands/usage/show.ts')).usageShow,
  },
  recommend: {
    summary: 'say which instances should change, by the history of use',
    options: [
      option('--select <condition>', 'as for refit init; if repeated, all must match', { repeats: true }),
      option('--sizing <file>', 'rules: how full instances may be; - is stdin (default: those of the docs)', {
        dash: true,
        completes: { kind: 'files', words: ['yaml', 'yml'] },
      }),
      INVENTORY('take the instances from this file instead of the provider'),
      option('-o, --out <plan>', 'write a plan with the advised sizes to this file; - is stdout', {
        writes: true,
        dash: true,
      }),
      option('--force', 'overwrite the plan'),
      option(
        '--backtest <duration>',
        'replay the rules over the history, such as 60d: what would have come of them',
      ),
      option('--explain <instance>', 'where each number about an instance comes from', {
        completes: { kind: 'anything' },
      }),
      PRICE,
      option('--max-calls <n>', 'most calls for facts about instances that would change (default: 2000)'),
      STORE,
      ALL,
      ...printing('review'),
      LANGUAGE,
    ],
    examples: [
      'refit recommend --sizing sizing.yaml --backtest 60d',
      'refit recommend --sizing sizing.yaml --price -o rightsizing.yaml',
      'refit recommend --inventory fleet.json --write html=sizes.html',
    ],
    load: async () => (await import('../commands/usage/recommend.ts')).recommend,
  },
});
