/**
 * Checks what the schema cannot: values that each fit the schema but not each other. It trusts nothing about the shape of
 * the plan, so the author sees these findings together with those of the schema. A value that the schema refuses has
 * only the schema's finding.
 */
import { given } from '../../given.ts';
import { misspelledRegion } from '../../known-regions.ts';
import { message } from '../../messages/messages.ts';
import { DIMENSIONS, type Finding } from '../../model.ts';
import { hasVisibleText } from '../../text.ts';
import { DAY, MINUTE } from '../../units.ts';
import { LOOK_AHEAD } from '../windows/open-windows.ts';
import { parseInstant } from '../windows/window-text.ts';
import { checkSchedule, checkWindows, type Report } from './check-times.ts';
import { checkSizeByUse, checkTwoByMemory, checkUse } from './check-use.ts';
import type { PlanText } from './plan-text.ts';
import { parseDuration, parseGateDuration, parsePercent, parseSize, parseThreshold } from './quantity.ts';
import type { Path, YamlTree } from './read-yaml.ts';

export function checkPlan(tree: YamlTree, source: PlanText): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, finding, { code = 'Refit.BadValue', key = false, also, instance } = {}) => {
    if (tree.isRefused(path)) return;
    const span = key ? tree.keyAt(path) : tree.valueAt(path);
    const remark = { code, message: finding, ...given({ instance }) };
    findings.push(source.finding(remark, span, also && tree.valueAt(also)));
  };
  checkValues(tree.value, report, (path) => source.locationAt(tree.valueAt(path).offset).line);
  return findings;
}

/** The same checks for a plan without its text. @param lineOf gives the line of the value at a path. */
export function checkValues(value: unknown, report: Report, lineOf: (path: Path) => number): void {
  const plan = record(value);
  const waves = list(plan.waves).map(record);
  checkLabels(plan, waves, report);
  checkExpires(plan, report);
  checkFinishBy(plan, report);
  checkWindows(record(plan.windows), report);
  if (isRecord(plan.schedule)) checkSchedule(plan.schedule, report);
  checkConflicts(plan, report, lineOf);
  checkRelativeSizes(plan, report);
  checkSmallSizes(plan, report);
  checkUses(plan, report);
  checkRegions(plan, report);
  checkNamesAndApprovals(waves, plan.approvals !== undefined, report);
  checkTakes(waves, report);
  checkThresholds(plan, waves, report);
  checkGates(waves, report);
  checkAddresses(plan, report);
}

/** The longest time from sealing to the start of a run: as far as Refit looks ahead for windows. */
export const LONGEST_EXPIRY = LOOK_AHEAD;

function checkExpires({ expires }: Fields, report: Report): void {
  if ((parseDuration(expires) ?? 0) <= LONGEST_EXPIRY) return;
  report(
    ['expires'],
    message('plan-check.expires-too-long', { written: String(expires), days: LONGEST_EXPIRY / DAY }),
  );
}

/** People recognise a plan and its waves by these texts, so each needs something to see. */
function checkLabels(plan: Fields, waves: readonly Fields[], report: Report): void {
  const labels: [Path, unknown][] = [
    ...['name', 'change', 'owner'].map((key): [Path, unknown] => [[key], plan[key]]),
    ...waves.map(({ name }, index): [Path, unknown] => [['waves', index, 'name'], name]),
  ];
  for (const [path, text] of labels)
    if (typeof text === 'string' && !hasVisibleText(text))
      report(path, message('plan-check.nothing-visible', { key: String(path.at(-1)), of: path.length > 1 }));
}

function checkFinishBy(plan: Fields, report: Report): void {
  const value = plan.finishBy;
  if (typeof value !== 'string' || parseInstant(value) !== null) return;
  const written = value.slice(0, 40);
  const example = '2026-11-10T05:00:00+08:00';
  report(['finishBy'], message('plan-check.no-such-moment', { key: 'finishBy', written, example }));
}

