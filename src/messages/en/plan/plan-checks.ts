/** What Refit says about a plan whose values fit the schema but not each other. */
import type { Dimension } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { formatMemory } from '../format-size.ts';

/** A day, or a date with a time. */
type Unit = 'day' | 'moment';

const preposition = (unit: Unit): string => (unit === 'day' ? 'on' : 'at');

const AN_EXAMPLE = {
  freeze: '2026-11-10..2026-11-12',
  cron: 'cron: "30 1 * * Tue"',
  timezone: 'timezone: Asia/Shanghai',
} as const;

const EXAMPLE_LABELS: Readonly<Record<string, string>> = { change: 'CHG-20481', owner: 'dba-oncall' };

const KEEP_ONE = 'keep one of the two';
const REMOVE_ONE = 'remove one of the two';

export const planChecks = {
  'plan-check.no-such-moment': ({
    key,
    written,
    example,
  }: {
    key: string;
    written: string;
    example: string;
  }): Text => ({
    message: `${key} is ${written}, a moment that does not exist`,
    example: `${key}: ${example}`,
  }),
  'plan-check.conflict': ({
    id,
    dimension,
    line,
  }: {
    id: string;
    dimension: Dimension;
    line: number;
  }): Text => ({
    message: `two targets name ${id} with different ${dimension}: this line and line ${line}`,
    fix: KEEP_ONE,
  }),
  'plan-check.no-size-fits': ({
    atLeast,
    atMost,
    written,
  }: {
    /** MB. */
    atLeast: number;
    atMost: number;
    /** What the author wrote for `atLeast`. */
    written: string | number;
  }): Text => ({
    message: `atLeast is ${formatMemory(atLeast)} and atMost is ${formatMemory(atMost)}: no size fits both`,
    fix: `atMost: ${written}`,
  }),
  'plan-check.approval-without-approvers': (): Text => ({
    message: 'the wave requires an approval, but the plan names no approvers',
    example: 'approvals: { need: 1, from: approvers.yaml }',
  }),
  'plan-check.nothing-visible': ({
    key,
    of,
  }: {
    key: string;
    /** Whether it belongs to a wave; else to the plan. */
    of: boolean;
  }): Text => ({
    message: `${of ? 'the name of the wave' : key} has nothing to see: only blanks or invisible characters`,
    example: `${key}: ${EXAMPLE_LABELS[key] ?? 'canary'}`,
  }),
  'plan-check.wave-name-twice': ({ name }: { name: string }): Text => ({
    message: `two waves have the name ${JSON.stringify(name)}`,
    fix: `name: ${name}-2`,
  }),
  'plan-check.rest-twice': (): Text => ({
    message: 'two waves take the rest; nothing is left for the second one',
    example: 'take: 10%',
  }),
  'plan-check.rest-not-last': (): Text => ({
    message: 'this wave takes the rest, so nothing is left for the waves after it',
    fix: 'put this wave last',
  }),
  'plan-check.waves-take-too-much': ({ percent }: { percent: number }): Text => ({
    message: `the waves take ${percent}% of the targets together`,
    fix: 'take: rest for the last wave',
  }),
  'plan-check.threshold-always-holds': ({ key, gate }: { key: string; gate: boolean }): Text => ({
    message: gate
      ? `gate.${key} always holds: the gate would fail after every wave`
      : `haltWhen.${key} always holds: the run would halt before its first order`,
    example: `${key}: "> 0"`,
  }),
  'plan-check.forecast-of-first-wave': (): Text => ({
    message: 'the first wave has no forecast: a forecast is how long the waves before it took',
    example: 'duration: "> 15m"',
  }),
  'plan-check.expires-too-long': ({ written, days }: { written: string; days: number }): Text => ({
    message: `expires is ${written}; it must be at most ${days}d`,
    example: 'expires: 48h',
  }),
  'plan-check.metric-over': ({ written }: { written: string }): Text => ({
    message: `over is ${written}; it must be 1m to 24h`,
    example: 'over: 5m',
  }),
  'plan-check.secret-in-address': (): Text => ({
    message: 'the address contains a secret, and everyone who reads the plan could use it',
    fix: 'urlEnv: NOTIFY_URL   and where the plan is applied: export NOTIFY_URL=…',
  }),

  'plan-check.time-zone': ({ name, meant }: { name: string; meant: string | null }): Text => ({
    message: `the time zone ${JSON.stringify(name)} is not known`,
    ...(meant === null ? { example: AN_EXAMPLE.timezone } : { fix: `timezone: ${meant}` }),
  }),
  'plan-check.window-without-length': ({ time, days }: { time: string; days: string }): Text => ({
    message: `the window opens and closes at ${time}: this could mean the whole day or no time at all`,
    example: JSON.stringify(`${days} 00:00-24:00`),
  }),
  'plan-check.freeze-does-not-exist': ({ written, unit }: { written: string; unit: Unit }): Text => ({
    message: `${written} is a ${unit} that does not exist`,
    example: AN_EXAMPLE.freeze,
  }),
  'plan-check.freeze-reversed': ({ from, to, unit }: { from: string; to: string; unit: Unit }): Text => ({
    message: `the freeze ends ${preposition(unit)} ${to}, before it starts ${preposition(unit)} ${from}`,
    fix: `${to}..${from}`,
  }),
  'plan-check.freeze-empty': ({ at }: { at: string }): Text => ({
    message: `the freeze starts and ends at ${at}: it freezes nothing`,
    example: AN_EXAMPLE.freeze,
  }),
  'plan-check.listed-twice': ({ written }: { written: string }): Text => ({
    message: `${written} is in the list twice`,
    fix: REMOVE_ONE,
  }),
  'plan-check.last-start-too-long': ({
    written,
    longest,
    suggested,
  }: {
    written: string;
    /** Minutes. */
    longest: number;
    suggested: number;
  }): Text => ({
    message: `lastStart is ${written}, but the longest window lasts ${longest}m: no step could ever start`,
    example: `lastStart: ${suggested}m`,
  }),

  'plan-check.schedule-without-time': (): Text => ({
    message: 'the schedule has no time: it needs cron or once',
    example: AN_EXAMPLE.cron,
  }),
  'plan-check.schedule-two-times': (): Text => ({
    message: 'the schedule has both cron and once',
    fix: 'keep one of cron and once',
  }),
  'plan-check.cron-without-zone': (): Text => ({
    message: 'cron has no time zone, so its times are not clear',
    example: AN_EXAMPLE.timezone,
  }),
  'plan-check.once-with-zone': (): Text => ({
    message: 'timezone belongs to cron; the moment in once has its own zone',
    fix: 'remove it',
  }),
  'plan-check.skip-with-limit': (): Text => ({
    message: 'catchUpWithin limits how late Refit catches up, but catchUp: skip never catches up',
    fix: REMOVE_ONE,
  }),
  'plan-check.cron-invalid': ({
    cron,
    cause,
  }: {
    cron: string;
    /** The cron parser's own text. */
    cause: string;
  }): Text => ({
    message: `cron is ${JSON.stringify(cron)}: ${cause}`,
    example: `${AN_EXAMPLE.cron}   (minute 0-59, hour 0-23, day 1-31, month 1-12, weekday Sun-Sat)`,
  }),
  'plan-check.cron-never-due': ({ cron }: { cron: string }): Text => ({
    message: `cron is ${JSON.stringify(cron)}, which is never due`,
    example: AN_EXAMPLE.cron,
  }),
};
