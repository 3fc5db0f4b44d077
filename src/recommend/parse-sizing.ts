/** Parses the text of a sizing file: YAML, schema, and the checks of `check-sizing.ts`. */
import { validateSizing } from '../generated/validators.js';
import type {
  Finding,
  LeftAlone,
  MustHold,
  Resource,
  ResourceRule,
  Select,
  Sizing,
  SizingClass,
  SizingRules,
} from '../model.ts';
import { buildSelect, type WrittenSelector } from '../plan/parse/build-selector.ts';
import { parseSettings } from '../plan/parse/parse-settings.ts';
import type { PlanText } from '../plan/parse/plan-text.ts';
import {
  assertParsed,
  parseComparison,
  parseDuration,
  parsePercent,
  parseShare,
} from '../plan/parse/quantity.ts';
import type { Path, YamlTree } from '../plan/parse/read-yaml.ts';
import { checkSizing } from './check-sizing.ts';
import { DEFAULT_SIZING } from './default-sizing.ts';
import type { WrittenRules, WrittenSizing } from './written-sizing.ts';

/** The smallest sizing file that says something, as an example. */
const MINIMAL_SIZING = ['version: 1', 'memory: { fit: 60% }'].join('\n');

const SIZING = {
  whole: 'sizing',
  versions: [1],
  example: MINIMAL_SIZING,
  validate: validateSizing,
} as const;

/**
 * Never throws on any text.
 * @param file the path of the sizing file, for locations.
 * @returns all findings; the sizing is null if one of them is an error, because half of the rules would advise something else.
 */
export function parseSizing(
  text: string,
  file: string,
): { readonly sizing: Sizing | null; readonly findings: readonly Finding[] } {
  const { source, read, findings } = parseSettings<WrittenSizing>(text, file, SIZING);
  if (read === null) return { sizing: null, findings };
  const { written, tree } = read;
  const sizing = sizingOf(written, file, (path) => locationOf(tree, source, path));
  checkSizing(sizing, written, (path, finding, { code = 'Refit.BadValue', key = false, also } = {}) => {
    const span = key ? tree.keyAt(path) : tree.valueAt(path);
    findings.push(source.finding({ code, message: finding }, span, also && tree.keyAt(also)));
  });
  const isValid = !findings.some(({ severity }) => severity === 'error');
  return { sizing: isValid ? sizing : null, findings };
}

type LocationOf = (path: Path) => ReturnType<PlanText['locationAt']>;

function locationOf(tree: YamlTree, source: PlanText, path: Path): ReturnType<LocationOf> {
  return source.locationAt(tree.keyAt(path).offset);
}

function sizingOf(written: WrittenSizing, file: string, locationAt: LocationOf): Sizing {
  const { classes = {}, autoScaling = [], exclude = [], mustHold = {}, price } = written;
  const rules = rulesOf(written, DEFAULT_SIZING.rules);
  return {
    file,
    rules,
    classes: Object.entries(classes).map(
      ([name, one]): SizingClass => ({
        name,
        select: buildSelect(one.select),
        rules: rulesOf(one, rules),
        location: locationAt(['classes', name]),
      }),
    ),
    leaveAlone: [
      ...autoScaling.map((one, at): LeftAlone => leftAlone(one, 'auto-scaling', ['autoScaling', at])),
      ...exclude.map((one, at): LeftAlone => leftAlone(one, 'excluded', ['exclude', at])),
    ],
    mustHold: Object.entries(mustHold).map(([figure, limit]): MustHold => {
      const { operator, value } = assertParsed(parseShare(limit) ?? parseComparison(limit));
      const location = locationAt(['mustHold', figure]);
      return { figure: figure as MustHold['figure'], operator, value, location };
    }),
    pricePerGigabyte: price === undefined ? null : assertParsed(parseMoney(price.perGigabyteMonth)),
  };

  function leftAlone(one: string | WrittenSelector, because: LeftAlone['because'], path: Path): LeftAlone {
    const select: Select = buildSelect(one);
    return { select, because, location: locationAt(path) };
  }
}

/** @param above the rules for what is not written. */
function rulesOf(written: WrittenRules, above: SizingRules): SizingRules {
  const { over, horizon, grow = {}, shrink = {}, shards = {}, replicas = {}, caches } = written;
  const resource = (of: Resource): ResourceRule => {
    const { growAt, fit, statistic } = written[of] ?? {};
    return {
      growAt: percent(growAt, above[of].growAt),
      fit: percent(fit, above[of].fit),
      statistic: statistic ?? above[of].statistic,
    };
  };
  return {
    over: duration(over, above.over),
    horizon: duration(horizon, above.horizon),
    memory: resource('memory'),
    cpu: resource('cpu'),
    connections: resource('connections'),
    bandwidth: resource('bandwidth'),
    grow: {
      history: duration(grow.history, above.grow.history),
      holds: duration(grow.holds, above.grow.holds),
    },
    shrink: {
      allow: shrink.allow ?? above.shrink.allow,
      history: duration(shrink.history, above.shrink.history),
      found: percent(shrink.found, above.shrink.found),
      cooldown: duration(shrink.cooldown, above.shrink.cooldown),
      holds: duration(shrink.holds, above.shrink.holds),
      saves: percent(shrink.saves, above.shrink.saves),
    },
    fewerShards: shards.fewer ?? above.fewerShards,
    fewerReplicas: replicas.fewer ?? above.fewerReplicas,
    caches: caches ?? above.caches,
    uneven: shards.uneven ?? above.uneven,
  };
}

function percent(written: string | undefined, otherwise: number): number {
  return written === undefined ? otherwise : assertParsed(parsePercent(written));
}

function duration(written: string | undefined, otherwise: number): number {
  return written === undefined ? otherwise : assertParsed(parseDuration(written));
}

/** `50 CNY` */
function parseMoney(text: string): Sizing['pricePerGigabyte'] {
  const [, amount, currency] = /^(\d{1,9}(?:\.\d{1,4})?) ([A-Z]{3})$/.exec(text) ?? [];
  return amount === undefined ? null : { amount: Number(amount), currency: currency! };
}
