/**
 * What can be wrong with a plan though each value fits its schema. Looks at the plan as written and trusts
 * nothing about its shape, so that these findings stand beside those of the schema in one look; at a value that the
 * schema refuses, the schema's finding stands alone.
 */
import { given } from '../../given.ts';
import { DIMENSIONS, type Finding } from '../../model.ts';
import { DAY, MINUTE } from '../../units.ts';
import { parseInstant } from '../windows/window-text.ts';
import { checkSchedule } from './check-schedule.ts';
import { checkWindows } from './check-windows.ts';
import type { PlanText } from './plan-text.ts';
import { parseDuration, parseGateDuration, parsePercent, parseSize, parseThreshold } from './quantity.ts';
import type { YamlTree } from './read-yaml.ts';
import type { Path } from './yaml-places.ts';

type Say = (
  code: string,
  path: Path,
  what: string,
  mend: string,
  more?: { key?: boolean; also?: Path; instance?: string },
) => void;

export function checkPlan(tree: YamlTree, source: PlanText): Finding[] {
  const findings: Finding[] = [];
  const say: Say = (code, path, what, mend, { key = false, also, instance } = {}) => {
    if (tree.unreadable(path)) return;
    const span = key ? tree.keyAt(path) : tree.valueAt(path);
    const remark = { code, what, mend, ...given({ instance }) };
    findings.push(source.finding(remark, span, also && tree.valueAt(also)));
  };
  const plan = record(tree.value);
  finishBy(plan, say);
  checkWindows(record(plan.windows), (path, what, mend) => say('Refit.BadValue', path, what, mend));
  if (plan.schedule !== undefined)
    checkSchedule(plan.schedule, (code, path, what, mend, key = false) =>
      say(code, path, what, mend, { key }),
    );
  conflicts(plan, say, (path) => source.place(tree.valueAt(path).offset).line);
  relativeSizes(plan, say);
  waves(plan, say);
  thresholds(plan, say);
  gates(plan, say);
  secretsInAddresses(plan, say);
  return findings;
}

function finishBy(plan: Fields, say: Say): void {
  const value = plan.finishBy;
  if (typeof value !== 'string' || parseInstant(value) !== null) return;
  const what = `finishBy is ${value.slice(0, 40)}, a moment that does not exist`;
  say('Refit.BadValue', ['finishBy'], what, 'finishBy: 2026-11-10T05:00:00+08:00');
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
          const what = `${instance} is a target twice, with different ${dimension}: here and on line ${lineOf(first!.path)}`;
          say('Refit.Conflict', path, what, 'keep one of the two', { also: first!.path, instance });
        }
    }
  }
}

function relativeSizes(plan: Fields, say: Say): void {
  for (const [index, entry] of list(plan.targets).entries()) {
    const wish = record(record(entry).memoryPerShard);
    const [least, most] = [parseSize(wish.atLeast), parseSize(wish.atMost)];
    if (least !== null && most !== null && least > most)
      say(
        'Refit.BadValue',
        ['targets', index, 'memoryPerShard', 'atMost'],
        `atLeast is ${least} MB and atMost ${most} MB: no size is both`,
        `atMost: ${wish.atLeast}`,
      );
  }
}

