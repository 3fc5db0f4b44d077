/** The inventory, indexed so that a plan of many targets never walks the fleet once a target. */
import type { Instance, Inventory, Select } from '../model.ts';

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

/** Indexes an inventory by id, by profile and region, and, when first asked, by tag. */
export function indexFleet(inventory: Inventory): FleetIndex {
  const ids = groupBy(inventory.instances, (one) => [one.id]);
  const scopes = groupBy(inventory.instances, (one) => [`${one.profile} ${one.region}`, one.profile]);
  const read = new Set(inventory.scopes.flatMap(({ profile, region }) => [`${profile} ${region}`, profile]));
  let tags: Map<string, Instance[]> | null = null;
  const tagged = (key: string, value: string): readonly Instance[] => {
    tags ??= groupBy(inventory.instances, (one) =>
      Object.entries(one.tags).map((tag) => JSON.stringify(tag)),
    );
    return tags.get(JSON.stringify([key, value])) ?? NONE;
  };
  return {
    byId: (id) => ids.get(id) ?? NONE,
    wasRead: (profile, region) => read.has(region === null ? profile : `${profile} ${region}`),
    candidates: (profile, regions, select) => {
      const inScope = (one: Instance) => one.profile === profile && (regions?.includes(one.region) ?? true);
      if (select.ids !== null)
        return [...new Set(select.ids)].flatMap((id) => ids.get(id) ?? NONE).filter(inScope);
      let fewest =
        regions === null
          ? (scopes.get(profile) ?? NONE)
          : [...new Set(regions)].flatMap((region) => scopes.get(`${profile} ${region}`) ?? NONE);
      for (const [key, values] of Object.entries(select.tags ?? {})) {
        const lists = [...new Set(values)].map((value) => tagged(key, value));
        if (lists.reduce((sum, list) => sum + list.length, 0) < fewest.length) fewest = lists.flat();
      }
      return fewest.filter(inScope);
    },
  };
}

function groupBy(
  instances: readonly Instance[],
  keys: (instance: Instance) => string[],
): Map<string, Instance[]> {
  const groups = new Map<string, Instance[]>();
  for (const instance of instances) {
    for (const key of keys(instance)) {
      const group = groups.get(key);
      if (group) group.push(instance);
      else groups.set(key, [instance]);
    }
  }
  return groups;
}
