/** What Refit says about the policy of the person who applies. */
import type { Comparison, Message, Money, PolicyAmount, PolicyList, StatedRule } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { counted, inWords } from '../quantities.ts';

/** At most this many entries of a list are shown. */
const MOST_SHOWN = 8;

const listed = (all: readonly string[]): string =>
  all.length <= MOST_SHOWN
    ? all.join(', ')
    : `${all.slice(0, MOST_SHOWN).join(', ')} and ${all.length - MOST_SHOWN} more`;

const LISTS: Readonly<Record<PolicyList, string>> = {
  profiles: 'profile',
  regions: 'region',
  endpoints: 'endpoint',
  hooks: 'program',
  hosts: 'host',
};

const amount = (of: PolicyAmount, value: number): string => {
  switch (of) {
    case 'instances':
      return `${value} ${value === 1 ? 'instance' : 'instances'}`;
    case 'requestsPerSecond':
      return `${value} requests per second`;
    case 'inFlight':
    case 'inFlightInRegion':
      return `${value} in flight`;
    case 'planExpiry':
    case 'approvalExpiry':
      return inWords(value);
  }
};

type Limit = Pick<Comparison, 'operator'> & Money;

const sum = ({ operator, amount: value, currency }: Limit): string => `${operator} ${value} ${currency}`;

const people = (names: readonly string[]): string => (names.length === 0 ? 'nobody' : listed(names));

const approvalsOf = (need: number): string => `${need} ${need === 1 ? 'approval' : 'approvals'}`;
const approvedBy = (have: readonly string[]): string =>
  have.length === 0 ? 'nobody has approved' : `only ${people(have)} approved`;
const APPROVE = 'refit approve SAVED   each of them runs this and leaves the file beside the saved plan';
const IN_CONSOLE = 'refit serve --plans FOLDER   each of them approves in this console';

