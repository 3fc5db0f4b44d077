/** `refit doctor`: checks credentials, permissions, clock and network. It only reads, and prints no key. */
import { RefitError } from '../../../errors.ts';
import { type Examination, examine, type Permission } from '../../../operations/connect.ts';
import { sanitize } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { connectionOf, regionFrom } from '../../options.ts';
import { print } from '../../output.ts';

/** With a larger clock skew the provider refuses every call. Source: docs/provider.md P153. */
const TOLERATED_SECONDS = 300;
/** From this skew on, Refit warns. */
const NOTICED_SECONDS = 30;

/**
 * @returns 0; 12 if the keys are refused or lack a permission that every plan needs; 1 if the provider is unreachable.
 *   Without keys, the code of the error that ended the search.
 */
export const doctor: CommandCode<[]> = async (_args, options, terminal) => {
  const found = sanitize(
    await examine(connectionOf(options, terminal), {
      region: regionFrom(options) ?? 'ap-guangzhou',
      profile: options.profile ?? 'default',
    }),
  );
  const problem = problemOf(found);
  const json = { healthy: problem === null, ...found };
  await print(terminal, options, { text: () => describeExamination(found), json, indent: 2 });
  if (problem === null) return 0;
  terminal.err(`refit: ${problem.message}\n  fix: ${problem.fix}\n`);
  return problem.exitCode;
};

function problemOf({ noKeys, refused, permissions, unreachable }: Examination): RefitError | null {
  if (noKeys) return new RefitError(noKeys.code, noKeys.message, noKeys.fix);
  if (refused) {
    const message = `the provider refuses these credentials: ${refused.code}`;
    return new RefitError('credentials-refused', message, refused.fix);
  }
  const needed = permissions.filter(({ required }) => required);
  const missing = needed.filter(({ state }) => state === 'refused');
  if (missing.length > 0)
    return new RefitError(
      'credentials-refused',
      'these credentials lack a permission that every plan needs',
      formatGrant(missing),
    );
  if (unreachable !== null && needed.some(({ state }) => state === 'unreachable'))
    return new RefitError(
      'provider-unreachable',
      unreachable,
      'check the host and the proxy above, and the network',
    );
  return null;
}

const MARKS = { granted: '✓', refused: '✗', unknown: '?', unreachable: '?' } as const;

function describeExamination(found: Examination): string {
  const { credentials, host, region, signature, proxy, permissions } = found;
  const width = Math.max(found.untested.length, ...permissions.map(({ action }) => action.length));
  const row = (mark: string, action: string, rest: string) => `  ${mark} ${action.padEnd(width)}  ${rest}`;
  const missing = permissions.filter(({ state }) => state === 'refused');
  return [
    `keys     ${describeKeys(credentials)}`,
    ...describePlaces(found.places),
    `identity ${describeIdentity(found)}`,
    `clock    ${describeClock(found)}`,
    `host     ${host}, region ${region}`,
    `signing  ${signature}${signature === 'TC3-HMAC-SHA256' ? '' : ', the older form'}`,
    `proxy    ${describeProxy(found)}`,
    ...(proxy?.problems ?? []).map((problem) => `         warning: ${problem}`),
    `limit    ${found.limit} calls per second for each identity, host and action`,
    credentials === null ? 'permissions: not tested without keys' : 'permissions',
    ...permissions.map((right) => row(MARKS[right.state], right.action, describeRight(right))),
    row('-', found.untested, 'every order; not tested, because a test would be an order'),
    ...(missing.length === 0 ? [] : [`to grant: ${formatGrant(missing)}`]),
    '',
  ].join('\n');
}

function describeKeys(credentials: Examination['credentials']): string {
  if (credentials === null) return 'none';
  const { source, expiresAt } = credentials;
  return expiresAt === null ? source : `${source}, until ${expiresAt}`;
}

const PLACE_MARKS = {
  used: '✓',
  refused: '✗',
  skipped: '-',
  'not-asked': '-',
  absent: '-',
  excluded: '-',
} as const;

/** Every place of the search in its order, and why it was used or not. */
function describePlaces(places: Examination['places']): string[] {
  const width = Math.max(0, ...places.map(({ place }) => place.length));
  return places.map(
    ({ place, state, reason }) => `  ${PLACE_MARKS[state]} ${place.padEnd(width)}  ${reason}`,
  );
}

function describeIdentity({ credentials, identity }: Examination): string {
  if (credentials === null) return 'not asked without keys';
  if (identity === null) return 'the provider did not report it';
  return `${identity.arn} (${identity.type}, account ${identity.account})`;
}

function describeProxy({ proxy, host }: Examination): string {
  if (proxy === null) return 'none';
  const except = proxy.except === '' ? '' : `, except for ${proxy.except}`;
  const use = proxy.isUsed ? '' : `; ${host} is called directly`;
  return `${proxy.url} from ${proxy.from}${except}; never for this machine${use}`;
}

function describeRight({ state, code, purpose, required }: Permission): string {
  if (state === 'granted') return purpose;
  if (state === 'unreachable') return `${purpose}; unknown: no answer`;
  if (state === 'unknown') return `${purpose}; unknown: ${code}`;
  return `${purpose}; refused: ${code}${required ? '' : ' (optional)'}`;
}

function formatGrant(rights: readonly Permission[]): string {
  return `let this identity call ${rights.map(({ action }) => action).join(', ')}`;
}

function describeClock({ clock, refused }: Examination): string {
  if (refused?.code === 'AuthFailure.SignatureExpire') {
    // A gateway may have written the date of the answer.
    const by = clock && Math.abs(clock.skew) > NOTICED_SECONDS ? `: ${formatSkew(clock.skew)}` : '';
    return `more than ${TOLERATED_SECONDS / 60} minutes off, says the provider${by}`;
  }
  if (clock === null) return 'not compared: no answer had a date';
  if (Math.abs(clock.skew) <= clock.uncertain) return 'same as the provider, to the second';
  const far =
    Math.abs(clock.skew) > NOTICED_SECONDS
      ? `; above ${TOLERATED_SECONDS} s the provider refuses every call`
      : '';
  return `${formatSkew(clock.skew)}${far}`;
}

function formatSkew(seconds: number): string {
  return `${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} the provider`;
}
