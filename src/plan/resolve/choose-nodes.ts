/**
 * Chooses the nodes that a change of replicas adds to or removes from a multi-zone instance. The provider needs the zone
 * of each added node and the number of each removed node (docs/provider.md P3 and P12).
 */

import { message } from '../../messages/messages.ts';
import type { Catalogue, Change, Instance, InstanceNode, Message, NodeChange, Zone } from '../../model.ts';
import type { Placement } from '../../rules/facts.ts';
import type { SoldFor } from '../../rules/is-sold.ts';
import { joinReasons } from './join-reasons.ts';

/** The zones of one region, by code. */
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

/** A placement, and why Refit chose it. */
export interface ChosenNodes extends Placement {
  readonly reason: Message | null;
}

/**
 * Chooses the nodes of a change of replicas.
 * Null for other changes, and for instances in one zone whose target names no zones.
 * @param asked the author's zones; null = none.
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
  const cannot = (problem: Message): ChosenNodes => ({ ...none, problem });
  const replicas = instance.nodes.filter(({ role }) => role === 'replica');
  if (instance.nodes.length === 0) return cannot(message('rule.zones-in-one-zone', { id }));
  if (replicas.length !== instance.size.replicas)
    return cannot(
      message('rule.nodes-differ', { id, replicas: instance.size.replicas, listed: replicas.length }),
    );
  if (change.to > change.from) {
    if (asked === null) return none;
    const unknown = asked.find((zone) => !zones.has(zone));
    if (unknown !== undefined)
      return cannot(message('rule.zone-unknown', { id, zone: unknown, region, open }));
    const added = repeat(asked, change.to - change.from).map((zone) => zones.get(zone)!);
    return {
      ...none,
      nodes: { kind: 'add', zones: added },
      added: [...new Set(added)].map(({ code }) => ({ zone: code, offer: soldIn(code) })),
    };
  }
  const taken = asked === null ? fromTheFullest(instance.nodes, change) : fromZones(replicas, asked, change);
  if (taken === null)
    return cannot(
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
    reason: joinReasons(...taken.map(({ reason }) => reason)),
  };
}

/** The nodes of an instance after the change. Added nodes have no number yet. */
export function nodesAfter(nodes: readonly InstanceNode[], change: NodeChange | null): InstanceNode[] {
  if (change?.kind === 'add')
    return [...nodes, ...change.zones.map((zone) => ({ id: null, role: 'replica' as const, zone }))];
  const gone = new Set(change?.nodes.map(({ id }) => id));
  return nodes.filter(({ id, role }) => role === 'master' || id === null || !gone.has(id));
}

interface Taken {
  readonly node: InstanceNode;
  readonly reason: Message;
}

/** Takes each replica from the zone with the most nodes at that time. The other replicas stay spread. */
function fromTheFullest(nodes: readonly InstanceNode[], change: Change): Taken[] {
  let left = nodes;
  const master = nodes.find(({ role }) => role === 'master')?.zone.code;
  return repeat([null], change.from - change.to).map(() => {
    const share = (zone: string) => left.filter((node) => node.zone.code === zone).length;
    // Of two zones with the same number, the master's zone loses a replica. The other zones keep theirs.
    const [node] = left
      .filter(({ role }) => role === 'replica')
      .sort(
        (a, b) =>
          share(b.zone.code) - share(a.zone.code) ||
          Number(b.zone.code === master) - Number(a.zone.code === master) ||
          (a.zone.code < b.zone.code ? -1 : a.zone.code > b.zone.code ? 1 : b.id! - a.id!),
      );
    const { id, zone } = node!;
    const reason = message('reason.node-in-fullest-zone', {
      node: id!,
      zone: zone.code,
      nodes: share(zone.code),
      of: left.length,
    });
    left = left.filter((one) => one !== node);
    return { node: node!, reason };
  });
}

/** Takes replicas from the zones in turn, the newest first; null if the zones have too few. */
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
    const reason = message('reason.node-in-named-zone', { node: node.id!, zone: node.zone.code });
    taken.push({ node, reason });
  }
  return taken;
}

/** A list of `length` items. A shorter list repeats from the start. */
function repeat<Item>(items: readonly Item[], length: number): Item[] {
  return Array.from({ length }, (_, n) => items[n % items.length]!);
}
