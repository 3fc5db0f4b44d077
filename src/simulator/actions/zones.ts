/**
 * The action that moves nodes to other zones, for example from one zone to several. Source: docs/provider.md P13 and
 * P196; the checks and their codes: docs/provider-choices.md.
 */
import { acceptZones } from '../world/change.ts';
import { SIM_EDITIONS } from '../world/editions.ts';
import type { SimZone } from '../world/geography.ts';
import type { SimInstance, SimNode, World } from '../world/world.ts';
import type { Action } from './action.ts';
import { findInstance } from './redis-instances.ts';
import { Refusal, wrongParameter } from './refusal.ts';
import { checkStatus, type RequestedNode, zoneOfNode } from './resize-checks.ts';

export const ZONES: Readonly<Record<string, Action>> = {
  ModifyInstanceAvailabilityZones: {
    schema: {
      InstanceId: 'string!',
      SwitchOption: 'integer!',
      NodeSet: [{ NodeType: 'integer!', NodeId: 'integer', ZoneId: 'whole', ZoneName: 'string' }, '!'],
    },
    run(world, call) {
      const instance = findInstance(world, call);
      const { SwitchOption: option } = call.params;
      if (option !== 1 && option !== 2) throw wrongParameter('SwitchOption is 1 or 2');
      checkStatus(instance, call.now, 'FailedOperation.Unknown');
      if (!SIM_EDITIONS.get(instance.type)!.replicasChange)
        throw new Refusal('InvalidParameterValue.UnSupportedType', `type ${instance.type} stays in its zone`);
      const nodes = placed(world, instance, call.params.NodeSet as RequestedNode[]);
      const { uin: by } = call.identity;
      return {
        TaskId: acceptZones(world, instance, nodes, { by, inWindow: option === 1, now: call.now }).id,
      };
    },
  },
};

/** The nodes after the move: the master first, and as many replicas as now. @throws Refusal */
function placed(world: World, instance: SimInstance, requested: readonly RequestedNode[]): SimNode[] {
  const { nodes: present, replicas, region } = instance;
  const masters = requested.filter(({ NodeType }) => NodeType === 0);
  const others = requested.filter(({ NodeType }) => NodeType === 1);
  if (masters.length !== 1 || others.length !== replicas || requested.length !== 1 + replicas)
    throw wrongParameter(`NodeSet must name the master and ${replicas} replicas`);
  const nodes = [...masters, ...others].map((node, index): SimNode => {
    const kind = index === 0 ? 0 : 1;
    const zone = zoneOfNode(region, node);
    checkZone(world, instance, zone);
    // The nodes of one zone have no ids that a client could know.
    const known = present?.find(({ id, kind: its }) => id === node.NodeId && its === kind);
    if (present === null ? node.NodeId : known === undefined)
      throw wrongParameter(`NodeSet has a wrong NodeId for ${instance.id}`);
    return { id: known?.id ?? 1000 + index, kind, zone: zone.number };
  });
  if (new Set(nodes.map(({ id }) => id)).size !== nodes.length)
    throw wrongParameter('NodeSet names a node twice');
  const before = (present ?? []).map(({ id, zone }) => `${id} ${zone}`);
  const isSame =
    present === null
      ? nodes.every(({ zone }) => zone === instance.zone.number)
      : nodes.every(({ id, zone }) => before.includes(`${id} ${zone}`));
  if (isSame) throw wrongParameter('NodeSet changes no zone');
  return nodes;
}

function checkZone(world: World, { type, billing }: SimInstance, zone: SimZone): void {
  const sold = world.catalogue.sold(zone.code, type, billing);
  if (!sold)
    throw new Refusal('InvalidParameterValue.CheckNotPass', `type ${type} is not sold in ${zone.code}`);
  if (sold.soldOut || zone.soldOut)
    throw new Refusal('ResourceInsufficient', `${zone.code} has no capacity left`);
}
