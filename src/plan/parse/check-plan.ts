/**
 * What can be wrong with a plan though each value fits its schema. Looks at the plan as written and trusts
 * nothing about its shape, so that these findings stand beside those of the schema in one look; at a value that the
 * schema refuses, the schema's finding stands alone.
 */
import { given } from '../../given.ts';
import { DIMENSIONS, type Finding } from '../../model.ts';
import { DAY, MINUTE } from '../../units.ts';
import { parseInstant } from '../windows/window-text.ts';
import { checkSchedule, checkWindows, type Say } from './check-times.ts';
import { asMembers, type PlanText } from './plan-text.ts';
import { parseDuration, parseGateDuration, parsePercent, parseSize, parseThreshold } from './quantity.ts';
import type { Path, YamlTree } from './read-yaml.ts';

export function checkPlan(tree: YamlTree, source: PlanText): Finding[] {
  const findings: Finding[] = [];
  const say: Say = (path, message, remedy, { code = 'Refit.BadValue', key = false, also, instance } = {}) => {
    if (tree.unreadable(path)) return;
    const span = key ? tree.keyAt(path) : tree.valueAt(path);
    const remark = { code, message, ...asMembers(remedy), ...given({ instance }) };
    findings.push(source.finding(remark, span, also && tree.valueAt(also)));
  };
  const plan = record(tree.value);
  const waves = list(plan.waves).map(record);
  finishBy(plan, say);
  checkWindows(record(plan.windows), say);
  if (isRecord(plan.schedule)) checkSchedule(plan.schedule, say);
  conflicts(plan, say, (path) => source.locationAt(tree.valueAt(path).offset).line);
  relativeSizes(plan, say);
  namesAndApprovals(waves, plan.approvals !== undefined, say);
  takes(waves, say);
  thresholds(plan, waves, say);
  gates(waves, say);
  secretsInAddresses(plan, say);
  return findings;
}

function finishBy(plan: Fields, say: Say): void {
  const value = plan.finishBy;
  if (typeof value !== 'string' || parseInstant(value) !== null) return;
  const message = `finishBy is ${value.slice(0, 40)}, a moment that does not exist`;
  say(['finishBy'], message, { example: 'finishBy: 2026-11-10T05:00:00+08:00' });
}

/** Relative sizes are left to those who know the present one. */
function conflicts(plan: Fields, say: Say, lineOf: (path: Path) => number): void {
  const named = Map.groupBy(list(plan.targets).map(record).entries(), ([, { instance }]) => instance);
  for (const [instance, targets] of named) {
    if (typeof instance !== 'string') continue;
    for (const dimension of targets.length > 1 ? DIMENSIONS : []) {
      const asked = targets.flatMap(([index, { [dimension]: written }]) => {
        const value = dimension === 'memoryPerShard' ? parseSize(written) : written;
        return typeof value === 'number' ? [{ path: ['targets', index, dimension], value }] : [];
      });
      const [first, ...others] = asked;
      for (const { path, value } of others)
        if (value !== first!.value) {
          const message = `${instance} is a target twice, with different ${dimension}: here and on line ${lineOf(first!.path)}`;
          const more = { code: 'Refit.Conflict', also: first!.path, instance };
          say(path, message, 'keep one of the two', more);
        }
    }
  }
}

function relativeSizes(plan: Fields, say: Say): void {
  for (const [index, entry] of list(plan.targets).entries()) {
    const wish = record(record(entry).memoryPerShard);
    const [least, most] = [parseSize(wish.atLeast), parseSize(wish.atMost)];
    if (least === null || most === null || least <= most) continue;
    const message = `atLeast is ${least} MB and atMost ${most} MB: no size is both`;
    say(['targets', index, 'memoryPerShard', 'atMost'], message, `atMost: ${wish.atLeast}`);
  }
}

