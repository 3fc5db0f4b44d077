/**
 * A plan as written, after the schema and the checks, as the noun `Plan`: quantities as numbers, defaults filled
 * in. The shapes below say what the schema has made sure of.
 */
import { given } from '../../given.ts';
import {
  type Dimension,
  type EditionName,
  type Execution,
  type Hooks,
  type InstanceStatus,
  NOTICE_EVENTS,
  type Place,
  type Plan,
  type PlanTarget,
  type PlanWave,
  type Schedule,
  type Select,
  type Take,
  type Threshold,
  type WaveApproval,
  type Webhook,
  type Wish,
} from '../../model.ts';
import { HOUR, MINUTE } from '../../units.ts';
import { parseInstant } from '../windows/window-text.ts';
import { buildGate, buildThresholds, type WrittenGate } from './build-gate.ts';
import {
  parseCost,
  parseDuration,
  parsed,
  parsePercent,
  parseSize,
  parseThreshold,
  parseTimesUsed,
  sure,
} from './quantity.ts';
import type { Path } from './yaml-places.ts';

interface WrittenPlan {
  readonly name: string;
  readonly change?: string;
  readonly owner?: string;
  readonly expires?: string;
  readonly finishBy?: string;
  readonly defaults?: { readonly region?: string; readonly profile?: string };
  readonly onBlocked?: Plan['onBlocked'];
  readonly targets: readonly WrittenTarget[];
  readonly guards?: {
    readonly targets?: string | number;
    readonly shrink?: 'allow' | 'deny';
    readonly cost?: string;
  };
  readonly waves?: readonly WrittenWave[];
  readonly approvals?: { readonly need: number; readonly from: string };
  readonly spread?: { readonly by: string; readonly maxInFlight?: number };
  readonly windows?: {
    readonly timezone: string;
    readonly allow?: readonly string[];
    readonly freeze?: readonly string[];
    readonly calendars?: readonly string[];
    readonly lastStart?: string;
    readonly atClose?: 'drain' | 'halt';
  };
  readonly execution?: {
    readonly inFlight?: number;
    readonly requestsPerSecond?: number;
    readonly switch?: Execution['switch'];
    readonly patience?: string;
    readonly haltWhen?: { readonly failed?: string; readonly unknown?: string };
    readonly slowStart?: boolean;
  };
  readonly schedule?: {
    readonly cron?: string;
    readonly timezone?: string;
    readonly once?: string;
    readonly does: Schedule['does'];
    readonly catchUp?: Schedule['catchUp'];
    readonly catchUpWithin?: string;
  };
  readonly hooks?: Hooks;
  readonly notify?: readonly {
    readonly url?: string;
    readonly urlEnv?: string;
    readonly form?: Webhook['form'];
    readonly on?: Webhook['on'];
    readonly secretEnv?: string;
  }[];
}

interface WrittenWave {
  readonly name: string;
  readonly take: string | number;
  readonly from?: Pick<WrittenSelector, 'regions' | 'tags'> & { readonly profiles?: readonly string[] };
  readonly soak?: string;
  readonly slowStart?: boolean;
  readonly approval?: 'required' | { readonly within: string };
  readonly haltWhen?: { readonly failed?: string; readonly unknown?: string };
  readonly gate?: WrittenGate;
}

interface WrittenTarget {
  readonly instance?: string;
  readonly select?: WrittenSelector;
  readonly exclude?: readonly (string | WrittenSelector)[];
  readonly region?: string;
  readonly profile?: string;
  readonly memoryPerShard?: string | number | WrittenRelativeSize;
  readonly shards?: number;
  readonly replicas?: number;
  readonly zones?: readonly string[];
}

interface WrittenSelector {
  readonly all?: true;
  readonly ids?: readonly string[];
  readonly regions?: readonly string[];
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  readonly name?: string;
  readonly editions?: readonly EditionName[];
  readonly status?: readonly InstanceStatus[];
}

interface WrittenRelativeSize {
  readonly grow?: string | number;
  readonly atLeast?: string | number;
  readonly atMost?: string | number;
  readonly roundTo?: 'sold';
}

/** What holds where the plan is silent. The same defaults stand in the schema, for editors. */
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
} as const;

/** @param value a plan that the schema and the checks found without error. @param placeOf the place of what stands there. */
export function buildPlan(value: unknown, file: string, placeOf: (path: Path) => Place): Plan {
  const written = value as WrittenPlan;
  const { defaults, guards, approvals } = written;
  return {
    file,
    name: written.name,
    change: written.change ?? null,
    owner: written.owner ?? null,
    expires: parsed(written.expires, parseDuration) ?? DEFAULTS.expires,
    onBlocked: written.onBlocked ?? DEFAULTS.onBlocked,
    finishBy: parsed(written.finishBy, parseInstant),
    defaults: { region: defaults?.region ?? null, profile: defaults?.profile ?? null },
    targets: written.targets.map((target, index) => buildTarget(target, placeOf(['targets', index]))),
    guards: {
      targets: parsed(guards?.targets, parseThreshold),
      shrink: guards?.shrink ?? DEFAULTS.shrink,
      cost: parsed(guards?.cost, parseCost),
    },
    waves: written.waves?.map(buildWave) ?? DEFAULTS.waves,
    execution: buildExecution(written.execution),
    ...given({
      windows: written.windows && buildWindows(written.windows),
      approvals: approvals && { ...approvals, place: placeOf(['approvals']) },
      spread: written.spread && { by: written.spread.by, maxInFlight: written.spread.maxInFlight ?? 1 },
      hooks: written.hooks,
      notify: written.notify?.map(buildWebhook),
      schedule: written.schedule && buildSchedule(written.schedule),
    }),
  };
}

