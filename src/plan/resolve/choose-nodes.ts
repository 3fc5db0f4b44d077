/**
 * Which nodes a change of the replicas of a multi-zone instance adds or removes: the provider wants them named, added
 * ones by zone, removed ones by number (docs/provider.md P3 and P12).
 */

import { message } from '../../messages/messages.ts';
import type { Catalogue, Change, Instance, InstanceNode, Message, NodeChange, Zone } from '../../model.ts';
import type { Placement } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';

/** Zones by their codes, of one region. */
export type ZonesOf = (region: string) => ReadonlyMap<string, Zone>;

/** Indexes the zones of a catalogue. */
export function indexZones({ zones }: Catalogue): ZonesOf {
  const regions = new Map<string, Map<string, Zone>>();
  for (const { region, code, number } of zones) {
    const known = regions.get(region) ?? new Map<string, Zone>();
    regions.set(region, known.set(code, { code, number }));
  }
  const none: ReadonlyMap<string, Zone> = new Map();
  return (region) => regions.get(region) ?? none;
}

/** A placement, and what a reviewer should know of how it was chosen. */
export interface ChosenNodes extends Placement {
  readonly reason: string | null;
}

/**
 * Null for all but changes of replicas that name zones or concern a multi-zone instance.
 * @param asked the zones that the author names; null = none.
 */
export function chooseNodes(
  instance: Instance,
  change: Change,
  asked: readonly string[] | null,
  { zonesOf, sold }: { readonly zonesOf: ZonesOf; readonly sold: SoldFor },
): ChosenNodes | null {
  if (change.dimension !== 'replicas' || (instance.nodes.length === 0 && asked === null)) return null;
  const zones = zonesOf(instance.region);
  const soldIn = (zone: string) => sold({ ...instance, zone });
  const open = [...zones.keys()].filter((zone) => {
    const offer = soldIn(zone);
    return offer !== null && (offer === 'unknown' || !(offer.soldOut || offer.zoneSoldOut));
  });
  const none = { nodes: null, problem: null, open, added: [], reason: null };
  const { id, region } = instance;
  const misfit = (message: Message): ChosenNodes => ({ ...none, problem: message });
  const replicas = instance.nodes.filter(({ role }) => role === 'replica');
  if (instance.nodes.length === 0) return misfit(message('rule.zones-in-one-zone', { id }));
  if (replicas.length !== instance.size.replicas)
    return misfit(
      message('rule.nodes-differ', { id, replicas: instance.size.replicas, listed: replicas.length }),
    );
  if (change.to > change.from) {
    if (asked === null) return none;
    const strange = asked.find((zone) => !zones.has(zone));
    if (strange !== undefined)
      return misfit(message('rule.zone-unknown', { id, zone: strange, region, open }));
    const added = inTurn(asked, change.to - change.from).map((zone) => zones.get(zone)!);
    return {
      ...none,
      nodes: { kind: 'add', zones: added },
      added: [...new Set(added)].map(({ code }) => ({ zone: code, offer: soldIn(code) })),
    };
  }
  const taken = asked === null ? fromTheFullest(instance.nodes, change) : fromZones(replicas, asked, change);
  if (taken === null)
    return misfit(
      message('rule.no-replica-there', {
        id,
        wanted: change.from - change.to,
        zones: asked!,
        has: [...new Set(replicas.map(({ zone }) => zone.code))],
      }),
    );
  return {
    ...none,
    nodes: { kind: 'remove', nodes: taken.map(({ node }) => ({ id: node.id!, zone: node.zone })) },
    reason: taken.map(({ reason }) => reason).join(', '),
  };
}

/** The nodes of an instance after the change. Those that are added have no number yet. */
export function nodesAfter(nodes: readonly InstanceNode[], change: NodeChange | null): InstanceNode[] {
  if (change?.kind === 'add')
    return [...nodes, ...change.zones.map((zone) => ({ id: null, role: 'replica' as const, zone }))];
  const gone = new Set(change?.nodes.map(({ id }) => id));
  return nodes.filter(({ id, role }) => role === 'master' || id === null || !gone.has(id));
}

interface Taken {
  readonly node: InstanceNode;
  readonly reason: string;
}

/** One replica after the other from the zone that then has most nodes, so that what is left stays spread. */
function fromTheFullest(nodes: readonly InstanceNode[], change: Change): Taken[] {
  let left = nodes;
  const master = nodes.find(({ role }) => role === 'master')?.zone.code;
  return inTurn([null], change.from - change.to).map(() => {
    const share = (zone: string) => left.filter((node) => node.zone.code === zone).length;
    // Of two that have as many, the master's: then the others keep theirs.
    const [node] = left
      .filter(({ role }) => role === 'replica')
      .sort(
        (a, b) =>
          share(b.zone.code) - share(a.zone.code) ||
          Number(b.zone.code === master) - Number(a.zone.code === master) ||
          (a.zone.code < b.zone.code ? -1 : a.zone.code > b.zone.code ? 1 : b.id! - a.id!),
      );
    const reason = `${formatReplica(node!)} is removed because that zone has most of its nodes (${share(node!.zone.code)} of ${left.length})`;
    left = left.filter((one) => one !== node);
    return { node: node!, reason };
  });
}

/** Replicas from the zones in turn, the newest first; null where they have not as many. */
function fromZones(
  replicas: readonly InstanceNode[],
  zones: readonly string[],
  change: Change,
): Taken[] | null {
  let left = [...replicas].sort((a, b) => b.id! - a.id!);
  const taken: Taken[] = [];
  let turn = 0;
  for (let missed = 0; taken.length < change.from - change.to; turn++) {
    const zone = zones[turn % zones.length];
    const node = left.find((one) => one.zone.code === zone);
    if (node === undefined) {
      if (++missed >= zones.length) return null;
      continue;
    }
    missed = 0;
    left = left.filter((one) => one !== node);
    taken.push({ node, reason: `${formatReplica(node)} is removed because zones names it` });
  }
  return taken;
}

function formatReplica({ id, zone }: InstanceNode): string {
  return `replica ${id} in ${zone.code}`;
}

/** `length` items, the list gone round where it is shorter. */
function inTurn<Item>(items: readonly Item[], length: number): Item[] {
  return Array.from({ length }, (_, n) => items[n % items.length]!);
}