/** Two absolute sizes for one instance. `plan/resolve/` checks relative sizes, because they need the present size. */
function checkConflicts(plan: Fields, report: Report, lineOf: (path: Path) => number): void {
  const targets = list(plan.targets).map(record);
  for (const [instance, indexes] of namedTwice(targets)) {
    for (const dimension of DIMENSIONS) {
      const sizes = indexes.flatMap((index) => {
        const written = targets[index]![dimension];
        const value = dimension === 'memoryPerShard' ? parseSize(written) : written;
        return typeof value === 'number' ? [{ path: ['targets', index, dimension], value }] : [];
      });
      const [first, ...others] = sizes;
      for (const { path, value } of others)
        if (value !== first!.value) {
          const conflict = { id: instance, dimension, line: lineOf(first!.path) };
          const more = { code: 'Refit.Conflict', also: first!.path, instance };
          report(path, message('plan-check.conflict', conflict), more);
        }
    }
  }
}

/** The instances that several targets name, with the indexes of these targets. Usually there are none. */
function namedTwice(targets: readonly Fields[]): ReadonlyMap<string, readonly number[]> {
  const seen = new Set<string>();
  const twice = new Map<string, number[]>();
  for (const { instance } of targets) {
    if (typeof instance !== 'string') continue;
    if (seen.has(instance)) twice.set(instance, []);
    seen.add(instance);
  }
  if (twice.size === 0) return twice;
  for (const [index, { instance }] of targets.entries()) twice.get(instance as string)?.push(index);
  return twice;
}

function checkRelativeSizes(plan: Fields, report: Report): void {
  for (const [index, entry] of list(plan.targets).entries()) {
    const size = record(entry).memoryPerShard;
    if (!isRecord(size)) continue;
    const [atLeast, atMost] = [parseSize(size.atLeast), parseSize(size.atMost)];
    if (atLeast === null || atMost === null || atLeast <= atMost) continue;
    const written = String(size.atLeast);
    const path = ['targets', index, 'memoryPerShard', 'atMost'];
    report(path, message('plan-check.no-size-fits', { atLeast, atMost, written }));
  }
}

/** MB of the smallest instance that the provider sells. Source: docs/provider.md P16. */
const SMALLEST = 256;

/** A bare number is MB. One that no instance is small enough for was most likely meant as GB. */
function checkSmallSizes(plan: Fields, report: Report): void {
  for (const [index, entry] of list(plan.targets).entries()) {
    const size = record(entry).memoryPerShard;
    const path = ['targets', index, 'memoryPerShard'];
    if (!isRecord(size)) checkSmallSize(size, path, report);
    else for (const key of ['atLeast', 'atMost']) checkSmallSize(size[key], [...path, key], report);
  }
}

function checkSmallSize(value: unknown, path: Path, report: Report): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value >= SMALLEST) return;
  const part = { key: String(path.at(-1)), entry: false };
  report(path, message('typed.small-number', { part, written: String(value), fix: `${value}GB` }));
}

function checkUses(plan: Fields, report: Report): void {
  for (const [index, entry] of list(plan.targets).entries()) {
    const { select, exclude, memoryPerShard, shards, replicas } = record(entry);
    if (isRecord(memoryPerShard) || isRecord(shards) || isRecord(replicas)) {
      for (const [key, size] of Object.entries({ memoryPerShard, shards, replicas }))
        checkSizeByUse(record(size), ['targets', index, key], report);
      checkTwoByMemory(record(memoryPerShard), record(shards), index, report);
    }
    if (isRecord(select)) checkUse(select, ['targets', index, 'select'], report);
    for (const [at, one] of list(exclude).entries())
      checkUse(record(one), ['targets', index, 'exclude', at], report);
  }
}

function checkRegions(plan: Fields, report: Report): void {
  checkRegion(record(plan.defaults).region, ['defaults', 'region'], report);
  for (const [index, entry] of list(plan.targets).entries()) {
    const { region, select } = record(entry);
    if (region !== undefined) checkRegion(region, ['targets', index, 'region'], report);
    for (const [at, one] of list(record(select).regions).entries())
      checkRegion(one, ['targets', index, 'select', 'regions', at], report);
  }
}