function namesAndApprovals(waves: readonly Fields[], mayBeApproved: boolean, say: Say): void {
  const names = new Set<string>();
  for (const [index, { name, approval }] of waves.entries()) {
    if (approval !== undefined && !mayBeApproved) {
      const message = 'the wave asks for an approval, and nothing says by whom';
      const example = 'approvals: { need: 1, from: approvers.yaml }';
      say(['waves', index, 'approval'], message, { example }, { code: 'Refit.MissingKey', key: true });
    }
    if (typeof name !== 'string') continue;
    if (names.has(name))
      say(['waves', index, 'name'], `two waves are called ${JSON.stringify(name)}`, `name: ${name}-2`);
    names.add(name);
  }
}

/** What the waves take together, those with `from` left out: they take of some alone, and others may follow. */
function takes(waves: readonly Fields[], say: Say): void {
  const takesRest = ({ take, from }: Fields) => take === 'rest' && from === undefined;
  const first = waves.findIndex(takesRest);
  for (const [index, wave] of waves.entries()) {
    const path = ['waves', index, 'take'];
    if (!takesRest(wave)) continue;
    if (index !== first)
      say(path, 'two waves take the rest; after the first there is none', { example: 'take: 10%' });
    else if (!waves.slice(index + 1).every(takesRest)) {
      const message = 'a wave takes the rest and others follow it, for which nothing is left';
      say(path, message, 'put this wave last');
    }
  }
  const percent = waves
    .filter(({ from }) => from === undefined)
    .reduce((sum, { take }) => sum + Math.min(100, parsePercent(take) ?? 0), 0);
  if (percent <= 100) return;
  const message = `the waves take ${percent}% together, more than there is`;
  say(['waves'], message, 'take: rest for the last wave', { key: true });
}

function thresholds(plan: Fields, waves: readonly Fields[], say: Say): void {
  holdsAtOnce(record(plan.execution).haltWhen, ['execution', 'haltWhen'], say);
  for (const [index, { haltWhen, gate }] of waves.entries()) {
    holdsAtOnce(haltWhen, ['waves', index, 'haltWhen'], say);
    holdsAtOnce(gate, ['waves', index, 'gate'], say);
  }
}

function holdsAtOnce(thresholds: unknown, path: Path, say: Say): void {
  const written = record(thresholds);
  const isGate = path.at(-1) === 'gate';
  for (const key of ['failed', 'unknown']) {
    const threshold = typeof written[key] === 'string' ? parseThreshold(written[key]) : null;
    if (threshold?.operator !== '>=' || threshold.value !== 0) continue;
    const message = isGate
      ? `gate.${key} holds always: the gate would fail after every wave`
      : `haltWhen.${key} holds from the start: the run would halt before its first order`;
    say([...path, key], message, { example: `${key}: "> 0"` });
  }
}

const [LEAST_OVER, MOST_OVER] = [MINUTE, DAY];

function gates(waves: readonly Fields[], say: Say): void {
  for (const [index, { gate }] of waves.entries()) {
    const { duration, metric } = record(gate);
    const path = ['waves', index, 'gate'];
    if (index === 0 && parseGateDuration(duration)?.unit === 'forecast') {
      const message = 'the forecast is what the waves before took, and nothing comes before the first';
      say([...path, 'duration'], message, { example: 'duration: "> 15m"' });
    }
    const written = record(metric).over;
    const over = parseDuration(written);
    if (over !== null && (over < LEAST_OVER || over > MOST_OVER))
      say([...path, 'metric', 'over'], `over is ${written}; a metric is read over 1m to 24h`, {
        example: 'over: 5m',
      });
  }
}

/** A plan is read, sealed and kept by many: what an address alone lets one do does not belong into it. */
function secretsInAddresses(plan: Fields, say: Say): void {
  for (const [index, entry] of list(plan.notify).entries()) {
    const { url } = record(entry);
    if (typeof url !== 'string' || !SECRET_IN_ADDRESS.test(url)) continue;
    const message = 'the address holds a secret: whoever reads the plan could use it';
    const fix = 'urlEnv: NOTIFY_URL   and where the plan is applied: export NOTIFY_URL=…';
    say(['notify', index, 'url'], message, fix);
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
