/** The instances and what is sold, as read at one moment. */
import type { EditionName } from './edition.ts';
import type { Billing, Instance, Zone } from './instance.ts';
import type { Money } from './money.ts';

export const INVENTORY_FORMAT = 'refit.inventory/1';

/** The instances of one or more regions and identities, as read at one moment. Its file: `refit inventory -o`. */
export interface Inventory {
  readonly format: typeof INVENTORY_FORMAT;
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** The region and profile pairs that were read: an instance elsewhere is unknown, not absent. */
  readonly scopes: readonly Scope[];
  readonly instances: readonly Instance[];
  readonly catalogue: Catalogue;
  /** What each profile's account can pay, where it has been read. */
  readonly balances: Readonly<Record<string, Money>>;
}

/** Where instances are read and orders are placed: one region as seen by one identity. */
export interface Scope {
  readonly region: string;
  readonly profile: string;
}

/** What the provider sells. */
export interface Catalogue {
  /** ISO 8601 UTC. */
  readonly readAt: string;
  readonly offers: readonly Offer[];
  /** The zones of the regions that were read, as far as their numbers are known: where a replica can be put. */
  readonly zones: readonly (Zone & { readonly region: string })[];
}

/** What is sold of one edition in one zone under one pay mode. Lists are sorted ascending. */
export interface Offer {
  readonly region: string;
  readonly zone: string;
  readonly edition: EditionName;
  readonly billing: Billing;
  /** MB per shard. */
  readonly memoryPerShard: readonly number[];
  readonly shards: readonly number[];
  readonly replicas: readonly number[];
  /** The edition is sold out here. */
  readonly soldOut: boolean;
  /** The whole zone is sold out. */
  readonly zoneSoldOut: boolean;
}