function checkRegion(code: unknown, path: Path, report: Report): void {
  const meant = typeof code === 'string' ? misspelledRegion(code) : null;
  if (meant === null) return;
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  const part = { key, entry: path.at(-2) === 'regions' };
  report(path, message('typed.region', { part, region: code as string, meant }), {
    code: 'Refit.UnknownRegion',
  });
}

function checkNamesAndApprovals(waves: readonly Fields[], hasApprovers: boolean, report: Report): void {
  const names = new Set<string>();
  for (const [index, { name, approval }] of waves.entries()) {
    if (approval !== undefined && !hasApprovers) {
      const more = { code: 'Refit.MissingKey', key: true };
      report(['waves', index, 'approval'], message('plan-check.approval-without-approvers'), more);
    }
    if (typeof name !== 'string') continue;
    if (names.has(name)) report(['waves', index, 'name'], message('plan-check.wave-name-twice', { name }));
    names.add(name);
  }
}

/** Checks what the waves take together. A wave with `from` does not count, because it takes from some instances only. */
function checkTakes(waves: readonly Fields[], report: Report): void {
  const takesRest = ({ take, from }: Fields) => take === 'rest' && from === undefined;
  const first = waves.findIndex(takesRest);
  for (const [index, wave] of waves.entries()) {
    const path = ['waves', index, 'take'];
    if (!takesRest(wave)) continue;
    if (index !== first) report(path, message('plan-check.rest-twice'));
    else if (!waves.slice(index + 1).every(takesRest)) report(path, message('plan-check.rest-not-last'));
  }
  const percent = waves
    .filter(({ from }) => from === undefined)
    .reduce((sum, { take }) => sum + Math.min(100, parsePercent(take) ?? 0), 0);
  if (percent <= 100) return;
  report(['waves'], message('plan-check.waves-take-too-much', { percent }), { key: true });
}

function checkThresholds(plan: Fields, waves: readonly Fields[], report: Report): void {
  checkAlwaysHolds(record(plan.execution).haltWhen, ['execution', 'haltWhen'], report);
  for (const [index, { haltWhen, gate }] of waves.entries()) {
    checkAlwaysHolds(haltWhen, ['waves', index, 'haltWhen'], report);
    checkAlwaysHolds(gate, ['waves', index, 'gate'], report);
  }
}

function checkAlwaysHolds(thresholds: unknown, path: Path, report: Report): void {
  const written = record(thresholds);
  const isGate = path.at(-1) === 'gate';
  for (const key of ['failed', 'unknown']) {
    const threshold = typeof written[key] === 'string' ? parseThreshold(written[key]) : null;
    if (threshold?.operator !== '>=' || threshold.value !== 0) continue;
    report([...path, key], message('plan-check.threshold-always-holds', { key, gate: isGate }));
  }
}

const [LEAST_OVER, MOST_OVER] = [MINUTE, DAY];

function checkGates(waves: readonly Fields[], report: Report): void {
  for (const [index, { gate }] of waves.entries()) {
    const { duration, metric } = record(gate);
    const path = ['waves', index, 'gate'];
    if (index === 0 && parseGateDuration(duration)?.unit === 'forecast') {
      report([...path, 'duration'], message('plan-check.forecast-of-first-wave'));
    }
    const written = record(metric).over;
    const over = parseDuration(written);
    if (over !== null && (over < LEAST_OVER || over > MOST_OVER))
      report([...path, 'metric', 'over'], message('plan-check.metric-over', { written: String(written) }));
  }
}

/** Refuses secret addresses, because many people read and keep a plan. */
function checkAddresses(plan: Fields, report: Report): void {
  for (const [index, entry] of list(plan.notify).entries()) {
    const { url } = record(entry);
    if (typeof url !== 'string' || !SECRET_IN_ADDRESS.test(url)) continue;
    report(['notify', index, 'url'], message('plan-check.secret-in-address'));
  }
}

/** A user name, a token in the query, or the path of a chat robot. */
const SECRET_IN_ADDRESS =
  /^[a-z]+:\/\/[^/?#]*@|[?&][^=&#]*(key|token|secret|sign|password|auth)[^=&#]*=|\/\/hooks\.slack\.com\/|\/open-apis\/bot\/|\/cgi-bin\/webhook\/send/i;

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
