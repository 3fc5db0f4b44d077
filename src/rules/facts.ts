/** All that a rule may look at, and what it answers. */
import type { Change, Instance, Message, Money, NodeChange, Offer, Quote, Size } from '../model.ts';

/** The provider's refusal to price a change. The message is for showing, never for deciding. */
export interface QuoteRefusal {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** Where the replicas of a multi-zone instance are added or removed. */
export interface Placement {
  /** The nodes that the order names; null where the author says nothing and nothing else tells. */
  readonly nodes: NodeChange | null;
  /** Why the zones that the author names cannot be used; null where they can. */
  readonly problem: Message | null;
  /** Zones of the region in which a replica could be added. */
  readonly open: readonly string[];
  /** What is sold in each zone that gets a replica. */
  readonly added: readonly { readonly zone: string; readonly offer: Offer | null | 'unknown' }[];
}

/** What is known of one ordering call before it is made. */
export interface Facts {
  readonly id: string;
  readonly region: string;
  /** As it will be when the step begins, after the plan's earlier steps; null where the region has no such id. */
  readonly instance: Instance | null;
  /** Null only where there is no instance. */
  readonly change: Change | null;
  /** Where a missing id was seen instead: another region or profile that was read. */
  readonly elsewhere: string | null;
  /** What is sold for the instance; null: nothing. `unknown`: the catalogue was not read, or cannot be asked. */
  readonly offer: Offer | null | 'unknown';
  /** The provider's answer when asked to price this very change; null where it was not asked. */
  readonly quote: Quote | QuoteRefusal | null;
  /** What the account can still pay when the step begins; null where it is not known. */
  readonly balance: Money | null;
  /** An earlier step of the same plan changes the same instance. */
  readonly followsOwnStep: boolean;
  /** For changes of replicas that concern several zones; else absent. */
  readonly placement?: Placement | null;
}

/** A rule: when the provider (or Refit itself) refuses a change, and what to do about it. */
export interface Rule {
  /** The provider's spelling, or `Refit.…` for Refit's own. */
  readonly code: string;
  /** Which facts decide it. */
  readonly looksAt: string;
  /** When it fires, in one sentence. */
  readonly sentence: string;
  readonly fix: string;
  /** Where the rule is known from. */
  readonly source: string;
  /** When the source was last read, `yyyy-mm`. */
  readonly readOn: '2026-11';
  /** `note`: the provider may answer so, and it is waited out. */
  readonly severity: 'error' | 'warning' | 'note';
  /** What it is said of: one step, the plan as a whole or a target, the plan's text, or a step of a run. */
  readonly appliesTo: 'step' | 'plan' | 'text' | 'run';
  /** Null where it holds; null itself for what the facts of one step do not decide. */
  readonly check: ((facts: Facts) => Message | null) | null;
}

/** The facts of one change of an instance. @param known what is known beyond the instance itself. */
export function factsOf(instance: Instance, change: Change, known: Partial<Facts> = {}): Facts {
  const { id, region } = instance;
  return { ...NOTHING_KNOWN, id, region, instance, change, ...known };
}

/** What holds where nothing beyond the instance is known. */
export const NOTHING_KNOWN = {
  elsewhere: null,
  offer: 'unknown',
  quote: null,
  balance: null,
  followsOwnStep: false,
} as const;

/** True where the answer to the price question was a refusal. */
export function isRefusal(quote: Facts['quote']): quote is QuoteRefusal {
  return quote !== null && 'code' in quote;
}

/** A check of an instance that exists. */
export function onChange(
  check: (instance: Instance, change: Change, facts: Facts) => Message | null,
): (facts: Facts) => Message | null {
  return (facts) =>
    facts.instance === null || facts.change === null ? null : check(facts.instance, facts.change, facts);
}

/** The whole size after a change. */
export function sizeAfter(size: Size, change: Change): Size {
  return { ...size, [change.dimension]: change.to };
}