export const policy = {
  'people.empty': ({ example }: { example: string }): Text => ({
    message: 'the file of people is empty; it names at least an issuer, a client and roles',
    example,
  }),
  'policy.empty': ({ example }: { example: string }): Text => ({
    message: 'the policy is empty; a policy without rules has at least a version',
    example,
  }),
  'policy.verb': (): Text => 'be judged by',
  'policy.in-force': ({ policy: named }: { policy: string }): Text => `policy: ${named}`,
  'policy.rule': ({ rule: { key, demands } }: { rule: StatedRule }): Text => `${key}: ${demands}`,
  'policy.verdict': ({ status, later }: { status: 'met' | 'refused' | 'unsigned'; later: number }): Text =>
    ({
      met: `the plan keeps to the policy${later === 0 ? '' : `, as far as it is known: apply judges ${counted(later, 'more rule')}`}`,
      refused: 'the policy refuses the plan',
      unsigned: 'the plan keeps to the policy, but signatures are missing',
    })[status],
  'policy.stated': ({ at, reason }: { at: string; reason: Message }, say: Say): Text => ({
    message: `${at}: ${say(reason)}`,
    fix: say.fix(reason),
  }),
  'policy.not-allowed': ({
    of,
    allowed,
    used,
  }: {
    of: PolicyList;
    allowed: readonly string[];
    used: readonly string[];
  }): Text => ({
    message: `the policy allows ${allowed.length === 0 ? `no ${LISTS[of]}` : `only these ${LISTS[of]}s: ${listed(allowed)}`}; the plan uses ${listed(used)}`,
    fix: `remove ${used[0]} from the plan, or let the keeper of the policy add it to allow.${of}`,
  }),
  'policy.address-in-environment': ({ names }: { names: readonly string[] }): Text =>
    `only the machine that applies knows the address in ${listed(names)}`,
  'policy.endpoint-later': (): Text => 'only the command that connects knows the endpoint',
  'policy.private-address': ({ hosts }: { hosts: readonly string[] }): Text => ({
    message: `the policy allows no private addresses for webhooks and gates; the plan uses ${listed(hosts)}`,
    fix: `remove ${hosts[0]} from the plan, or use an address that is reachable from everywhere`,
  }),
  'policy.limit': ({ of, most, value }: { of: PolicyAmount; most: number; value: number }): Text =>
    `the policy allows ${amount(of, most)}, and the plan has ${amount(of, value)} (limit.${of})`,
  'policy.cost': ({ most, total }: { most: Limit; total: number }): Text =>
    `the policy allows a cost ${sum(most)}, and the quotes are ${total} ${most.currency}, without refunds`,
  'policy.cost-unknown': ({ most, step }: { most: Limit; step: string }): Text => ({
    message: `the policy allows a cost ${sum(most)}, and the price of ${step} in ${most.currency} is not known`,
    fix: 'refit plan PLAN --price -o SAVED',
  }),
  'policy.too-old': ({ most, age }: { most: number; age: number }): Text => ({
    message: `the policy allows saved plans of ${inWords(most)}, and this one is ${inWords(age)} old`,
    fix: 'refit plan PLAN -o SAVED',
  }),
  'policy.sealed-later': ({ sealedAt, now }: { sealedAt: string; now: string }): Text => ({
    message: `the plan says that it was sealed at ${sealedAt}, and it is ${now}: its age is not known`,
    fix: 'refit plan PLAN -o SAVED',
  }),
  'policy.windows': ({
    moment,
    utc,
    timezone,
    has,
  }: {
    moment: string;
    utc: string;
    timezone: string;
    /** Whether the plan has windows. */
    has: boolean;
  }): Text => ({
    message: `the policy lets no step start at ${moment} ${timezone} (${utc}), and ${has ? 'the windows of the plan are open then' : 'the plan has no windows'}`,
    fix: 'add the windows and freezes of the policy to the windows of the plan, then plan again',
  }),
  'policy.approvals': (
    {
      need,
      from,
      have,
      missing,
      rejected,
      maybe,
      byPasskey = false,
    }: {
      need: number;
      from: string;
      /** The people who have approved. */
      have: readonly string[];
      missing: readonly string[];
      /** Why other approvals do not count. */
      rejected: readonly Message[];
      /** True if a fact that decides is not known yet. */
      maybe: boolean;
      /** True if the missing people have passkeys only. Older journals lack it. */
      byPasskey?: boolean;
    },
    say: Say,
  ): Text => ({
    message: [
      `the policy ${maybe ? 'may require' : 'requires'} ${approvalsOf(need)} of ${from}, and ${approvedBy(have)}; missing: ${people(missing)}`,
      ...rejected.map((one) => say(one)),
    ].join('; '),
    fix: byPasskey ? IN_CONSOLE : APPROVE,
  }),
  'policy.approval-expiry': (
    {
      need,
      most,
      have,
      missing,
      rejected,
    }: {
      /** How many approvals the plan itself requires. */
      need: number;
      /** Milliseconds. */
      most: number;
      have: readonly string[];
      missing: readonly string[];
      rejected: readonly Message[];
    },
    say: Say,
  ): Text => ({
    message: [
      `the plan requires ${approvalsOf(need)}, the policy counts none that is valid for more than ${inWords(most)}, and ${approvedBy(have)}; missing: ${people(missing)}`,
      ...rejected.map((one) => say(one)),
    ].join('; '),
    fix: APPROVE,
  }),
  'policy.planners-with-passkeys': ({
    need,
    from,
    may,
  }: {
    need: number;
    from: string;
    may: readonly string[];
  }): Text => ({
    message: `plannedBy requires ${need === 1 ? 'a planner' : `${need} planners`}, but only SSH keys sign plans, and ${from} has ${may.length === 0 ? 'none' : `one for ${people(may)} only`}`,
    fix: `add SSH keys of planners to ${from}, or name another list`,
  }),
  'policy.planner': ({
    need,
    from,
    have,
    missing,
  }: {
    need: number;
    from: string;
    have: readonly string[];
    missing: readonly string[];
  }): Text => ({
    message: `the policy requires the signature of ${need === 1 ? 'a planner' : `${need} planners`} of ${from}, and ${have.length === 0 ? 'none has signed' : `only ${people(have)} signed`}; may sign: ${people(missing)}`,
    fix: 'refit plan PLAN --sign KEY -o SAVED',
  }),
};
