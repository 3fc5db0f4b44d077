/** Checks what the schema of sizing files cannot: values that each fit the schema, but not each other. */
import { misspelledRegion } from '../known-regions.ts';
import { message } from '../messages/messages.ts';
import type { Resource, Select, Sizing, SizingRules } from '../model.ts';
import { USE_CONDITIONS } from '../plan/parse/build-selector.ts';
import type { Report } from '../plan/parse/check-times.ts';
import { LEAST_LOOKBACK, MOST_LOOKBACK } from '../plan/parse/check-use.ts';
import { compare } from '../plan/parse/quantity.ts';
import type { Path } from '../plan/parse/read-yaml.ts';
import { DAY } from '../units.ts';
import type { WrittenRules, WrittenSizing } from './written-sizing.ts';

const RESOURCES: readonly Resource[] = ['memory', 'cpu', 'connections', 'bandwidth'];

/** The provider takes a smaller size only from 1.3 times the memory in use on, percent. Source: docs/provider.md P14. */
const MOST_FIT = 76;
/** No forecast reaches farther. */
const FARTHEST = 180 * DAY;

/** @param written the same file as its author wrote it, so that findings mark what is there. */
export function checkSizing(sizing: Sizing, written: WrittenSizing, report: Report): void {
  checkRules(sizing.rules, written, [], report);
  for (const { name, rules } of sizing.classes)
    checkRules(rules, written.classes![name]!, ['classes', name], report);
  checkClasses(sizing, report);
  const lists = { autoScaling: written.autoScaling ?? [], exclude: written.exclude ?? [] };
  for (const [key, list] of Object.entries(lists))
    for (const [at, one] of list.entries()) if (typeof one !== 'string') checkSelect(one, [key, at], report);
  for (const [name, { select }] of Object.entries(written.classes ?? {}))
    checkSelect(select, ['classes', name, 'select'], report);
  checkMustHold(sizing, report);
}

/** Rules that contradict each other. A class without the keys inherits them, and the finding is at the file's own. */
function checkRules(rules: SizingRules, written: WrittenRules, path: Path, report: Report): void {
  /** The first of the paths that the author wrote here; null: none, so the values are those of another place. */
  const writtenAt = (...paths: readonly (readonly string[])[]): Path | null => {
    const found = paths.find((one) => valueAt(written, one) !== undefined);
    return found === undefined ? null : [...path, ...found];
  };
  for (const of of RESOURCES) {
    const { fit, growAt } = rules[of];
    const at = writtenAt([of, 'fit'], [of, 'growAt']);
    if (at === null) continue;
    if (fit >= growAt) report(at, message('sizing.fit-not-below', { resource: of, fit, growAt }));
    else if (of === 'memory' && fit > MOST_FIT)
      report(at, message('sizing.fit-too-high', { fit, most: MOST_FIT }));
  }
  const times: readonly (readonly [readonly string[], number, number, number])[] = [
    [['over'], rules.over, LEAST_LOOKBACK, MOST_LOOKBACK],
    [['horizon'], rules.horizon, LEAST_LOOKBACK, FARTHEST],
    [['grow', 'history'], rules.grow.history, LEAST_LOOKBACK, MOST_LOOKBACK],
    [['grow', 'holds'], rules.grow.holds, LEAST_LOOKBACK, FARTHEST],
    [['shrink', 'history'], rules.shrink.history, LEAST_LOOKBACK, MOST_LOOKBACK],
    [['shrink', 'holds'], rules.shrink.holds, LEAST_LOOKBACK, FARTHEST],
    [['shrink', 'cooldown'], rules.shrink.cooldown, 0, MOST_LOOKBACK],
  ];
  const isInRange = new Set<string>();
  for (const [key, value, least, most] of times) {
    const at = writtenAt(key);
    if (at === null || (value >= least && value <= most)) isInRange.add(key.join('.'));
    else report(at, message('sizing.time-out-of-range', { key: key.at(-1)!, value, least, most }));
  }
  const fine = (...keys: readonly string[]) => keys.every((key) => isInRange.has(key));
  for (const key of ['grow', 'shrink'] as const) {
    const history = writtenAt([key, 'history'], ['over']);
    if (history !== null && fine(`${key}.history`, 'over') && rules[key].history > rules.over)
      report(history, message('sizing.history-too-long', { history: rules[key].history, over: rules.over }));
    const holds = writtenAt([key, 'holds'], ['horizon']);
    if (holds !== null && fine(`${key}.holds`, 'horizon') && rules[key].holds < rules.horizon)
      report(holds, message('sizing.holds-too-short', { holds: rules[key].holds, horizon: rules.horizon }));
  }
}

function valueAt(written: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], written);
}

/** A class that never counts, because an earlier one selects the same instances. */
function checkClasses({ classes }: Sizing, report: Report): void {
  const known = new Map<string, string>();
  let whole: string | null = null;
  for (const { name, select } of classes) {
    const key = JSON.stringify(select);
    const earlier = known.get(key) ?? whole;
    if (earlier !== null)
      report(['classes', name], message('sizing.class-never-counts', { name, earlier }), {
        key: true,
        also: ['classes', earlier],
      });
    known.set(key, name);
    if (selectsAll(select)) whole ??= name;
  }
}

function selectsAll(select: Select): boolean {
  const { all, ids, regions, tags, name, editions, status } = select;
  return all && [ids, regions, tags, name, editions, status].every((one) => one === null);
}

/** Advice is about use, so use cannot select who gets it. */
function checkSelect(select: object, path: Path, report: Report): void {
  for (const key of [...Object.keys(USE_CONDITIONS), 'over', 'statistic'])
    if (Object.hasOwn(select, key))
      report([...path, key], message('sizing.use-in-select', { key }), { key: true });
  const { regions = [] } = select as { readonly regions?: readonly string[] };
  for (const [at, region] of regions.entries()) {
    const meant = misspelledRegion(region);
    if (meant === null) continue;
    const part = { key: 'regions', entry: true };
    report([...path, 'regions', at], message('typed.region', { part, region, meant }), {
      code: 'Refit.UnknownRegion',
    });
  }
}

/** A demand that no backtest can meet. */
function checkMustHold({ mustHold }: Sizing, report: Report): void {
  for (const { figure, operator, value } of mustHold)
    if (figure !== 'saving' && !compare(0, operator, value))
      report(['mustHold', figure], message('sizing.never-holds', { figure, operator, value }));
}
