/**
 * Writes the settings of a saved plan as its author would write them in YAML. The rules of plans then judge them, so that
 * a saved plan can hold nothing that a plan cannot.
 *
 *     { patience: 90000, haltWhen: { failed: { operator: '>', value: 5, base: 'wave' } } }
 *       → { patience: '90s', haltWhen: { failed: '> 5% of wave' } }
 */
import { given } from '../../given.ts';
import { formatThreshold } from '../../messages/en/format-size.ts';
import type {
  Execution,
  Gate,
  RolloutOptions,
  SavedWindows,
  Schedule,
  Threshold,
  Webhook,
} from '../../model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../units.ts';
import type { StoredPlan } from './stored-plan.ts';

/** The settings of a saved plan, in the keys of a plan. A saved plan has no guards, and its targets are its steps. */
export function writtenSettings(stored: StoredPlan): object {
  const { name, change, owner, finishBy, execution, waves, approvals, spread, hooks } = stored;
  const { windows, schedule, notify } = stored;
  return {
    version: 1,
    name,
    targets: [{ select: { all: true }, replicas: 1 }],
    ...given({ change, owner, finishBy }),
    execution: writtenExecution(execution),
    ...given({
      // A plan without steps has no waves.
      waves: waves.length === 0 ? null : waves.map(writtenWave),
      approvals: approvals && { need: approvals.need, from: 'approvers.yaml' },
      spread,
      windows: windows && writtenWindows(windows),
      schedule: schedule && writtenSchedule(schedule),
      hooks,
      notify: notify?.map((one: Webhook) => given(one)),
    }),
  };
}

function writtenExecution({ patience, haltWhen, ...rest }: Execution) {
  return { ...rest, patience: writtenDuration(patience), haltWhen: writtenThresholds(haltWhen) };
}

function writtenWave({
  name,
  soak,
  slowStart,
  approval,
  haltWhen,
  gate,
}: RolloutOptions & { readonly name: string }) {
  const rollout = given({
    soak: soak === undefined ? null : writtenDuration(soak),
    slowStart,
    approval: typeof approval === 'object' ? { within: writtenDuration(approval.within) } : approval,
    haltWhen: haltWhen && writtenThresholds(haltWhen),
    gate: gate && writtenGate(gate),
  });
  return { name, take: 1, ...rollout };
}

function writtenGate({ failed, unknown, duration, metric, timeout, ...rest }: Gate) {
  return {
    ...rest,
    ...writtenThresholds({ failed, unknown }),
    ...given({
      duration:
        duration &&
        `${duration.operator} ${duration.unit === 'ms' ? writtenDuration(duration.value) : `${duration.value}x forecast`}`,
      metric: metric && {
        name: metric.name,
        fails: `${metric.fails.operator} ${metric.fails.value}`,
        over: writtenDuration(metric.over),
      },
    }),
    timeout: writtenDuration(timeout),
  };
}

function writtenThresholds(thresholds: {
  readonly failed?: Threshold | null | undefined;
  readonly unknown?: Threshold | null | undefined;
}) {
  const { failed, unknown } = thresholds;
  return given({ failed: failed && formatThreshold(failed), unknown: unknown && formatThreshold(unknown) });
}

function writtenWindows({ timezone, allow, freeze, lastStart, atClose, calendars }: SavedWindows) {
  return {
    timezone,
    ...given({
      allow: allow.length > 0 ? allow : null,
      freeze: freeze.length > 0 ? freeze : null,
      calendars: calendars.length > 0 ? calendars.map(({ file }) => file) : null,
      lastStart: lastStart === 0 ? null : writtenDuration(lastStart),
    }),
    atClose,
  };
}

function writtenSchedule({ when, does, catchUp, catchUpWithin }: Schedule) {
  const times =
    when.kind === 'cron'
      ? { cron: when.cron, timezone: when.timezone }
      : { once: localTime(when.at, when.zone) };
  const within = catchUpWithin === undefined ? null : writtenDuration(catchUpWithin);
  return { ...times, does, catchUp, ...given({ catchUpWithin: within }) };
}

/** A moment in the zone of its author: `2026-11-24T17:30:00.000Z` in `+08:00` is `2026-11-25T01:30:00.000+08:00`. */
function localTime(at: string, zone: string): string {
  const [sign, hours, minutes] = [zone[0], Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (zone === 'UTC') return at;
  const shifted = Date.parse(at) + (sign === '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
  const local = new Date(shifted);
  return Number.isNaN(local.getTime()) ? at : local.toISOString().replace('Z', zone);
}

const UNITS = { s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const;
/** The largest number of a duration in a plan. */
const MOST = 999_999;

/** Milliseconds in the smallest unit in which a plan can say them. What no plan can say stays in milliseconds. */
function writtenDuration(ms: number): string {
  const [unit, length] = Object.entries(UNITS).find(([, one]) => ms % one === 0 && ms / one <= MOST) ?? [
    'ms',
    1,
  ];
  return `${ms / length}${unit}`;
}
