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

/** What may stand after `=`. A `?` may be left out. */
type Parameter = 'none' | 'executed?' | 'instance?' | 'region?' | 'instance' | 'duration' | 'number' | 'code';

interface FaultKind {
  readonly name: string;
  /** What happens, for the list that a wrong name is answered with. */
  readonly sentence: string;
  readonly parameter: Parameter;
  /** The action it strikes unless `@Action` says otherwise; null where it belongs to no action. */
  readonly action: string | null;
}

const ORDER = 'UpgradeInstance';

/** What can befall an order. */
export const FAULTS = [
  {
    name: 'lost-answer',
    sentence: 'the request is executed and the connection cut before the answer',
    parameter: 'none',
    action: ORDER,
  },
  {
    name: 'reset-before',
    sentence: 'the connection is cut and nothing is executed',
    parameter: 'none',
    action: ORDER,
  },
  {
    name: 'http-500',
    sentence: 'HTTP 500 with a JSON body that is no answer; with =executed the request took effect',
    parameter: 'executed?',
    action: ORDER,
  },
  {
    name: 'html',
    sentence: 'HTTP 502 with an HTML page; with =executed the request took effect',
    parameter: 'executed?',
    action: ORDER,
  },
  {
    name: 'half-json',
    sentence: 'the request is executed and its answer stops in the middle',
    parameter: 'none',
    action: ORDER,
  },
  {
    name: 'slow',
    sentence: 'the answer comes late by the given time, as in slow=5s',
    parameter: 'duration',
    action: '*',
  },
  {
    name: 'limit',
    sentence: 'another request limit a second, as in limit=5',
    parameter: 'number',
    action: '*',
  },
  {
    name: 'no-permission',
    sentence: 'InvalidParameter.PermissionDenied',
    parameter: 'instance?',
    action: ORDER,
  },
  { name: 'no-cam', sentence: 'UnauthorizedOperation.NoCAMAuthed', parameter: 'instance?', action: ORDER },
  {
    name: 'no-balance',
    sentence: 'ResourceUnavailable.AccountBalanceNotEnough',
    parameter: 'instance?',
    action: ORDER,
  },
  { name: 'pay-failed', sentence: 'FailedOperation.PayFailed', parameter: 'instance?', action: ORDER },
  { name: 'sold-out', sentence: 'ResourceUnavailable.SaleOut', parameter: 'instance?', action: ORDER },
  { name: 'insufficient', sentence: 'ResourceInsufficient', parameter: 'instance?', action: ORDER },
  { name: 'low-version', sentence: 'UnsupportedOperation.LowVersion', parameter: 'instance?', action: ORDER },
  { name: 'quota', sentence: 'LimitExceeded', parameter: 'instance?', action: ORDER },
  {
    name: 'internal-error',
    sentence: 'InternalError; with =executed the request took effect',
    parameter: 'executed?',
    action: ORDER,
  },
  {
    name: 'system-error',
    sentence: 'FailedOperation.SystemError; with =executed the request took effect',
    parameter: 'executed?',
    action: ORDER,
  },
  {
    name: 'unknown-error',
    sentence: 'FailedOperation.Unknown; with =executed the request took effect',
    parameter: 'executed?',
    action: ORDER,
  },
  {
    name: 'failed-task',
    sentence: 'the order is accepted, its task ends as failed and the size stays',
    parameter: 'instance?',
    action: ORDER,
  },
  {
    name: 'stuck',
    sentence: 'the order is accepted and the instance stays in process',
    parameter: 'instance?',
    action: ORDER,
  },
  {
    name: 'clock-skew',
    sentence: 'the server clock is ahead by the given time, as in clock-skew=10m (or behind: -10m)',
    parameter: 'duration',
    action: null,
  },
  {
    name: 'hand-change',
    sentence:
      'somebody else changes the instance right after it was first read, as in hand-change=crs-5qlrlhux',
    parameter: 'instance',
    action: null,
  },
  {
    name: 'foreign-task',
    sentence: 'a backup runs on the instance as long as the world stands, as in foreign-task=crs-5qlrlhux',
    parameter: 'instance',
    action: null,
  },
  {
    name: 'foreign-order',
    sentence:
      'somebody else orders the size after the next for the instance as the next order for it arrives, whatever becomes of that one, as in foreign-order=crs-5qlrlhux#1',
    parameter: 'instance',
    action: ORDER,
  },
] as const satisfies readonly FaultKind[];

