/**
 * Builds a `Plan` from the checked text of an author: quantities become numbers, and defaults are filled in. The
 * `Written…` types describe values that the schema accepts.
 */
import { given } from '../../given.ts';
import {
  type Dimension,
  type Execution,
  type Gate,
  type MetricName,
  NOTICE_EVENTS,
  type Plan,
  type PlanTarget,
  type PlanWave,
  type RequestedSize,
  type RolloutOptions,
  type Schedule,
  type SourceLocation,
  type Spread,
  type Take,
  type WaveFrom,
  type Webhook,
} from '../../model.ts';
import { HOUR, MINUTE } from '../../units.ts';
import { parseInstant } from '../windows/window-text.ts';
import { buildSelect, buildTags, type WrittenSelector } from './build-selector.ts';
import {
  buildNumber,
  buildSizeByUse,
  type WrittenSizeByUse,
  type WrittenUseOfSize,
} from './build-size-by-use.ts';
import {
  assertParsed,
  parseComparison,
  parseCost,
  parseDuration,
  parseGateDuration,
  parseOptional,
  parsePercent,
  parseSize,
  parseThreshold,
  parseTimesUsed,
} from './quantity.ts';
import type { Path } from './read-yaml.ts';

interface WrittenPlan extends Pick<Plan, 'name' | 'hooks'> {
  readonly change?: string;
  readonly owner?: string;
  readonly expires?: string;
  readonly finishBy?: string;
  readonly defaults?: Partial<Plan['defaults']>;
  readonly onBlocked?: Plan['onBlocked'];
  readonly targets: readonly WrittenTarget[];
  readonly guards?: {
    readonly targets?: string | number;
    readonly shrink?: Plan['guards']['shrink'];
    readonly cost?: string;
  };
  readonly waves?: readonly WrittenWave[];
  readonly approvals?: { readonly need: number; readonly from: string };
  readonly terraform?: string;
  readonly spread?: Pick<Spread, 'by'> & Partial<Spread>;
  readonly windows?: WrittenWindows;
  readonly execution?: WrittenExecution;
  readonly schedule?: WrittenSchedule;
  readonly notify?: readonly Partial<Webhook>[];
}

interface WrittenTarget extends Partial<Pick<PlanTarget, 'region' | 'profile' | 'zones'>> {
  readonly instance?: string;
  readonly select?: WrittenSelector;
  readonly exclude?: readonly (string | WrittenSelector)[];
  readonly memoryPerShard?: string | number | WrittenRelativeSize;
  readonly shards?: number | WrittenSizeByUse;
  readonly replicas?: number | WrittenSizeByUse;
}

interface WrittenRelativeSize extends Partial<WrittenUseOfSize> {
  readonly grow?: string | number;
  readonly atLeast?: string | number;
  readonly atMost?: string | number;
  readonly roundTo?: 'sold';
}

interface WrittenWave extends Pick<PlanWave, 'name' | 'slowStart'> {
  readonly take: string | number;
  readonly from?: Omit<WaveFrom, 'tags'> & Pick<WrittenSelector, 'tags'>;
  readonly soak?: string;
  readonly approval?: 'required' | { readonly within: string };
  readonly haltWhen?: WrittenThresholds;
  readonly gate?: WrittenGate;
}

interface WrittenThresholds {
  readonly failed?: string;
  readonly unknown?: string;
}

interface WrittenGate
  extends WrittenThresholds,
    Partial<Pick<Gate, 'command' | 'url' | 'onInconclusive' | 'shadow'>> {
  readonly duration?: string;
  readonly metric?: { readonly name: MetricName; readonly fails: string; readonly over?: string };
  readonly timeout?: string;
}

type PlanWindows = NonNullable<Plan['windows']>;

interface WrittenWindows extends Partial<Omit<PlanWindows, 'timezone' | 'lastStart'>> {
  readonly timezone: string;
  readonly lastStart?: string;
}

interface WrittenExecution extends Partial<Omit<Execution, 'patience' | 'haltWhen'>> {
  readonly patience?: string;
  readonly haltWhen?: WrittenThresholds;
}

