/** The facts that rules check, and the form of a rule. */
import type { KnownCode } from '../messages/codes.ts';
import type { Change, Instance, Message, Money, NodeChange, Offer, Quote, Size } from '../model.ts';

/** The provider's refusal to price a change. Refit shows the message and never decides by it. */
export interface QuoteRefusal {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** Where a change adds or removes the replicas of a multi-zone instance. */
export interface Placement {
  /** The nodes that the order names; null if nobody chooses them. */
  readonly nodes: NodeChange | null;
  /** Why the author's zones cannot be used; null if they can. */
  readonly problem: Message | null;
  /** Zones of the region in which a replica can be added. */
  readonly open: readonly string[];
  /** The offer in each zone that gets a replica. */
  readonly added: readonly { readonly zone: string; readonly offer: Offer | null | 'unknown' }[];
}

/** Everything that Refit knows about one order before it places it. */
export interface Facts {
  readonly id: string;
  readonly region: string;
  /** The instance when the step starts, after earlier steps; null if it does not exist. */
  readonly instance: Instance | null;
  /** Null only if there is no instance. */
  readonly change: Change | null;
  /** Another region or profile in which a missing id exists. */
  readonly elsewhere: string | null;
  /** The id in that region that is nearest to a missing one. */
  readonly near: string | null;
  /** The sizes sold for the instance; null: none. `unknown`: the catalogue was not read or cannot answer. */
  readonly offer: Offer | null | 'unknown';
  /** The provider's answer to the price request for this change; null if Refit did not ask. */
  readonly quote: Quote | QuoteRefusal | null;
  /** The account balance when the step starts; null if unknown. */
  readonly balance: Money | null;
  /** An earlier step of the same plan changes the same instance. */
  readonly followsOwnStep: boolean;
  /** Present only for changes of replicas that concern several zones. */
  readonly placement?: Placement | null;
}

/** A rule: when the provider or Refit refuses a change. `textOfCode` in `messages/` explains its code. */
export interface Rule {
  /** The provider's spelling, or `Refit.…` for Refit's own rules. */
  readonly code: KnownCode;
  /** Where the rule is documented. */
  readonly source: string;
  /** When the source was last read, `yyyy-mm`. */
  readonly readOn: '2026-11';
  /** `note`: the provider may give this code, and Refit waits until it passes. */
  readonly severity: 'error' | 'warning' | 'note';
  /** One step, a target or the whole plan, the plan's text, or a step of a run. */
  readonly appliesTo: 'step' | 'plan' | 'text' | 'run';
  /** Returns null if the change is fine. The check itself is null if the facts of one step do not decide the rule. */
  readonly check: ((facts: Facts) => Message | null) | null;
}

/** The facts of one change of an instance. @param known facts beyond the instance itself. */
export function factsOf(instance: Instance, change: Change, known: Partial<Facts> = {}): Facts {
  const { elsewhere, near, offer, quote, balance, followsOwnStep, placement } = known;
  return {
    id: instance.id,
    region: instance.region,
    instance,
    change,
    elsewhere: elsewhere ?? null,
    near: near ?? null,
    offer: offer === undefined ? 'unknown' : offer,
    quote: quote ?? null,
    balance: balance ?? null,
    followsOwnStep: followsOwnStep ?? false,
    placement: placement ?? null,
  };
}

/** The facts if nothing beyond the instance is known. */
export const NOTHING_KNOWN = {
  elsewhere: null,
  near: null,
  offer: 'unknown',
  quote: null,
  balance: null,
  followsOwnStep: false,
} as const;

/** True if the provider refused to give a price. */
export function isRefusal(quote: Facts['quote']): quote is QuoteRefusal {
  return quote !== null && 'code' in quote;
}

/** Makes a check that runs only if the instance and the change exist. */
export function onChange(
  check: (instance: Instance, change: Change, facts: Facts) => Message | null,
): (facts: Facts) => Message | null {
  return (facts) =>
    facts.instance === null || facts.change === null ? null : check(facts.instance, facts.change, facts);
}

/** The whole size after a change. */
export function sizeAfter({ memoryPerShard, shards, replicas }: Size, { dimension, to }: Change): Size {
  return {
    memoryPerShard: dimension === 'memoryPerShard' ? to : memoryPerShard,
    shards: dimension === 'shards' ? to : shards,
    replicas: dimension === 'replicas' ? to : replicas,
  };
}
