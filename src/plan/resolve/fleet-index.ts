/** The inventory, indexed so that a plan of many targets never walks the fleet once a target. */
import type { Instance, Inventory, Select } from '../../model.ts';

export interface FleetIndex {
  /** Every instance of that id: one for each profile that sees it. */
  readonly byId: (id: string) => readonly Instance[];
  /** A short list that holds every instance which the selector can match in these regions (null: all that were read). */
  readonly candidates: (
    profile: string,
    regions: readonly string[] | null,
    select: Select,
  ) => readonly Instance[];
  /** True where that region was read as that profile (null: any region). */
  readonly wasRead: (profile: string, region: string | null) => boolean;
}

const NONE: readonly Instance[] = [];

/** Indexes an inventory by profile and region, and, when first asked, by id and by each tag's key. */
export function indexFleet(inventory: Inventory): FleetIndex {
  const byProfile = Map.groupBy(inventory.instances, (one) => one.profile);
  const byRegion = new Map(
    [...byProfile].map(([profile, instances]) => [profile, Map.groupBy(instances, (one) => one.region)]),
  );
  const read = new Set(inventory.scopes.flatMap(({ profile, region }) => [`${profile} ${region}`, profile]));
  let ids: Groups | null = null;
  const byId = (id: string): readonly Instance[] => {
    ids ??= Map.groupBy(inventory.instances, (one) => one.id);
    return ids.get(id) ?? NONE;
  };
  const byTag = new Map<string, Groups>();
  const tagged = (key: string, value: string): readonly Instance[] => {
    let values = byTag.get(key);
    if (!values) {
      values = Map.groupBy(inventory.instances, ({ tags }) => (Object.hasOwn(tags, key) ? tags[key]! : null));
      byTag.set(key, values);
    }
    return values.get(value) ?? NONE;
  };
  return {
    byId,
    wasRead: (profile, region) => read.has(region === null ? profile : `${profile} ${region}`),
    candidates: (profile, regions, select) => {
      const inScope = (one: Instance) => one.profile === profile && (regions?.includes(one.region) ?? true);
      if (select.ids !== null) return [...new Set(select.ids)].flatMap(byId).filter(inScope);
      let fewest =
        regions === null
          ? (byProfile.get(profile) ?? NONE)
          : [...new Set(regions)].flatMap((region) => byRegion.get(profile)?.get(region) ?? NONE);
      for (const [key, values] of Object.entries(select.tags ?? {})) {
        const lists = [...new Set(values)].map((value) => tagged(key, value));
        if (lists.reduce((sum, list) => sum + list.length, 0) < fewest.length) fewest = lists.flat();
      }
      return fewest.filter(inScope);
    },
  };
}

/** Instances by what they share; null: nothing. */
type Groups = ReadonlyMap<string | null, readonly Instance[]>;