interface WrittenSchedule extends Pick<Schedule, 'does'>, Partial<Pick<Schedule, 'catchUp'>> {
  readonly cron?: string;
  readonly timezone?: string;
  readonly once?: string;
  readonly catchUpWithin?: string;
}

/** The defaults of a plan. The schema has the same defaults, for editors. */
const DEFAULTS = {
  expires: 48 * HOUR,
  onBlocked: 'refuse',
  shrink: 'deny',
  waves: [{ name: 'all', take: { kind: 'rest' } }],
  atClose: 'drain',
  catchUp: 'run',
  inFlight: 20,
  requestsPerSecond: 18,
  switch: 'now',
  patience: 3 * MINUTE,
  haltWhen: {
    failed: { operator: '>', value: 2, base: 'count' },
    unknown: { operator: '>', value: 0, base: 'count' },
  },
  timeout: MINUTE,
  over: 5 * MINUTE,
  onInconclusive: 'pause',
} as const;

/** @param value a plan without errors. @param locationOf gives the location of the value at a path. */
export function buildPlan(value: unknown, file: string, locationOf: (path: Path) => SourceLocation): Plan {
  const written = value as WrittenPlan;
  const { defaults, guards, approvals } = written;
  return {
    file,
    name: written.name,
    change: written.change ?? null,
    owner: written.owner ?? null,
    expires: parseOptional(written.expires, parseDuration) ?? DEFAULTS.expires,
    onBlocked: written.onBlocked ?? DEFAULTS.onBlocked,
    finishBy: parseOptional(written.finishBy, parseInstant),
    defaults: { region: defaults?.region ?? null, profile: defaults?.profile ?? null },
    targets: written.targets.map((target, index) => buildTarget(target, locationOf(['targets', index]))),
    guards: {
      targets: parseOptional(guards?.targets, parseThreshold),
      shrink: guards?.shrink ?? DEFAULTS.shrink,
      cost: parseOptional(guards?.cost, parseCost),
    },
    waves: written.waves?.map(buildWave) ?? DEFAULTS.waves,
    execution: buildExecution(written.execution),
    ...given({
      windows: written.windows && buildWindows(written.windows),
      approvals: approvals && { ...approvals, location: locationOf(['approvals']) },
      terraform:
        written.terraform === undefined
          ? null
          : { from: written.terraform, location: locationOf(['terraform']) },
      spread: written.spread && { by: written.spread.by, maxInFlight: written.spread.maxInFlight ?? 1 },
      hooks: written.hooks,
      notify: written.notify?.map(buildWebhook),
      schedule: written.schedule && buildSchedule(written.schedule),
    }),
  };
}

function buildTarget(target: WrittenTarget, location: SourceLocation): PlanTarget {
  const { instance, select, exclude = [], region = null, profile = null, zones = null } = target;
  const requested: Partial<Record<Dimension, RequestedSize>> = {};
  if (target.memoryPerShard !== undefined)
    requested.memoryPerShard = buildRequestedSize(target.memoryPerShard);
  if (target.shards !== undefined) requested.shards = buildNumber(target.shards);
  if (target.replicas !== undefined) requested.replicas = buildNumber(target.replicas);
  return {
    location,
    region,
    profile,
    match: select
      ? { kind: 'select', select: buildSelect(select), exclude: exclude.map(buildSelect) }
      : { kind: 'instance', instance: instance! },
    requested,
    zones,
  };
}

function buildRequestedSize(written: string | number | WrittenRelativeSize): RequestedSize {
  if (typeof written !== 'object') return { kind: 'absolute', value: assertParsed(parseSize(written)) };
  const atMost = parseOptional(written.atMost, parseSize);
  if (written.fit !== undefined) {
    const { fit, statistic, over } = written;
    const atLeast = parseOptional(written.atLeast, parseSize);
    return { ...buildSizeByUse({ fit, of: 'memory', ...given({ statistic, over }) }), atLeast, atMost };
  }
  const percent = parsePercent(written.grow);
  const timesUsed = parseTimesUsed(written.atLeast);
  return {
    kind: 'relative',
    grow:
      written.grow === undefined
        ? null
        : percent !== null
          ? { percent }
          : { amount: assertParsed(parseSize(written.grow)) },
    atLeast: timesUsed === null ? parseOptional(written.atLeast, parseSize) : { timesUsed },
    atMost,
    roundTo: written.roundTo ?? null,
  };
}

