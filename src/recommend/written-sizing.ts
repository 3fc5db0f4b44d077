/** A sizing file as its author wrote it, after the schema accepted it. */
import type { MustHold, Resource, SizingRules, Statistic } from '../model.ts';
import type { WrittenSelector } from '../plan/parse/build-selector.ts';

interface WrittenResource {
  readonly growAt?: string;
  readonly fit?: string;
  readonly statistic?: Statistic;
}

/** Rules that the schema accepts. */
export interface WrittenRules extends Readonly<Partial<Record<Resource, WrittenResource>>> {
  readonly over?: string;
  readonly horizon?: string;
  readonly grow?: { readonly history?: string; readonly holds?: string };
  readonly shrink?: {
    readonly allow?: boolean;
    readonly history?: string;
    readonly found?: string;
    readonly cooldown?: string;
    readonly holds?: string;
    readonly saves?: string;
  };
  readonly shards?: { readonly fewer?: boolean; readonly uneven?: number };
  readonly replicas?: { readonly fewer?: boolean };
  readonly caches?: SizingRules['caches'];
}

/** A sizing file that the schema accepts. */
export interface WrittenSizing extends WrittenRules {
  readonly classes?: Readonly<Record<string, WrittenRules & { readonly select: WrittenSelector }>>;
  readonly autoScaling?: readonly (string | WrittenSelector)[];
  readonly exclude?: readonly (string | WrittenSelector)[];
  readonly mustHold?: Readonly<Partial<Record<MustHold['figure'], string>>>;
  readonly price?: { readonly perGigabyteMonth: string };
}
