/** `refit recommend --backtest`: replays the sizing file over the history, and judges what the file demands of that. */
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { Backtest } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { type BacktestOptions, backtestFleet } from '../../../operations/recommend/backtest-fleet.ts';
import { parseDuration } from '../../../plan/parse/quantity.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { renderBacktest } from '../../../report/recommend/render-backtest.ts';
import type { RecommendationFormat } from '../../../report/recommend/render-recommendations.ts';
import { DAY } from '../../../units.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import { progressBar } from '../../progress-bar.ts';
import type { Terminal } from '../../terminal.ts';

/** Days of a backtest that only `mustHold` asks for. */
const DAYS = 60;
/** The history keeps hours for 400 days, and the advice of the first day needs some of them. */
const MOST = 360;

/** The days of `--backtest`; null: not asked for. @throws RefitError `usage` */
export function backtestDaysFrom({ backtest }: Options): number | null {
  if (backtest === undefined) return null;
  const days = (parseDuration(backtest) ?? 0) / DAY;
  if (Number.isInteger(days) && days >= 1 && days <= MOST) return days;
  throw new RefitError(
    'usage',
    `--backtest ${escapeControls(backtest)}: not a number of days from 1d to ${MOST}d`,
    '--backtest 60d',
  );
}

/** Replays, with progress. @param days null: as many as `mustHold` needs. @throws RefitError as `backtestFleet` */
export async function replay(
  options: Omit<BacktestOptions, 'days' | 'onProgress'>,
  days: number | null,
  terminal: Terminal,
): Promise<Backtest> {
  const bar = progressBar(terminal);
  try {
    return await backtestFleet({ ...options, days: days ?? DAYS, onProgress: bar.show });
  } finally {
    bar.clear();
  }
}

/** Prints a replay in the formats of the command. */
export async function showBacktest(result: Backtest, options: Options, terminal: Terminal): Promise<void> {
  const words = await wordsFrom(options);
  await emit<RecommendationFormat>(terminal, options, (format, screen) =>
    renderBacktest(result, format, { ...screen, words }),
  );
}

/** Refuses to write a plan that the sizing file does not want. @throws RefitError `guard-refused` */
export function mustHold({ mustHold: demands, days, sizing }: Backtest, options: Options): void {
  const failed = demands.filter(({ holds }) => !holds);
  if (failed.length === 0) return;
  const file = sizing === null ? '' : ` --sizing ${shellQuote(sizing)}`;
  const command = withConnectionOptions(`refit recommend${file} --backtest ${days}d`, options);
  throw refitError('guard-refused', message('error.must-hold', { failed, days, command }));
}
