/**
 * The faults of the simulator. On the command line:
 *
 *   NAME[=VALUE][@ACTION][:PROBABILITY|#COUNT][+FROM[..UNTIL]]
 *
 *   lost-answer#1                           the first order only
 *   slow=5s@DescribeInstances:0.1           10 % of the reads
 *   failed-task=crs-5qlrlhux                orders for one instance
 *   no-cam@*+30s..2m                        every action, from 30 s to 2 min after the world's start
 *
 * Without times, a fault is active from the start and never ends.
 */
import { closest } from '../../closest-word.ts';
import { RefitError } from '../../errors.ts';
import { HOUR, MINUTE, SECOND } from '../../units.ts';

/** The type of the value after `=`. A value with `?` is optional. */
type Parameter = 'none' | 'executed?' | 'instance?' | 'region?' | 'instance' | 'duration' | 'number' | 'code';

/**
 * Defines a fault.
 * @param description what happens, for the help and for the error about an unknown name
 * @param action the default of `@Action`; null if the fault does not belong to an action
 */
function kind<const Name extends string>(
  name: Name,
  parameter: Parameter,
  description: string,
  action: string | null = 'UpgradeInstance',
) {
  return { name, parameter, action, description };
}

type FaultKind = Readonly<ReturnType<typeof kind<FaultName>>>;

/** Faults of orders. */
export const FAULTS = [
  kind('lost-answer', 'none', 'the request is executed, and the connection is cut before the answer'),
  kind('reset-before', 'none', 'the connection is cut, and the request is not executed'),
  kind(
    'http-500',
    'executed?',
    'HTTP 500 with a JSON body that is not an answer; with =executed, the request is executed',
  ),
  kind('html', 'executed?', 'HTTP 502 with an HTML page; with =executed, the request is executed'),
  kind('half-json', 'none', 'the request is executed, and the answer stops in the middle'),
  kind('slow', 'duration', 'the answer is delayed by the given time, for example slow=5s', '*'),
  kind('limit', 'number', 'a different request limit per second, for example limit=5', '*'),
  kind('no-permission', 'instance?', 'InvalidParameter.PermissionDenied'),
  kind('no-cam', 'instance?', 'UnauthorizedOperation.NoCAMAuthed'),
  kind('no-balance', 'instance?', 'ResourceUnavailable.AccountBalanceNotEnough'),
  kind('pay-failed', 'instance?', 'FailedOperation.PayFailed'),
  kind('sold-out', 'instance?', 'ResourceUnavailable.SaleOut'),
  kind('insufficient', 'instance?', 'ResourceInsufficient'),
  kind('low-version', 'instance?', 'UnsupportedOperation.LowVersion'),
  kind('quota', 'instance?', 'LimitExceeded'),
  kind('internal-error', 'executed?', 'InternalError; with =executed, the request is executed'),
  kind('system-error', 'executed?', 'FailedOperation.SystemError; with =executed, the request is executed'),
  kind('unknown-error', 'executed?', 'FailedOperation.Unknown; with =executed, the request is executed'),
  kind('failed-task', 'instance?', 'the order is accepted, but its task fails and the size does not change'),
  kind('stuck', 'instance?', 'the order is accepted, but the instance stays in the status processing'),
  kind(
    'clock-skew',
    'duration',
    'the server clock is ahead by the given time, for example clock-skew=10m (behind: -10m)',
    null,
  ),
  kind(
    'hand-change',
    'instance',
    'another person changes the instance directly after its first read, for example hand-change=crs-5qlrlhux',
    null,
  ),
  kind(
    'foreign-task',
    'instance',
    'a backup runs on the instance the whole time, for example foreign-task=crs-5qlrlhux',
    null,
  ),
  kind(
    'foreign-order',
    'instance',
    'another person changes the instance to a larger size just before the next order of Refit arrives, for example foreign-order=crs-5qlrlhux#1',
  ),
];

/** Faults of keys, reads and maintenance windows. */
const MORE_FAULTS = [
  kind(
    'refuse',
    'code',
    'the given error code, not executed, for example refuse=InternalError.DbOperationFailed@DescribeInstances',
  ),
  kind(
    'expired-token',
    'none',
    'temporary keys issued before the start time of the fault are expired (AuthFailure.TokenFailure), for example expired-token+30s',
    null,
  ),
  kind(
    'token-life',
    'duration',
    'temporary keys expire after the given time at the latest, for example token-life=30s',
    null,
  ),
  kind('no-cvm-role', 'none', 'the metadata service has no role (404)', null),
  kind(
    'short-pages',
    'number',
    'lists return at most the given number of rows, whatever Limit says, for example short-pages=20',
    '*',
  ),
  kind(
    'window-refused',
    'region?',
    'an order for the maintenance window (SwitchOption 1) is refused, everywhere or in one region, for example window-refused=ap-shanghai',
  ),
  kind(
    'window-ignored',
    'region?',
    'an order for the maintenance window (SwitchOption 1) is accepted, but the change starts immediately, everywhere or in one region',
  ),
];

