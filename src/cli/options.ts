/** The options that users type, and their parsers. */
import { RefitError } from '../errors.ts';
import { nearestRegion } from '../known-regions.ts';
import { shellQuote } from '../next-command.ts';
import type { ConnectOptions } from '../operations/connect.ts';
import { escapeControls } from '../report/document/escape.ts';
import { HOUR, MINUTE, SECOND } from '../units.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** The options as the user typed them: those of the program, and those of the command. */
export interface Options extends Output {
  readonly color: boolean;
  readonly account?: readonly string[];
  readonly adopt?: boolean;
  readonly all?: boolean;
  readonly allowHooks?: boolean;
  readonly as?: string;
  readonly atEntry?: string;
  readonly autoApprove?: boolean;
  readonly backtest?: string;
  readonly collectUsage?: string;
  readonly columns?: string;
  readonly concurrency?: string;
  readonly confirmedBy?: string;
  readonly count?: string;
  readonly days?: string;
  readonly detach?: boolean;
  readonly detailedExitcode?: boolean;
  readonly digest?: string;
  readonly duration?: string;
  readonly durations?: string;
  readonly endpoint?: string;
  readonly expires?: string;
  readonly explain?: string;
  readonly fault?: readonly string[];
  readonly fleet?: string;
  readonly force?: boolean;
  readonly fromTerraform?: string;
  readonly head?: string;
  readonly here?: boolean;
  readonly ignoreWindows?: boolean;
  readonly instances?: string;
  readonly inventory?: string;
  readonly key?: string;
  readonly language?: string;
  readonly sign?: string;
  readonly limit?: string;
  readonly limitCounting?: string;
  readonly people?: string;
  readonly link?: boolean;
  readonly proxy?: string;
  readonly listen?: string;
  readonly url?: string;
  readonly live?: boolean;
  readonly lockTail?: string;
  readonly maxCalls?: string;
  readonly metric?: string;
  readonly metrics?: string;
  readonly name?: string;
  readonly orderNumbers?: string;
  readonly out?: string;
  readonly over?: string;
  readonly olderThan?: string;
  readonly keepFailed?: boolean;
  readonly reason?: string;
  readonly plans?: string;
  readonly policy?: string;
  readonly port?: string;
  readonly price?: boolean;
  readonly profile?: string;
  readonly quiet?: boolean;
  readonly region?: string;
  readonly restAfter?: string;
  readonly review?: boolean;
  readonly runDir?: string;
  readonly runs?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly select?: readonly string[];
  readonly signature?: string;
  readonly sizing?: string;
  readonly signedBy?: readonly string[];
  readonly signers?: string;
  readonly startLag?: string;
  readonly store?: string;
  readonly summary?: boolean;
  readonly tls?: boolean;
  readonly used?: boolean;
  readonly verbose?: boolean;
  readonly watch?: boolean;
  readonly wave?: string;
  readonly withdraw?: boolean;
}

/** How to reach the provider, from the options and the environment. */
export function connectionOf({ endpoint, signature }: Options, { env }: Terminal): ConnectOptions {
  return { endpoint: endpoint ?? null, signature: signature ?? null, env };
}

/** The regions of `--region a,b`; null if it is missing. @throws RefitError `usage` */
export function regionsFrom({ region }: Options): string[] | null {
  if (region === undefined) return null;
  const regions = region.split(',').map((one) => one.trim());
  for (const one of regions) {
    if (!/^[a-z]{2}(-[a-z][a-z0-9]*)+$/.test(one)) {
      const near = nearestRegion(one);
      const meant = near === null ? '' : `; did you mean ${near}?`;
      const fix = regions.map((other) => (other === one ? (near ?? 'ap-guangzhou') : other)).join(',');
      throw new RefitError(
        'usage',
        `--region ${region}: "${one}" is not a region${meant}`,
        `--region ${fix}`,
      );
    }
  }
  return regions;
}

/** The default region of a plan. @throws RefitError `usage` if there are several. */
export function regionFrom(options: Options): string | null {
  const regions = regionsFrom(options);
  if (regions && regions.length > 1) {
    throw new RefitError(
      'usage',
      `--region has ${regions.length} regions; a plan takes one`,
      `--region ${regions[0]}`,
    );
  }
  return regions?.[0] ?? null;
}

/** A duration such as `200ms`, `3s` or `1m`, in milliseconds. @throws RefitError `usage` */
function durationFrom(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (!match)
    throw new RefitError(
      'usage',
      `${flag} ${text}: not a duration`,
      `for example ${flag} 3s   (units: ms, s, m, h)`,
    );
  return Number(match[1]) * { ms: 1, s: SECOND, m: MINUTE, h: HOUR }[match[2] as 'ms' | 's' | 'm' | 'h'];
}