function buildTarget(target: WrittenTarget, place: Place): PlanTarget {
  const wishes: Partial<Record<Dimension, Wish>> = {};
  if (target.memoryPerShard !== undefined) wishes.memoryPerShard = buildWish(target.memoryPerShard);
  if (target.shards !== undefined) wishes.shards = { kind: 'absolute', value: target.shards };
  if (target.replicas !== undefined) wishes.replicas = { kind: 'absolute', value: target.replicas };
  return {
    place,
    region: target.region ?? null,
    profile: target.profile ?? null,
    match: target.select
      ? {
          kind: 'select',
          select: buildSelect(target.select),
          exclude: (target.exclude ?? []).map(buildSelect),
        }
      : { kind: 'instance', instance: target.instance! },
    wishes,
    zones: target.zones ?? null,
  };
}

function buildSelect(selector: string | WrittenSelector): Select {
  const written: WrittenSelector = typeof selector === 'string' ? { ids: [selector] } : selector;
  return {
    all: written.all ?? false,
    ids: written.ids ?? null,
    regions: written.regions ?? null,
    tags: written.tags ? buildTags(written.tags) : null,
    name: written.name ?? null,
    editions: written.editions ?? null,
    status: written.status ?? null,
  };
}

function buildTags(tags: NonNullable<WrittenSelector['tags']>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key, typeof value === 'string' ? [value] : value]),
  );
}

function buildWish(written: string | number | WrittenRelativeSize): Wish {
  if (typeof written !== 'object') return { kind: 'absolute', value: sure(parseSize(written)) };
  const percent = parsePercent(written.grow);
  const timesUsed = parseTimesUsed(written.atLeast);
  return {
    kind: 'relative',
    grow:
      written.grow === undefined
        ? null
        : percent !== null
          ? { percent }
          : { amount: sure(parseSize(written.grow)) },
    atLeast: timesUsed === null ? parsed(written.atLeast, parseSize) : { timesUsed },
    atMost: parsed(written.atMost, parseSize),
    roundTo: written.roundTo ?? null,
  };
}

function buildWave({ name, take, from, soak, slowStart, approval, haltWhen, gate }: WrittenWave): PlanWave {
  const share: Take =
    typeof take === 'number'
      ? { kind: 'count', count: take }
      : take === 'rest'
        ? { kind: 'rest' }
        : { kind: 'percent', percent: sure(parsePercent(take)) };
  const { tags, ...scopes } = from ?? {};
  return {
    name,
    take: share,
    ...given({
      from: from && { ...scopes, ...given({ tags: tags && buildTags(tags) }) },
      soak: parsed(soak, parseDuration),
      slowStart,
      approval: approval && buildWaveApproval(approval),
      haltWhen: haltWhen && buildThresholds(haltWhen),
      gate: gate && buildGate(gate),
    }),
  };
}

function buildWaveApproval(approval: NonNullable<WrittenWave['approval']>): WaveApproval {
  return approval === 'required' ? approval : { within: sure(parseDuration(approval.within)) };
}

function buildWebhook(written: NonNullable<WrittenPlan['notify']>[number]): Webhook {
  return {
    url: written.url ?? null,
    urlEnv: written.urlEnv ?? null,
    form: written.form ?? 'json',
    on: NOTICE_EVENTS.filter((event) => written.on === undefined || written.on.includes(event)),
    secretEnv: written.secretEnv ?? null,
  };
}

function buildWindows(written: NonNullable<WrittenPlan['windows']>): NonNullable<Plan['windows']> {
  const { timezone, allow = [], freeze = [], calendars = [], atClose = DEFAULTS.atClose } = written;
  const lastStart = parsed(written.lastStart, parseDuration) ?? 0;
  return { timezone, allow, freeze, calendars, lastStart, atClose };
}

function buildSchedule(written: NonNullable<WrittenPlan['schedule']>): Schedule {
  const { cron, timezone, once, does, catchUp = DEFAULTS.catchUp, catchUpWithin } = written;
  return {
    when:
      cron === undefined
        ? { kind: 'once', at: sure(parseInstant(once)), zone: zoneOf(once!) }
        : { kind: 'cron', cron, timezone: timezone! },
    does,
    catchUp,
    ...given({ catchUpWithin: parsed(catchUpWithin, parseDuration) }),
  };
}

function zoneOf(instant: string): string {
  return /[+-]\d{2}:\d{2}$/.exec(instant)?.[0] ?? 'UTC';
}

function buildExecution(written: WrittenPlan['execution'] = {}): Execution {
  const threshold = (value: string | undefined, otherwise: Threshold) =>
    parsed(value, parseThreshold) ?? otherwise;
  return {
    inFlight: written.inFlight ?? DEFAULTS.inFlight,
    requestsPerSecond: written.requestsPerSecond ?? DEFAULTS.requestsPerSecond,
    switch: written.switch ?? DEFAULTS.switch,
    patience: parsed(written.patience, parseDuration) ?? DEFAULTS.patience,
    haltWhen: {
      failed: threshold(written.haltWhen?.failed, DEFAULTS.haltWhen.failed),
      unknown: threshold(written.haltWhen?.unknown, DEFAULTS.haltWhen.unknown),
    },
    ...given({ slowStart: written.slowStart }),
  };
}