/** Faults of the monitor product. */
const MONITOR_FAULTS = [
  kind(
    'late-points',
    'duration',
    'points appear only the given time after the end of their period, for example late-points=6m',
    null,
  ),
  kind('gaps', 'number', 'this percentage of all hours has no points, for example gaps=2', null),
  kind('older-limits', 'none', 'GetMonitorData takes at most 10 instances and 1,440 points', null),
  kind(
    'free-calls',
    'number',
    'GetMonitorData answers this many calls, then refuses with FailedOperation.ErrNotOpen, for example free-calls=1000',
    null,
  ),
];

/** All faults. */
export const ALL_FAULTS: readonly FaultKind[] = [...FAULTS, ...MORE_FAULTS, ...MONITOR_FAULTS];

export type FaultName =
  | (typeof FAULTS)[number]['name']
  | (typeof MORE_FAULTS)[number]['name']
  | (typeof MONITOR_FAULTS)[number]['name'];

/** A requested fault. */
export interface Fault {
  readonly name: FaultName;
  /** Milliseconds of a duration, a number, an instance id, region, code, or `executed`; null without a value. */
  readonly value: string | number | null;
  /** The affected action; `*`: all; null: the fault does not belong to an action. */
  readonly action: string | null;
  /** Probability of each strike, 0 to 1; null: always. */
  readonly probability: number | null;
  /** Maximum number of strikes; null: no limit. */
  readonly count: number | null;
  /** Start, milliseconds after the world's start. */
  readonly from: number;
  /** End, milliseconds after the world's start; null: never. */
  readonly until: number | null;
}