function buildWave({ name, take, from, soak, slowStart, approval, haltWhen, gate }: WrittenWave): PlanWave {
  const share: Take =
    typeof take === 'number'
      ? { kind: 'count', count: take }
      : take === 'rest'
        ? { kind: 'rest' }
        : { kind: 'percent', percent: assertParsed(parsePercent(take)) };
  const { tags, ...scopes } = from ?? {};
  return {
    name,
    take: share,
    ...given({
      from: from && { ...scopes, ...given({ tags: tags && buildTags(tags) }) },
      soak: parseOptional(soak, parseDuration),
      slowStart,
      approval:
        approval === undefined || approval === 'required'
          ? approval
          : { within: assertParsed(parseDuration(approval.within)) },
      haltWhen: haltWhen && buildThresholds(haltWhen),
      gate: gate && buildGate(gate),
    }),
  };
}

function buildGate(written: WrittenGate): Gate {
  const { duration, metric, command, url, timeout } = written;
  const { onInconclusive = DEFAULTS.onInconclusive, shadow = false } = written;
  return {
    ...buildThresholds(written),
    ...given({
      duration: parseOptional(duration, parseGateDuration),
      metric: metric && {
        name: metric.name,
        fails: assertParsed(parseComparison(metric.fails)),
        over: parseOptional(metric.over, parseDuration) ?? DEFAULTS.over,
      },
      command,
      url,
    }),
    timeout: parseOptional(timeout, parseDuration) ?? DEFAULTS.timeout,
    onInconclusive,
    shadow,
  };
}

/** Only the thresholds that the author wrote. */
function buildThresholds({ failed, unknown }: WrittenThresholds): NonNullable<RolloutOptions['haltWhen']> {
  return given({
    failed: parseOptional(failed, parseThreshold),
    unknown: parseOptional(unknown, parseThreshold),
  });
}

function buildWebhook(written: Partial<Webhook>): Webhook {
  const { url = null, urlEnv = null, form = 'json', on = NOTICE_EVENTS, secretEnv = null } = written;
  return { url, urlEnv, form, on: NOTICE_EVENTS.filter((event) => on.includes(event)), secretEnv };
}

function buildWindows(written: WrittenWindows): PlanWindows {
  const { timezone, allow = [], freeze = [], calendars = [], atClose = DEFAULTS.atClose } = written;
  const lastStart = parseOptional(written.lastStart, parseDuration) ?? 0;
  return { timezone, allow, freeze, calendars, lastStart, atClose };
}

function buildSchedule(written: WrittenSchedule): Schedule {
  const { cron, timezone, once, does, catchUp = DEFAULTS.catchUp, catchUpWithin } = written;
  return {
    when:
      cron === undefined
        ? {
            kind: 'once',
            at: assertParsed(parseInstant(once)),
            zone: /[+-]\d{2}:\d{2}$/.exec(once!)?.[0] ?? 'UTC',
          }
        : { kind: 'cron', cron, timezone: timezone! },
    does,
    catchUp,
    ...given({ catchUpWithin: parseOptional(catchUpWithin, parseDuration) }),
  };
}

function buildExecution(written: WrittenExecution = {}): Execution {
  return {
    inFlight: written.inFlight ?? DEFAULTS.inFlight,
    requestsPerSecond: written.requestsPerSecond ?? DEFAULTS.requestsPerSecond,
    switch: written.switch ?? DEFAULTS.switch,
    patience: parseOptional(written.patience, parseDuration) ?? DEFAULTS.patience,
    haltWhen: { ...DEFAULTS.haltWhen, ...buildThresholds(written.haltWhen ?? {}) },
    ...given({ slowStart: written.slowStart }),
  };
}
