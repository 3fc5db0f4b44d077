/**
 * What the world can be told to do wrong, by name. On the command line:
 *
 *   name[=value][@Action][:probability|#count][+from[..until]]
 *
 * as in `lost-answer#1`, `slow=5s@DescribeInstances:0.1`, `no-permission@InquiryPriceUpgradeInstance`,
 * `failed-task=crs-5qlrlhux`, `no-cam@*+30s..2m`. `@*` means every action; the times after `+` are counted from the
 * world's start, and without them a fault may strike from the start on and for ever.
 */
import { RefitError } from '../../errors.ts';
import { HOUR, MINUTE, SECOND } from '../../units.ts';

/** What may stand after `=`. A `?` may be left out. */
type Parameter = 'none' | 'executed?' | 'instance?' | 'region?' | 'instance' | 'duration' | 'number' | 'code';

/**
 * @param description what happens, for the list that a wrong name is answered with
 * @param action the action it strikes unless `@Action` says otherwise; null where it belongs to no action
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

/** What can befall an order. */
export const FAULTS = [
  kind('lost-answer', 'none', 'the request is executed and the connection cut before the answer'),
  kind('reset-before', 'none', 'the connection is cut and nothing is executed'),
  kind(
    'http-500',
    'executed?',
    'HTTP 500 with a JSON body that is no answer; with =executed the request took effect',
  ),
  kind('html', 'executed?', 'HTTP 502 with an HTML page; with =executed the request took effect'),
  kind('half-json', 'none', 'the request is executed and its answer stops in the middle'),
  kind('slow', 'duration', 'the answer comes late by the given time, as in slow=5s', '*'),
  kind('limit', 'number', 'another request limit a second, as in limit=5', '*'),
  kind('no-permission', 'instance?', 'InvalidParameter.PermissionDenied'),
  kind('no-cam', 'instance?', 'UnauthorizedOperation.NoCAMAuthed'),
  kind('no-balance', 'instance?', 'ResourceUnavailable.AccountBalanceNotEnough'),
  kind('pay-failed', 'instance?', 'FailedOperation.PayFailed'),
  kind('sold-out', 'instance?', 'ResourceUnavailable.SaleOut'),
  kind('insufficient', 'instance?', 'ResourceInsufficient'),
  kind('low-version', 'instance?', 'UnsupportedOperation.LowVersion'),
  kind('quota', 'instance?', 'LimitExceeded'),
  kind('internal-error', 'executed?', 'InternalError; with =executed the request took effect'),
  kind('system-error', 'executed?', 'FailedOperation.SystemError; with =executed the request took effect'),
  kind('unknown-error', 'executed?', 'FailedOperation.Unknown; with =executed the request took effect'),
  kind('failed-task', 'instance?', 'the order is accepted, its task ends as failed and the size stays'),
  kind('stuck', 'instance?', 'the order is accepted and the instance stays in process'),
  kind(
    'clock-skew',
    'duration',
    'the server clock is ahead by the given time, as in clock-skew=10m (or behind: -10m)',
    null,
  ),
  kind(
    'hand-change',
    'instance',
    'somebody else changes the instance right after it was first read, as in hand-change=crs-5qlrlhux',
    null,
  ),
  kind(
    'foreign-task',
    'instance',
    'a backup runs on the instance as long as the world stands, as in foreign-task=crs-5qlrlhux',
    null,
  ),
  kind(
    'foreign-order',
    'instance',
    'somebody else orders the size after the next for the instance as the next order for it arrives, whatever becomes of that one, as in foreign-order=crs-5qlrlhux#1',
  ),
];

/** What can befall keys, reads and the maintenance window. */
const MORE_FAULTS = [
  kind(
    'refuse',
    'code',
    'any code you name, nothing executed, as in refuse=InternalError.DbOperationFailed@DescribeInstances',
  ),
  kind(
    'expired-token',
    'none',
    'temporary keys issued before it begins are dead (AuthFailure.TokenFailure), as in expired-token+30s',
    null,
  ),
  kind(
    'token-life',
    'duration',
    'temporary keys live no longer than the given time, as in token-life=30s',
    null,
  ),
  kind('no-cvm-role', 'none', 'the metadata service knows no role (404)', null),
  kind(
    'window-refused',
    'region?',
    'SwitchOption 1 is refused (in the region, as in window-refused=ap-shanghai)',
  ),
  kind(
    'window-ignored',
    'region?',
    'SwitchOption 1 is taken and the change begins at once (in the region, where one is given)',
  ),
];

/** Every fault there is. */
export const ALL_FAULTS: readonly FaultKind[] = [...FAULTS, ...MORE_FAULTS];

export type FaultName = (typeof FAULTS)[number]['name'] | (typeof MORE_FAULTS)[number]['name'];

/** A fault as asked for. */
export interface Fault {
  readonly name: FaultName;
  /** Milliseconds for a duration, the number, the instance id, region or code, `executed`; null where nothing was given. */
  readonly value: string | number | null;
  /** The action it strikes; `*` every one; null where it belongs to no action. */
  readonly action: string | null;
  /** Chance that it strikes, 0 to 1; null: always. */
  readonly probability: number | null;
  /** How many times it strikes; null: without end. */
  readonly count: number | null;
  /** Milliseconds after the world's start. */
  readonly from: number;
  /** The same; null: without end. */
  readonly until: number | null;
}