/** What can befall keys, reads and the maintenance window. */
export const FURTHER_FAULTS = [
  {
    name: 'refuse',
    sentence:
      'any code you name, nothing executed, as in refuse=InternalError.DbOperationFailed@DescribeInstances',
    parameter: 'code',
    action: ORDER,
  },
  {
    name: 'expired-token',
    sentence:
      'temporary keys issued before it begins are dead (AuthFailure.TokenFailure), as in expired-token+30s',
    parameter: 'none',
    action: null,
  },
  {
    name: 'token-life',
    sentence: 'temporary keys live no longer than the given time, as in token-life=30s',
    parameter: 'duration',
    action: null,
  },
  {
    name: 'no-cvm-role',
    sentence: 'the metadata service knows no role (404)',
    parameter: 'none',
    action: null,
  },
  {
    name: 'window-refused',
    sentence: 'SwitchOption 1 is refused (in the region, as in window-refused=ap-shanghai)',
    parameter: 'region?',
    action: ORDER,
  },
  {
    name: 'window-ignored',
    sentence: 'SwitchOption 1 is taken and the change begins at once (in the region, where one is given)',
    parameter: 'region?',
    action: ORDER,
  },
] as const satisfies readonly FaultKind[];

/** Every fault there is. */
export const ALL_FAULTS: readonly FaultKind[] = [...FAULTS, ...FURTHER_FAULTS];

export type FaultName = (typeof FAULTS)[number]['name'] | (typeof FURTHER_FAULTS)[number]['name'];

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

/** Reads one `--fault`. @throws RefitError `usage`, its mend listing every name. */
export function parseFault(text: string): Fault {
  const parts = GRAMMAR.exec(text);
  const kind: FaultKind | undefined = ALL_FAULTS.find(({ name }) => name === parts?.[1]);
  if (!parts || !kind) {
    throw new RefitError(
      'usage',
      `${JSON.stringify(text)} is no fault: name[=value][@Action][:probability|#count][+from[..until]]`,
      listing(),
    );
  }
  const [, , rawValue, action, probability, count, fromText, untilText] = parts;
  const [from, until] = [fromText, untilText].map((text) => (text === undefined ? null : milliseconds(text)));
  if (Number.isNaN(from) || Number.isNaN(until) || (until != null && until <= from!)) {
    throw new RefitError(
      'usage',
      `${JSON.stringify(text)}: the time from which it may strike comes before the one until which`,
      `${kind.name}+10s..1m`,
    );
  }
  if (kind.action === null && (action ?? probability ?? count) !== undefined) {
    throw new RefitError(
      'usage',
      `the fault ${kind.name} takes no action, probability or count`,
      `--fault ${kind.name}=${rawValue ?? 'VALUE'}`,
    );
  }
  if (kind.name === 'expired-token' && fromText === undefined)
    throw new RefitError(
      'usage',
      'the fault expired-token takes the time from which the keys issued before are dead',
      'expired-token+30s',
    );
  return {
    name: kind.name as FaultName,
    value: readValue(kind, rawValue),
    action: action ?? kind.action,
    probability: probability === undefined ? null : Number(probability),
    count: count === undefined ? null : Number(count),
    from: from ?? 0,
    until: until ?? null,
  };
}

