/** `refit doctor`: whose keys are used, what they may, and how the provider is reached. Reads alone; shows no key. */
import { RefitError } from '../../../errors.ts';
import { type Examination, examine, type Right } from '../../../operations/connect.ts';
import { sanitize } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { connectionOf, regionFrom } from '../../options.ts';
import { print } from '../../output.ts';

/** The provider refuses what is signed by a clock further off. Source: docs/provider.md P153. */
const TOLERATED_SECONDS = 300;
/** Worth telling long before that. */
const NOTICED_SECONDS = 30;

/**
 * @returns 0; 12 where the keys are refused or may not do what every plan needs; 1 where nobody answered that.
 * @throws RefitError where no keys are found.
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

function problemOf({ refused, rights, unreachable }: Examination): RefitError | null {
  if (refused) {
    const what = `the provider refuses what these keys sign: ${refused.code}`;
    return new RefitError('credentials-refused', what, refused.fix);
  }
  const needed = rights.filter(({ must }) => must);
  const missing = needed.filter(({ state }) => state === 'refused');
  if (missing.length > 0)
    return new RefitError(
      'credentials-refused',
      'these keys may not do what every plan needs',
      formatGrant(missing),
    );
  if (unreachable !== null && needed.some(({ state }) => state === 'unreachable'))
    return new RefitError('provider-unreachable', unreachable, 'check host and proxy above, and the network');
  return null;
}

const MARKS = { granted: '✓', refused: '✗', unknown: '?', unreachable: '?' } as const;

function describeExamination(found: Examination): string {
  const { credentials, identity, host, region, signature, proxy, rights } = found;
  const width = Math.max(found.untried.length, ...rights.map(({ action }) => action.length));
  const row = (mark: string, action: string, rest: string) => `  ${mark} ${action.padEnd(width)}  ${rest}`;
  const lacking = rights.filter(({ state }) => state === 'refused');
  return [
    `keys     ${credentials.source}${credentials.expiresAt === null ? '' : `, until ${credentials.expiresAt}`}`,
    `who      ${identity ? `${identity.arn} (${identity.type}, account ${identity.account})` : 'the provider does not say'}`,
    `clock    ${describeClock(found)}`,
    `host     ${host}, region ${region}`,
    `signs    by ${signature}${signature === 'TC3-HMAC-SHA256' ? '' : ', the older form'}`,
    `proxy    ${proxy ? `${proxy.url} by ${proxy.from}${proxy.except === '' ? '' : `, except for ${proxy.except}`}; never for this machine` : 'none'}`,
    `limit    ${found.limit} calls a second for each action, host and identity`,
    'rights',
    ...rights.map((right) => row(MARKS[right.state], right.action, describeRight(right))),
    row('-', found.untried, 'every order; not tried, because trying it is ordering'),
    ...(lacking.length === 0 ? [] : [`to grant: ${formatGrant(lacking)}`]),
    '',
  ].join('\n');
}

function describeRight({ state, code, for: what, must }: Right): string {
  if (state === 'granted') return what;
  if (state === 'unreachable') return `${what}; not known: nobody answered`;
  if (state === 'unknown') return `${what}; not known: ${code}`;
  return `${what}; refused: ${code}${must ? '' : ' (the rest goes on without)'}`;
}

function formatGrant(rights: readonly Right[]): string {
  return `let this identity call ${rights.map(({ action }) => action).join(', ')}`;
}

function describeClock({ clock, refused }: Examination): string {
  if (refused?.code === 'AuthFailure.SignatureExpire') {
    // A gateway on the way may have written the date.
    const by = clock && Math.abs(clock.skew) > NOTICED_SECONDS ? `: ${formatSkew(clock.skew)}` : '';
    return `more than ${TOLERATED_SECONDS / 60} minutes off, as the provider sees it${by}`;
  }
  if (clock === null) return 'not compared: no answer has a date';
  if (Math.abs(clock.skew) <= clock.uncertain) return "as the provider's, as far as a date in seconds tells";
  const far =
    Math.abs(clock.skew) > NOTICED_SECONDS ? `; beyond ${TOLERATED_SECONDS} s every call is refused` : '';
  return `${formatSkew(clock.skew)}${far}`;
}

function formatSkew(seconds: number): string {
  return `${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} the provider's`;
}