const GRAMMAR =
  /^([a-z0-9-]+)(?:=([^@:#+]+))?(?:@([A-Za-z]+|\*))?(?::(0|1|0?\.\d+|1\.0+)|#(\d{1,9}))?(?:\+([\d.]+(?:ms|s|m|h))(?:\.\.([\d.]+(?:ms|s|m|h)))?)?$/;

/** Reads one `--fault`. @throws RefitError `usage`, its fix listing every name. */
export function parseFault(text: string): Fault {
  const parts = GRAMMAR.exec(text);
  const kind = ALL_FAULTS.find(({ name }) => name === parts?.[1]);
  if (!parts || !kind) {
    return refuse(
      `${JSON.stringify(text)} is no fault: name[=value][@Action][:probability|#count][+from[..until]]`,
      `one of:\n${ALL_FAULTS.map(({ name, description }) => `  ${name}: ${description}`).join('\n')}`,
    );
  }
  const [, , rawValue, action, probability, count, fromText, untilText] = parts;
  const from = milliseconds(fromText ?? '0s');
  const until = untilText === undefined ? null : milliseconds(untilText);
  if (from === null || (untilText !== undefined && (until === null || until <= from))) {
    return refuse(
      `${JSON.stringify(text)}: the time from which it may strike comes before the one until which`,
      `${kind.name}+10s..1m`,
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
      'the fault expired-token takes the time from which the keys issued before are dead',
      'expired-token+30s',
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

/** How the value after `=` is read. */
interface ValueForm {
  /** null where the text is no such value. */
  readonly read: (text: string) => string | number | null;
  readonly wanted: string;
  /** What is wanted where none was given; left out where none is needed. */
  readonly needed?: string;
}

const textLike = (form: RegExp) => (text: string) => (form.test(text) ? text : null);
const instance: ValueForm = {
  read: textLike(/^crs-[a-z0-9]{8,}$/),
  wanted: 'an instance id such as crs-5qlrlhux',
};
const WHOLE = 'a whole number from 1';
const CODE = 'a code such as InternalError';

const VALUES: Readonly<Record<Parameter, ValueForm>> = {
  none: { read: () => null, wanted: 'no value' },
  'executed?': { read: textLike(/^executed$/), wanted: 'no value but "executed"' },
  'instance?': instance,
  instance: { ...instance, needed: 'an instance id' },
  'region?': { read: textLike(/^[a-z]{2,4}(-[a-z0-9]+)+$/), wanted: 'a region such as ap-shanghai' },
  code: { read: textLike(/^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*$/), wanted: CODE, needed: CODE },
  number: {
    read: (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null),
    wanted: WHOLE,
    needed: WHOLE,
  },
  duration: { read: milliseconds, wanted: 'a time such as 250ms, 5s or 10m', needed: 'a time such as 5s' },
};

function readValue({ name, parameter, description }: FaultKind, raw: string | undefined): Fault['value'] {
  const { read, wanted, needed } = VALUES[parameter];
  if (raw === undefined && needed === undefined) return null;
  const value = raw === undefined ? null : read(raw);
  if (value !== null) return value;
  const what = raw === undefined ? needed : `${wanted}, not ${JSON.stringify(raw)}`;
  return refuse(`the fault ${name} takes ${what}`, `${name}: ${description}`);
}

/** `250ms`, `5s`, `-10m`; null where it is no time. */
function milliseconds(text: string): number | null {
  const [, number, unit] = /^(-?\d{1,9}(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return unit === undefined ? null : Number(number) * UNITS[unit as keyof typeof UNITS];
}

const UNITS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR };

/** Faults that name what they strike. */
const TARGETED_FAULTS: ReadonlySet<string> = new Set(
  ALL_FAULTS.filter(
    ({ parameter, action }) =>
      parameter === 'instance?' || parameter === 'region?' || (parameter === 'instance' && action !== null),
  ).map(({ name }) => name),
);

/** The faults of a world, with how often each may still strike. */
export type FaultSet = ReturnType<typeof createFaultSet>;

/**
 * @param chance gives numbers from 0 to below 1
 * @param startedAt from when the faults' own times count, ms since 1970 UTC
 */
export function createFaultSet(faults: readonly Fault[], chance: () => number, startedAt: number) {
  const armed = faults.map((fault) => ({ fault, left: fault.count ?? Number.POSITIVE_INFINITY }));
  const byName = Map.groupBy(armed, ({ fault }) => fault.name);
  let since = 0;
  const isOn = ({ from, until }: Fault): boolean => since >= from && (until === null || since < until);
  const all = (name: FaultName): readonly Fault[] => byName.get(name)?.map(({ fault }) => fault) ?? [];
  return {
    /** Says what time it is, ms since 1970 UTC: some faults strike only for a while. */
    setTime(now: number): void {
      since = now - startedAt;
    },
    /**
     * Whether a fault of this name strikes now; counts it when it does.
     * @param subject the instance, or for faults of a region the region
     */
    strike(name: FaultName, action: string, subject: string | null): Fault | null {
      for (const armed of byName.get(name) ?? []) {
        const { fault } = armed;
        if (armed.left <= 0 || !isOn(fault)) continue;
        if (fault.action !== '*' && fault.action !== action) continue;
        if (fault.value !== null && fault.value !== subject && TARGETED_FAULTS.has(name)) continue;
        if (fault.probability !== null && chance() >= fault.probability) continue;
        armed.left -= 1;
        return fault;
      }
      return null;
    },
    /** Every fault of this name that may strike now, counted or not. */
    active: (name: FaultName): readonly Fault[] => all(name).filter(isOn),
    /** Every fault of this name, whatever the time. */
    all,
  };
}