function readValue(kind: FaultKind, raw: string | undefined): string | number | null {
  const wrong = (want: string): never => {
    throw new RefitError(
      'usage',
      `the fault ${kind.name} takes ${want}${raw === undefined ? '' : `, not ${JSON.stringify(raw)}`}`,
      `${kind.name}: ${kind.sentence}`,
    );
  };
  if (raw === undefined) {
    if (kind.parameter === 'duration') return wrong('a time such as 5s');
    if (kind.parameter === 'number') return wrong('a whole number from 1');
    if (kind.parameter === 'instance') return wrong('an instance id');
    if (kind.parameter === 'code') return wrong('a code such as InternalError');
    return null;
  }
  switch (kind.parameter) {
    case 'none':
      return wrong('no value');
    case 'executed?':
      return raw === 'executed' ? raw : wrong('no value but "executed"');
    case 'number':
      return /^[1-9]\d{0,6}$/.test(raw) ? Number(raw) : wrong('a whole number from 1');
    case 'duration': {
      const value = milliseconds(raw);
      return Number.isNaN(value) ? wrong('a time such as 250ms, 5s or 10m') : value;
    }
    case 'code':
      return /^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*$/.test(raw) ? raw : wrong('a code such as InternalError');
    case 'region?':
      return /^[a-z]{2,4}(-[a-z0-9]+)+$/.test(raw) ? raw : wrong('a region such as ap-shanghai');
    default:
      return /^crs-[a-z0-9]{8,}$/.test(raw) ? raw : wrong('an instance id such as crs-5qlrlhux');
  }
}

/** `250ms`, `5s`, `-10m`; NaN where it is no time. */
function milliseconds(text: string): number {
  const parts = /^(-?\d{1,9}(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (!parts) return Number.NaN;
  return Number(parts[1]) * { ms: 1, s: 1000, m: 60_000, h: 3600_000 }[parts[2] as 'ms' | 's' | 'm' | 'h'];
}

function listing(): string {
  return `one of:\n${ALL_FAULTS.map(({ name, sentence }) => `  ${name}: ${sentence}`).join('\n')}`;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** The faults of a world, with how often each may still strike. */
export interface Arsenal {
  /** Says what time it is, ms since 1970 UTC: some faults strike only for a while. */
  tell(now: number): void;
  /**
   * Whether a fault of this name strikes now; counts it when it does.
   * @param subject the instance, or for faults of a region the region
   */
  take(name: FaultName, action: string, subject: string | null): Fault | null;
  /** Every fault of this name that may strike now, counted or not. */
  all(name: FaultName): readonly Fault[];
  /** Every fault of this name, whatever the time. */
  ever(name: FaultName): readonly Fault[];
}

/** Faults that name what they strike. */
const CHOOSY: ReadonlySet<string> = new Set(
  ALL_FAULTS.filter(
    ({ parameter, action }) =>
      parameter === 'instance?' || parameter === 'region?' || (parameter === 'instance' && action !== null),
  ).map(({ name }) => name),
);
const NONE: readonly Fault[] = [];

/**
 * @param chance gives numbers from 0 to below 1
 * @param startedAt from when the faults' own times count, ms since 1970 UTC
 */
export function armFaults(faults: readonly Fault[], chance: () => number, startedAt: number): Arsenal {
  const byName = new Map<string, Armed[]>();
  for (const fault of faults) {
    const armed = byName.get(fault.name) ?? [];
    armed.push({ fault, left: fault.count ?? Number.POSITIVE_INFINITY });
    byName.set(fault.name, armed);
  }
  let since = 0;
  const isOn = ({ from, until }: Fault): boolean => since >= from && (until === null || since < until);
  const ever = (name: FaultName): readonly Fault[] => byName.get(name)?.map(({ fault }) => fault) ?? NONE;
  return {
    tell(now) {
      since = now - startedAt;
    },
    take(name, action, subject) {
      for (const armed of byName.get(name) ?? []) {
        const { fault } = armed;
        if (armed.left <= 0 || !isOn(fault)) continue;
        if (fault.action !== '*' && fault.action !== action) continue;
        if (fault.value !== null && fault.value !== subject && CHOOSY.has(name)) continue;
        if (fault.probability !== null && chance() >= fault.probability) continue;
        armed.left -= 1;
        return fault;
      }
      return null;
    },
    all: (name) => (byName.has(name) ? ever(name).filter(isOn) : NONE),
    ever,
  };
}
