/** What a run of a plan does or uses, in English. */
import type { Effect, OrdersEffect, ShownApprover } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { describeSchedule, formatAddress, formatCommand, formatPeriod } from '../format-plan.ts';
import { count, counted, instant, inWords, join } from '../quantities.ts';

/** What a run does, in a word or two. Each one follows `This plan will`. */
const VERBS: Readonly<Record<Exclude<Effect['kind'], 'source'>, string>> = {
  orders: 'order',
  hook: 'run command',
  'gate-command': 'run command',
  'gate-url': 'contact',
  'gate-metric': 'read metric',
  webhook: 'notify',
  variable: 'read variable',
  approvals: 'need approval',
  windows: 'start only',
  calendar: 'keep freezes',
  schedule: 'start by itself',
  'finish-by': 'stop ordering',
  expiry: 'expire',
};

export const effects = {
  'effect.heading': ({ isBlocked }: { isBlocked: boolean }): Text =>
    isBlocked ? 'This plan would' : 'This plan will',
  'effect.note': (): Text => 'Commands run on the machine that applies the plan, as the user who applies it.',
  'effect.verb': ({ effect }: { effect: Effect }): Text =>
    effect.kind !== 'source' ? VERBS[effect.kind] : effect.of === 'rollback' ? 'roll back' : 'retry',
  'effect.orders': ({ scopes }: { scopes: readonly OrdersEffect[] }): Text => {
    const orders = scopes.reduce((sum, { steps }) => sum + steps.length, 0);
    const instances = scopes.reduce((sum, one) => sum + one.instances, 0);
    const profiles = new Set(scopes.map(({ profile }) => profile));
    const places = scopes.map(
      ({ region, profile, steps }) =>
        `${count(steps.length)} in ${region}${profiles.size === 1 ? '' : ` with profile ${profile}`}`,
    );
    const shared = profiles.size === 1 ? `; profile ${[...profiles].join()}` : '';
    const zones = new Set(
      scopes.flatMap((one) => one.zones).map(({ code, number }) => `${code} (number ${number})`),
    );
    const named = zones.size === 0 ? '' : `; zones ${[...zones].join(', ')}`;
    return `${counted(orders, 'change')} on ${counted(instances, 'instance')}: ${places.join(', ')}${shared}${named}`;
  },
  'effect.one': ({
    effect,
    approvalExpiry,
  }: {
    effect: Exclude<Effect, OrdersEffect>;
    /** How long an approval counts by the policy, such as `at most 8 h`. */
    approvalExpiry: readonly string[];
  }): Text => describe(effect, approvalExpiry),
};

/** `wei (SHA256:…)`, with the addresses of a passkey. */
function approverWithKey({ name, key, origins }: ShownApprover): string {
  const at = origins === undefined ? '' : `, a passkey at ${origins.join(' and ')}`;
  return `${name} (${key ?? 'key not readable'}${at})`;
}

function describe(effect: Exclude<Effect, OrdersEffect>, approvalExpiry: readonly string[]): string {
  switch (effect.kind) {
    case 'hook':
      return `at ${effect.phase}: ${formatCommand(effect.command)}`;
    case 'gate-command':
      return `after wave ${effect.after}: ${formatCommand(effect.command)}; it must exit 0 within ${inWords(effect.timeout)}`;
    case 'gate-url':
      return `after wave ${effect.after}: ${formatAddress(effect.url, effect.host)}; it must answer 2xx within ${inWords(effect.timeout)}`;
    case 'gate-metric': {
      const { name, fails, over } = effect.metric;
      return `after wave ${effect.after}: ${name} of its instances over ${inWords(over)}, within ${inWords(effect.timeout)}; the gate fails if ${fails.operator} ${fails.value}`;
    }
    case 'webhook': {
      const { url, urlEnv, host, form, on, secretEnv } = effect;
      const address =
        url === null || host === null
          ? `the address in $${urlEnv}, whose host is unknown now`
          : formatAddress(url, host);
      const signed = secretEnv === null ? 'unsigned' : `signed with $${secretEnv}`;
      return `${address}, ${form}, ${signed}; on ${on.join(', ')}`;
    }
    case 'variable':
      return `$${effect.name}: ${effect.purpose === 'webhook-address' ? 'the address to notify' : 'the secret that signs notifications'}`;
    case 'approvals': {
      const { need, approvers, authors, waves } = effect;
      const names = approvers.map(approverWithKey);
      const again = waves.map(
        ({ name, within }) => `${name}${within === null ? '' : ` (waits up to ${inWords(within)})`}`,
      );
      return join([
        `${need} of ${names.join(', ')}`,
        authors.length > 0 &&
          `the ${authors.length === 1 ? 'author' : 'authors'} ${authors.join(', ')} cannot approve`,
        again.length > 0 && `again for wave ${again.join(', ')}`,
        approvalExpiry.length > 0 &&
          `each counts for ${approvalExpiry.join(' and ')} (limit.approvalExpiry of the policy)`,
      ]);
    }
    case 'windows': {
      const { timezone, allow, freeze, lastStart, atClose } = effect;
      return join([
        `${allow.length === 0 ? 'any time' : allow.join(', ')}, ${timezone}`,
        freeze.length > 0 && `never in ${freeze.join(', ')}`,
        lastStart > 0 && `until ${inWords(lastStart)} before the end`,
        `at the end, orders in flight are ${atClose === 'drain' ? 'followed' : 'left to the next apply'}`,
      ]);
    }
    case 'calendar': {
      const { file, knownUntil, freezes } = effect;
      const listed = freezes.map(({ from, to, title }) => `${title} ${formatPeriod(from, to)}`);
      return `${counted(freezes.length, 'freeze')} of ${file}, known until ${instant(knownUntil)}${listed.length === 0 ? '' : `: ${listed.join(', ')}`}`;
    }
    case 'schedule':
      return describeSchedule(effect);
    case 'source': {
      const { run, digest, head, ignoresWindows } = effect;
      return join([
        `the run ${run}, plan ${digest.slice(0, 16)}, journal head ${head.slice(0, 16)}`,
        ignoresWindows && 'ignores windows, freezes and maintenance windows',
      ]);
    }
    case 'finish-by':
      return `from ${instant(effect.at)} on`;
    case 'expiry':
      return `${instant(effect.at)}; a run must start before`;
  }
}
