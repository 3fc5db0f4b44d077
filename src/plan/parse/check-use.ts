/** Checks the conditions on use of selectors beyond the schema. It trusts nothing about their shape. */
import { message } from '../../messages/messages.ts';
import { DAY } from '../../units.ts';
import { USE_CONDITIONS } from './build-selector.ts';
import type { Report } from './check-times.ts';
import { parseComparison, parseDuration, parseShare, parseTimesUsed } from './quantity.ts';
import type { Path } from './read-yaml.ts';

/** The shortest and the longest history that a figure can be made from. Refit keeps hours no longer. */
export const [LEAST_LOOKBACK, MOST_LOOKBACK] = [DAY, 400 * DAY];

type Fields = Readonly<Record<string, unknown>>;

/** @param selector what the author wrote at the path. */
export function checkUse(selector: Fields, path: Path, report: Report): void {
  const written = Object.keys(USE_CONDITIONS).filter((key) => selector[key] !== undefined);
  for (const key of ['over', 'statistic'])
    if (selector[key] !== undefined && written.length === 0)
      report([...path, key], message('plan-check.use-without-condition', { key }), {
        code: 'Refit.MissingKey',
        key: true,
      });
  if (selector.statistic !== undefined && written.join() === 'evictions')
    report([...path, 'statistic'], message('plan-check.statistic-of-evictions'), { key: true });
  checkLookback(selector.over, [...path, 'over'], report);
  for (const key of written) checkComparison(selector[key], [...path, key], report);
}

/** Checks the sizes by use of a target. @param written the size of a dimension, as the author wrote it. */
export function checkSizeByUse(written: Fields, path: Path, report: Report): void {
  const { fit, grow, atLeast, atMost, over } = written;
  checkLookback(over, [...path, 'over'], report);
  if (fit === undefined) return;
  if (grow !== undefined) report([...path, 'grow'], message('plan-check.fit-with-grow'), { key: true });
  if (parseTimesUsed(atLeast) !== null)
    report([...path, 'atLeast'], message('plan-check.fit-with-used', { written: String(atLeast) }));
  if (
    typeof atLeast === 'number' &&
    typeof atMost === 'number' &&
    atLeast > atMost &&
    path.at(-1) !== 'memoryPerShard'
  )
    report([...path, 'atMost'], message('plan-check.no-number-fits', { atLeast, atMost }));
}

/** Memory of a shard and the number of shards cannot both follow from the memory in use: each needs the other. */
export function checkTwoByMemory(memory: Fields, shards: Fields, index: number, report: Report): void {
  if (memory.fit === undefined || shards.fit === undefined || shards.of !== 'memory') return;
  report(['targets', index, 'shards', 'of'], message('plan-check.both-by-memory'));
}

/** Refuses a time that is too short or too long for a statistic over hours. */
export function checkLookback(written: unknown, path: Path, report: Report): void {
  const over = parseDuration(written);
  if (over === null || (over >= LEAST_LOOKBACK && over <= MOST_LOOKBACK)) return;
  report(path, message('plan-check.lookback', { written: String(written), longest: MOST_LOOKBACK / DAY }));
}

/** A comparison that every instance fulfils, or none, says nothing about use. */
function checkComparison(written: unknown, path: Path, report: Report): void {
  const key = String(path.at(-1));
  const most = key === 'evictions' ? Number.POSITIVE_INFINITY : 100;
  const comparison = key === 'evictions' ? parseComparison(written) : parseShare(written);
  if (comparison === null) return;
  const { operator, value } = comparison;
  const [atLeast, above] = [operator === '>=', operator === '>'];
  const always = atLeast ? value === 0 : !above && (operator === '<=' ? value >= most : value > most);
  const never = atLeast ? value > most : above ? value >= most : operator === '<' && value === 0;
  if (!always && !never) return;
  report(path, message('plan-check.use-decides-nothing', { key, written: String(written), always }));
}