const GRAMMAR =
  /^([a-z0-9-]+)(?:=([^@:#+]+))?(?:@([A-Za-z]+|\*))?(?::(0|1|0?\.\d+|1\.0+)|#(\d{1,9}))?(?:\+([\d.]+(?:ms|s|m|h))(?:\.\.([\d.]+(?:ms|s|m|h)))?)?$/;

/** Parses one `--fault`. @throws RefitError `usage`, whose fix lists all faults */
export function parseFault(text: string): Fault {
  const parts = GRAMMAR.exec(text);
  const kind = ALL_FAULTS.find(({ name }) => name === parts?.[1]);
  if (!parts || !kind) {
    const [name = ''] = /^[\w-]*/.exec(text) ?? [];
    const near = kind
      ? null
      : closest(
          name,
          ALL_FAULTS.map((one) => one.name),
        );
    if (near !== null) {
      const command = `--fault ${near}${text.slice(name.length)}`;
      return refuse(`${JSON.stringify(text)} is not a fault; did you mean ${near}?`, command);
    }
    return refuse(
      `${JSON.stringify(text)} is not a fault; the form is NAME[=VALUE][@ACTION][:PROBABILITY|#COUNT][+FROM[..UNTIL]]`,
      `use one of:\n${ALL_FAULTS.map(({ name, description }) => `  ${name}: ${description}`).join('\n')}`,
    );
  }
  const [, , rawValue, action, probability, count, fromText, untilText] = parts;
  const from = milliseconds(fromText ?? '0s');
  const until = untilText === undefined ? null : milliseconds(untilText);
  if (from === null || (untilText !== undefined && (until === null || until <= from))) {
    return refuse(
      `${JSON.stringify(text)}: the start time is not before the end time`,
      `for example --fault ${kind.name}+10s..1m`,
    );
  }
  if (kind.action === null && (action ?? probability ?? count) !== undefined) {
    return refuse(
      `the fault ${kind.name} takes no action, probability or count`,
      `--fault ${kind.name}=${rawValue ?? 'VALUE'}`,
    );
  }
  if (kind.name === 'expired-token' && fromText === undefined)
    return refuse(
      'the fault expired-token needs the time at which older keys expire',
      'for example --fault expired-token+30s',
    );
  return {
    name: kind.name,
    value: readValue(kind, rawValue),
    action: action ?? kind.action,
    probability: probability === undefined ? null : Number(probability),
    count: count === undefined ? null : Number(count),
    from,
    until,
  };
}

function refuse(message: string, fix: string): never {
  throw new RefitError('usage', message, fix);
}

/** How to read the value after `=`. */
interface ValueForm {
  /** Returns null if the text is not valid. */
  readonly read: (text: string) => string | number | null;
  readonly expected: string;
  /** Description of a required value; left out if the value is optional. */
  readonly required?: string;
}

const textLike = (form: RegExp) => (text: string) => (form.test(text) ? text : null);
const instance: ValueForm = {
  read: textLike(/^crs-[a-z0-9]{8,}$/),
  expected: 'an instance id such as crs-5qlrlhux',
};
const WHOLE = 'a whole number from 1';
const CODE = 'a code such as InternalError';

const VALUES: Readonly<Record<Parameter, ValueForm>> = {
  none: { read: () => null, expected: 'no value' },
  'executed?': { read: textLike(/^executed$/), expected: 'only the value "executed"' },
  'instance?': instance,
  instance: { ...instance, required: 'an instance id' },
  'region?': { read: textLike(/^[a-z]{2,4}(-[a-z0-9]+)+$/), expected: 'a region such as ap-shanghai' },
  code: { read: textLike(/^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*$/), expected: CODE, required: CODE },
  number: {
    read: (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null),
    expected: WHOLE,
    required: WHOLE,
  },
  duration: {
    read: milliseconds,
    expected: 'a time such as 250ms, 5s or 10m',
    required: 'a time such as 5s',
  },
};

function readValue({ name, parameter, description }: FaultKind, raw: string | undefined): Fault['value'] {
  const { read, expected, required } = VALUES[parameter];
  if (raw === undefined && required === undefined) return null;
  const value = raw === undefined ? null : read(raw);
  if (value !== null) return value;
  const valid = raw === undefined ? required : `${expected}, not ${JSON.stringify(raw)}`;
  return refuse(`the fault ${name} takes ${valid}`, `${name}: ${description}`);
}

/** Parses `250ms`, `5s` or `-10m`; null if it is not a time. */
function milliseconds(text: string): number | null {
  const [, number, unit] = /^(-?\d{1,9}(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return unit === undefined ? null : Number(number) * UNITS[unit as keyof typeof UNITS];
}

const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR };

/** Faults whose value limits them to one instance or region. */
const TARGETED_FAULTS: ReadonlySet<string> = new Set(
  ALL_FAULTS.filter(
    ({ parameter, action }) =>
      parameter === 'instance?' || parameter === 'region?' || (parameter === 'instance' && action !== null),
  ).map(({ name }) => name),
);

/** The faults of a world, with the remaining strikes of each. */
export type FaultSet = ReturnType<typeof createFaultSet>;

/**
 * Creates the faults of a world.
 * @param chance returns random numbers from 0 to below 1
 * @param startedAt the world's start, ms since 1970 UTC
 */
export function createFaultSet(faults: readonly Fault[], chance: () => number, startedAt: number) {
  const armed = faults.map((fault) => ({ fault, left: fault.count ?? Number.POSITIVE_INFINITY }));
  const byName = Map.groupBy(armed, ({ fault }) => fault.name);
  let elapsed = 0;
  const isActive = ({ from, until }: Fault): boolean =>
    elapsed >= from && (until === null || elapsed < until);
  const all = (name: FaultName): readonly Fault[] => byName.get(name)?.map(({ fault }) => fault) ?? [];
  return {
    /** Sets the current time, ms since 1970 UTC. */
    setTime(now: number): void {
      elapsed = now - startedAt;
    },
    /**
     * Returns a fault of this name that strikes now, and counts the strike; null if none does.
     * @param subject the instance, or the region for faults of a region
     */
    strike(name: FaultName, action: string, subject: string | null): Fault | null {
      for (const armed of byName.get(name) ?? []) {
        const { fault } = armed;
        if (armed.left <= 0 || !isActive(fault)) continue;
        if (fault.action !== '*' && fault.action !== action) continue;
        if (fault.value !== null && fault.value !== subject && TARGETED_FAULTS.has(name)) continue;
        if (fault.probability !== null && chance() >= fault.probability) continue;
        armed.left -= 1;
        return fault;
      }
      return null;
    },
    /** All faults of this name that are active now. Counts nothing. */
    active: (name: FaultName): readonly Fault[] => all(name).filter(isActive),
    /** All faults of this name at any time. */
    all,
  };
}
