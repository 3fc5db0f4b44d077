/**
 * Lists everything that a run of a saved plan does or uses. Reviews, `approve` and the question of `apply` show this list;
 * hooks, webhooks and gates take their work from it. So a run does nothing that was not shown.
 */
import { readApproverKey } from '../approval/approver-key.ts';
import type {
  ApprovalsEffect,
  Effect,
  Effects,
  GateEffect,
  HookEffect,
  HookPhase,
  OrdersEffect,
  SavedPlan,
  UnsealedPlan,
  VariableEffect,
  WebhookEffect,
  Zone,
} from '../model.ts';

/** Lists the effects of a saved plan, most important first. Pure. */
export function effectsOf(saved: UnsealedPlan | SavedPlan): Effects {
  const { windows, schedule, source, finishBy, expiresAt } = saved;
  const webhooks = webhooksOf(saved);
  const all: (Effect | undefined)[] = [
    ...ordersOf(saved),
    ...hooksOf(saved),
    ...saved.waves.flatMap(gateEffectsOf),
    ...webhooks,
    ...variablesOf(webhooks),
    approvalsOf(saved),
    windows && { kind: 'windows', ...withoutCalendars(windows) },
    ...(windows?.calendars ?? []).map((calendar) => ({ kind: 'calendar' as const, ...calendar })),
    schedule && { kind: 'schedule', ...schedule },
    source && {
      kind: 'source',
      of: source.kind,
      run: source.run,
      digest: source.digest,
      head: source.head,
      ignoresWindows: source.ignoresWindows ?? false,
    },
    finishBy === null ? undefined : { kind: 'finish-by', at: finishBy },
    { kind: 'expiry', at: expiresAt },
  ];
  return all.filter((one) => one !== undefined);
}

/** The effects of some kinds. */
export function effectsOfKind<Kind extends Effect['kind']>(
  effects: Effects,
  ...kinds: readonly Kind[]
): Extract<Effect, { kind: Kind }>[] {
  return effects.filter((one): one is Extract<Effect, { kind: Kind }> =>
    kinds.some((kind) => kind === one.kind),
  );
}

/** The checks of the gate after a wave that run a program, contact a host or read a metric. */
export function gateEffects(effects: Effects, wave: number): GateEffect[] {
  return effectsOfKind(effects, 'gate-command', 'gate-url', 'gate-metric').filter((one) => one.wave === wave);
}

/** The effects that run a program on the machine of the run. */
export function programEffects(effects: Effects): Extract<Effect, { program: string }>[] {
  return effectsOfKind(effects, 'hook', 'gate-command');
}

/** The effects that contact a host other than the provider. */
export function hostEffects(effects: Effects): Extract<Effect, { host: string | null }>[] {
  return effectsOfKind(effects, 'webhook', 'gate-url');
}

function ordersOf({ steps }: Pick<SavedPlan, 'steps'>): OrdersEffect[] {
  const scopes = Map.groupBy(steps, ({ region, profile }) => JSON.stringify([region, profile]));
  return [...scopes.values()].map((own) => ({
    kind: 'orders',
    region: own[0]!.region,
    profile: own[0]!.profile,
    instances: new Set(own.map(({ instance }) => instance)).size,
    steps: own.map(({ id }) => id),
    zones: zonesOf(own),
  }));
}

function zonesOf(steps: SavedPlan['steps']): Zone[] {
  const all = steps.flatMap(({ nodes }) =>
    nodes === undefined ? [] : nodes.kind === 'add' ? nodes.zones : nodes.nodes.map(({ zone }) => zone),
  );
  return [...new Map(all.map((zone) => [JSON.stringify([zone.code, zone.number]), zone])).values()];
}

function hooksOf({ hooks = {} }: Pick<SavedPlan, 'hooks'>): HookEffect[] {
  return Object.entries(hooks).map(([phase, command]) => ({
    kind: 'hook',
    phase: phase as HookPhase,
    command,
    program: command[0] ?? '',
  }));
}

/** The checks of one wave. @param wave its index. */
export function gateEffectsOf({ name, gate }: SavedPlan['waves'][number], wave: number): GateEffect[] {
  if (gate === undefined) return [];
  const { metric, url, command, timeout } = gate;
  const after = { wave, after: name, timeout };
  return [
    ...(metric === undefined ? [] : [{ kind: 'gate-metric' as const, ...after, metric }]),
    ...(url === undefined ? [] : [{ kind: 'gate-url' as const, ...after, url, host: hostOf(url) }]),
    ...(command === undefined
      ? []
      : [{ kind: 'gate-command' as const, ...after, command, program: command[0] ?? '' }]),
  ];
}

function webhooksOf({ notify = [] }: Pick<SavedPlan, 'notify'>): WebhookEffect[] {
  return notify.map((webhook) => ({
    kind: 'webhook',
    ...webhook,
    host: webhook.url === null ? null : hostOf(webhook.url),
  }));
}

/** The host of an address. An address that cannot be read is its own host, so that no list of hosts allows it. */
function hostOf(url: string): string {
  return URL.parse(url)?.host || url;
}

/** One effect for each variable and purpose. */
function variablesOf(webhooks: readonly WebhookEffect[]): VariableEffect[] {
  const names = (purpose: VariableEffect['purpose'], all: readonly (string | null)[]) =>
    [...new Set(all)].flatMap((name) =>
      name === null ? [] : [{ kind: 'variable' as const, name, purpose }],
    );
  return [
    ...names(
      'webhook-address',
      webhooks.map(({ url, urlEnv }) => (url === null ? urlEnv : null)),
    ),
    ...names(
      'webhook-secret',
      webhooks.map(({ secretEnv }) => secretEnv),
    ),
  ];
}

function approvalsOf({
  approvals,
  waves,
}: Pick<SavedPlan, 'approvals' | 'waves'>): ApprovalsEffect | undefined {
  if (approvals === undefined) return undefined;
  const { need, authors, approvers } = approvals;
  return {
    kind: 'approvals',
    need,
    approvers: approvers.map(({ name, key: line }) => {
      const key = readApproverKey(line);
      if ('fault' in key) return { name, key: null };
      const { fingerprint } = key;
      return key.kind === 'ssh'
        ? { name, key: fingerprint }
        : { name, key: fingerprint, passkeyOf: key.relyingParty, origins: key.origins };
    }),
    authors,
    waves: waves.flatMap(({ name, approval }) =>
      approval === undefined ? [] : [{ name, within: approval === 'required' ? null : approval.within }],
    ),
  };
}

function withoutCalendars({ calendars: _, ...windows }: NonNullable<SavedPlan['windows']>) {
  return windows;
}