/** A range of durations, `1s..4s`, or one duration for both ends. @throws RefitError `usage` */
export function rangeFrom(flag: string, text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const [low = '', high = low] = text.split('..');
  return [durationFrom(flag, low), durationFrom(flag, high)];
}

/** A whole number of at least `least`. @throws RefitError `usage` */
export function wholeFrom(flag: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least) {
    throw new RefitError(
      'usage',
      `${flag} ${text}: not a whole number of at least ${least}`,
      `for example ${flag} ${Math.max(least, 60)}`,
    );
  }
  return value;
}

/** The value of `--count`. @param command the command for the fix. @throws RefitError `usage` */
export function countFrom(text: string | undefined, most: number, command: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw new RefitError(
    'usage',
    `--count ${escapeControls(text)}: not a whole number from 1 to ${most}`,
    `${command} --count 10`,
  );
}

/** A next command with the connection options of this one, so that it reaches the same provider. */
export function withConnectionOptions(
  command: string,
  { endpoint, signature, region, profile, policy, store }: Options,
): string {
  const stored = withStoreOption(command, store);
  const given = [
    ['--endpoint', endpoint, CONNECTS],
    ['--signature', signature, CONNECTS],
    [
      '--policy',
      policy,
      /^refit (plan|show|diff|approve|decline|apply|rollback|retry|policy check|schedule run(-now)?|worker|serve) /,
    ],
    ['--region', region, SELECTS],
    ['--profile', profile, SELECTS],
  ] as const;
  return given.reduce(
    (typed, [flag, value, fits]) =>
      value !== undefined && fits.test(`${command} `) && !command.includes(` ${flag} `)
        ? `${typed} ${flag} ${shellQuote(value)}`
        : typed,
    stored,
  );
}

/** The commands that name a run or a saved plan, with that name, and `runs`. */
const IN_STORE =
  /\brefit (?:(?:runs|worker|serve|usage collect|recommend|schedule (?:(?:run|list|next)(?=$|[ ;])|log(?=$|;| -| {3})))\b|(?:plan|explain|windows next|approve|decline|apply|show|policy check|reconcile|status|report|rollback|retry|pause|continue|drain|abort|set|audit (?:verify|replay|sign|export|events)|usage show|schedule (?:put|remove|log|run-now|enable|disable)) (?:'(?:[^']|'\\'')*'|(?!--)[^\s;]*[^\s;,]))/g;

/**
 * Adds the user's `--store` to every command in a text that reads or writes a store. `REFIT_STORE` needs no option.
 * @param store what the user typed; its password is left out.
 */
export function withStoreOption(text: string, store: string | undefined): string {
  if (store === undefined) return text;
  return text.replace(IN_STORE, (command, at: number) =>
    text.startsWith(' --store ', at + command.length) ? command : command + storeOption(store),
  );
}

/** ` --store URL` without its password; empty without the option. */
export function storeOption(store: string | undefined): string {
  return store === undefined ? '' : ` --store ${shellQuote(withoutPassword(store))}`;
}

/** A URL without its password, for messages. The next command takes it from the environment. Other text is not shown. */
export function withoutPassword(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text === 'folder' ? text : 'URL';
  const secrets = [...url.searchParams.keys()].filter((name) => /password/i.test(name));
  if (url.password === '' && secrets.length === 0) return text;
  url.password = '';
  for (const name of secrets) url.searchParams.delete(name);
  return url.href;
}

/** The commands that read the provider, and of these the ones that take keys and regions from the command line. */
const CONNECTS =
  /^refit (plan|apply|reconcile|rollback|retry|inventory|init|doctor|explain crs-\S+|schedule run(-now)?|worker|serve|usage collect|usage show \S+|recommend) /;
const SELECTS = /^refit (plan|inventory|init|doctor|explain crs-\S+|serve|usage collect|recommend) /;

/** The same for the fix of an error, if it is one command. Its reason stays before it, and what it does behind it. */
export function withConnectionInFix(fix: string, options: Options): string {
  const stored = withStoreOption(fix, options.store);
  const [, reason, command, effect = ''] =
    /^((?:[^:;\n]*: )?)(refit [^;\n]*?)( {3}[^\n]*)?$/.exec(stored) ?? [];
  const { store: _, ...others } = options;
  return command === undefined ? stored : `${reason}${withConnectionOptions(command, others)}${effect}`;
}

/** Adds the user's `--sign` and `--as` to a command that continues a run. */
export function withSigningOptions(command: string, { sign, as }: Pick<Options, 'sign' | 'as'>): string {
  if (sign === undefined) return command;
  return `${command} --sign ${shellQuote(sign)}${as === undefined ? '' : ` --as ${shellQuote(as)}`}`;
}