function waves(plan: Fields, say: Say): void {
  const entries = list(plan.waves);
  const names = new Set<string>();
  // With `from`, the rest is that of some: others may follow, and take the rest of theirs.
  const takesRest = (entry: unknown) => record(entry).take === 'rest' && record(entry).from === undefined;
  const rest = entries.findIndex(takesRest);
  let percent = 0;
  for (const [index, entry] of entries.entries()) {
    const { name, take, approval } = record(entry);
    if (approval !== undefined && plan.approvals === undefined)
      say(
        'Refit.MissingKey',
        ['waves', index, 'approval'],
        'the wave asks for an approval, and nothing says by whom',
        'approvals: { need: 1, from: approvers.yaml }',
        { key: true },
      );
    if (typeof name === 'string') {
      if (names.has(name))
        say(
          'Refit.BadValue',
          ['waves', index, 'name'],
          `two waves are called ${JSON.stringify(name)}`,
          `name: ${name}-2`,
        );
      names.add(name);
    }
    if (record(entry).from === undefined) percent += Math.min(100, parsePercent(take) ?? 0);
    if (!takesRest(entry)) continue;
    if (index !== rest)
      say(
        'Refit.BadValue',
        ['waves', index, 'take'],
        'two waves take the rest; after the first there is none',
        'take: 10%',
      );
    else if (index !== entries.length - 1 && !entries.slice(index + 1).every(takesRest))
      say(
        'Refit.BadValue',
        ['waves', index, 'take'],
        'a wave takes the rest and others follow it, for which nothing is left',
        'put this wave last',
      );
  }
  if (percent > 100)
    say(
      'Refit.BadValue',
      ['waves'],
      `the waves take ${percent}% together, more than there is`,
      'take: rest for the last wave',
      { key: true },
    );
}

function thresholds(plan: Fields, say: Say): void {
  holdsAtOnce(record(plan.execution).haltWhen, ['execution', 'haltWhen'], say);
  for (const [index, entry] of list(plan.waves).entries()) {
    const { haltWhen, gate } = record(entry);
    holdsAtOnce(haltWhen, ['waves', index, 'haltWhen'], say);
    holdsAtOnce(gate, ['waves', index, 'gate'], say);
  }
}

function holdsAtOnce(thresholds: unknown, path: Path, say: Say): void {
  const written = record(thresholds);
  const isGate = path.at(-1) === 'gate';
  for (const key of ['failed', 'unknown']) {
    const threshold = typeof written[key] === 'string' ? parseThreshold(written[key]) : null;
    if (threshold?.operator === '>=' && threshold.value === 0)
      say(
        'Refit.BadValue',
        [...path, key],
        isGate
          ? `gate.${key} holds always: the gate would fail after every wave`
          : `haltWhen.${key} holds from the start: the run would halt before its first order`,
        `${key}: "> 0"`,
      );
  }
}

const [LEAST_OVER, MOST_OVER] = [MINUTE, DAY];

function gates(plan: Fields, say: Say): void {
  for (const [index, entry] of list(plan.waves).entries()) {
    const { duration, metric } = record(record(entry).gate);
    const path = ['waves', index, 'gate'];
    if (index === 0 && parseGateDuration(duration)?.unit === 'forecast')
      say(
        'Refit.BadValue',
        [...path, 'duration'],
        'the forecast is what the waves before took, and nothing comes before the first',
        'duration: "> 15m"',
      );
    const over = parseDuration(record(metric).over);
    if (over !== null && (over < LEAST_OVER || over > MOST_OVER))
      say(
        'Refit.BadValue',
        [...path, 'metric', 'over'],
        `over is ${record(metric).over}; a metric is read over 1m to 24h`,
        'over: 5m',
      );
  }
}

/** A plan is read, sealed and kept by many: what an address alone lets one do does not belong into it. */
function secretsInAddresses(plan: Fields, say: Say): void {
  for (const [index, entry] of list(plan.notify).entries()) {
    const { url } = record(entry);
    if (typeof url !== 'string' || !SECRET_IN_ADDRESS.test(url)) continue;
    say(
      'Refit.BadValue',
      ['notify', index, 'url'],
      'the address holds a secret: whoever reads the plan could use it',
      'urlEnv: NOTIFY_URL   and where the plan is applied: export NOTIFY_URL=…',
    );
  }
}

/** A user name, a token in the query, or the path of a chat robot. */
const SECRET_IN_ADDRESS =
  /^[a-z]+:\/\/[^/?#]*@|[?&][^=&#]*(key|token|secret|sign|password|auth)[^=&#]*=|\/\/hooks\.slack\.com\/|\/open-apis\/bot\/|\/cgi-bin\/webhook\/send/i;

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
