/**
 * Makes accounts from the inventory that `refit inventory -o FILE` writes: an account for each profile, with its instances, their
 * sizes, tags, zones and the memory in use. What an inventory does not say gets the default of a fleet file (read-fleet.ts).
 *
 * An instance can have `usage` and `pastSizes`, too, as in a fleet file. Instances of an unknown edition are left out.
 */
import { RefitError } from '../../errors.ts';
import { given } from '../../given.ts';
import { INVENTORY_FORMAT, type Instance, type Inventory } from '../../model.ts';
import { DAY } from '../../units.ts';
import { parseTimeOfDay } from '../world/beijing-time.ts';
import { isWindow } from '../world/change.ts';
import { SIM_EDITIONS } from '../world/editions.ts';
import type { FleetInstance } from '../world/fleet-instance.ts';
import { FIRST_ACCOUNT } from '../world/world.ts';
import { readInstances } from './read-fleet.ts';

/** True for an inventory, of this or another version. */
export function isInventory(value: unknown): value is { readonly format: string } {
  const { format } = Object(value) as { format?: unknown };
  return typeof format === 'string' && format.startsWith('refit.inventory/');
}

/** An account of an inventory: the name of its profile, and its instances. */
interface InventoryAccount {
  readonly name: string;
  readonly fleet: readonly FleetInstance[];
}

type Row = Instance & { readonly usage?: unknown; readonly pastSizes?: unknown };

/** Reads the accounts of an inventory, the one of the default profile first. @throws RefitError `usage` for the first wrong value */
export function readInventory(inventory: { readonly format: string }): InventoryAccount[] {
  const { format, readAt, instances } = inventory as Partial<Inventory>;
  const time = Date.parse(String(readAt));
  if (format !== INVENTORY_FORMAT || !Array.isArray(instances) || Number.isNaN(time))
    throw new RefitError(
      'usage',
      `the fleet is no inventory of the format ${INVENTORY_FORMAT}`,
      'write a new one: refit inventory --used -o inventory.json',
    );
  // Two profiles of one account read the same instances.
  const seen = new Set<string>();
  const unique = instances.filter(isKnown).filter(({ id }) => !seen.has(id) && seen.add(id));
  const byAccount = Map.groupBy(unique, ({ profile }) => accountName(profile));
  const names = [...new Set([FIRST_ACCOUNT, ...byAccount.keys()])];
  return names.map((name) => {
    const rows = byAccount.get(name) ?? [];
    const fleet = readInstances(rows.map((one) => formOf(one, time)));
    return { name, fleet: fleet.map((one, index) => ({ ...one, ...nodesOf(rows[index]!) })) };
  });
}

function isKnown(one: unknown): one is Row {
  const { type } = Object(one) as { type?: unknown };
  return typeof type === 'number' && SIM_EDITIONS.has(type);
}

/** The account of a profile. A profile can have a name that no account can have. */
function accountName(profile: unknown): string {
  return String(profile ?? FIRST_ACCOUNT)
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 64);
}

/** The instance as a fleet file has it. @param readAt when the inventory was read, ms since 1970 UTC */
function formOf(one: Row, readAt: number): object {
  const { id, name, region, type, billing, status, tags, used, task, deadline, unpaidOrder } = one;
  const { usage, pastSizes } = one;
  const { memoryPerShard, shards, replicas } = Object(one.size) as Instance['size'];
  const days = deadline ? Math.ceil((Date.parse(deadline) - readAt) / DAY) : null;
  const zone = /-\d{1,2}$/.test(one.zone) ? one.zone : null;
  const total = used && Math.min(used.total, memoryPerShard * shards);
  const fullest =
    used && used.fullestShard !== null && shards > 1
      ? Math.max(total! / shards, Math.min(used.fullestShard, total!, memoryPerShard))
      : null;
  return {
    ...{ id, name, region, type, memoryPerShard, shards, replicas, billing, tags },
    status: status === 'unrecognised' ? 'initialising' : status,
    unpaidOrder: unpaidOrder !== null && unpaidOrder !== undefined,
    ...given({
      zone,
      usedTotal: total,
      usedFullestShard: fullest,
      daysLeft: days === null ? null : Math.max(0, Math.min(3650, days)),
      replicaZones: one.nodes?.filter(({ role }) => role === 'replica').map((node) => node.zone.code),
      task: status === 'running' ? /^task (\d{3})\b/.exec(String(task))?.[1] : null,
      window: windowOf(one),
      ...{ usage, pastSizes },
      readsFromReplicas: one.readsFromReplicas && replicas > 0,
    }),
  };
}

/** The maintenance window, where the provider could have it. */
function windowOf({ window }: Row): string | null {
  if (!window) return null;
  const [from, to] = [parseTimeOfDay(window.from), parseTimeOfDay(window.to)];
  return from !== null && to !== null && isWindow(from, to) ? `${window.from}-${window.to}` : null;
}

/** The nodes of a multi-zone instance keep their numbers, so that a plan from the inventory fits. */
function nodesOf({ nodes = [] }: Row): Pick<FleetInstance, 'nodes'> {
  if (nodes.length === 0 || nodes.some(({ id }) => id === null)) return {};
  const sorted = [...nodes].sort((a, b) => Number(a.role !== 'master') - Number(b.role !== 'master'));
  return {
    nodes: sorted.map(({ id, role, zone }) => ({
      id: id!,
      kind: role === 'master' ? 0 : 1,
      zone: zone.code,
    })),
  };
}
