/** Findings of the rules about one change, in English. `id` is the instance. */
import type { Change, Dimension, InstanceStatus } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import type { Text } from '../../text.ts';
import { count, formatChange, formatMemory, formatValue } from '../format-size.ts';
import { editionText, memory, money } from '../quantities.ts';

/** The sold values next to one that is not sold: `shards: 4, or shards: 8`. */
const nearest = (dimension: Dimension, values: readonly number[]): string =>
  values.map((value) => `${dimension}: ${formatValue(dimension, value)}`).join(', or ');

const asked = (change: Change | null): string => (change === null ? 'the change' : formatChange(change));

/** What to do with an instance that is not running. */
const NOT_RUNNING_FIX: Readonly<Record<Exclude<InstanceStatus, 'running'>, (id: string) => string>> = {
  initialising: () => 'wait until it is running, then plan again',
  processing: () => 'wait until it is running, then plan again',
  isolated: (id) => `renew it, or exclude it: exclude: [${id}]`,
  deleting: (id) => `exclude it: exclude: [${id}]`,
  unrecognised: (id) => `check it in the TencentDB console, or exclude it: exclude: [${id}]`,
};

export const rules = {
  'rule.instance-missing': ({
    id,
    region,
    elsewhere,
    near,
  }: {
    id: string;
    region: string;
    elsewhere: string | null;
    /** The id there that is nearest to it. */
    near: string | null;
  }): Text =>
    elsewhere !== null
      ? {
          message: `${id} does not exist in ${region}; it is in ${elsewhere}`,
          fix: `use ${elsewhere} as the target's region or profile`,
        }
      : {
          message: `${id} does not exist in ${region}${near === null ? '' : `; did you mean ${near}?`}`,
          fix:
            near === null
              ? `correct the id or the region; refit inventory --region ${shellQuote(region)} lists the instances`
              : `instance: ${near}`,
        },
  'rule.not-running': ({ id, status }: { id: string; status: Exclude<InstanceStatus, 'running'> }): Text => ({
    message: `${id} is ${status}, not running`,
    fix: NOT_RUNNING_FIX[status](id),
  }),
  'rule.task-in-progress': ({
    id,
    status,
    task,
  }: {
    id: string;
    status: InstanceStatus;
    task: string;
  }): Text => `${id} is ${status}, and a task is in progress on it: ${task}`,
  'rule.order-unpaid': ({ id, order }: { id: string; order: string }): Text => ({
    message: `${id}: order ${order} for it is not paid`,
    fix: `pay or cancel order ${order} in the Tencent Cloud console, then plan again`,
  }),
  'rule.changes-nothing': ({ id, change }: { id: string; change: Change }): Text => ({
    message: `${id}: ${formatChange(change)} changes nothing`,
    fix: 'remove the target',
  }),
  'rule.zones-not-named': ({
    id,
    change,
    zones,
    open,
  }: {
    id: string;
    change: Change;
    zones: readonly string[];
    open: readonly string[];
  }): Text => ({
    message: `${id}: ${formatChange(change)} of a multi-zone instance needs the key zones with the zones of the added replicas; its nodes are in ${zones.join(', ')}`,
    fix: `zones: [${open[0] ?? 'ZONE'}] beside replicas${open.length > 1 ? `; available: ${open.join(', ')}` : ''}`,
  }),
  'rule.edition-forbids': ({
    id,
    change,
    edition,
    dimensions,
  }: {
    id: string;
    change: Change;
    edition: string;
    dimensions: readonly Dimension[];
  }): Text => ({
    message: `${id}: ${formatChange(change)} is not possible on ${edition}, which allows ${dimensions.join(', ')}`,
    fix: `remove ${change.dimension} from the target`,
  }),
  'rule.edition-unknown': ({ id, type }: { id: string; type: number }): Text => ({
    message: `${id} is ${editionText({ edition: 'unrecognised', type })}: this version knows no such edition`,
    fix: `exclude it: exclude: [${id}], or use a newer version of refit`,
  }),
  'rule.zones-in-one-zone': ({ id }: { id: string }): Text => ({
    message: `${id} is in one zone, and the key zones is only for multi-zone instances`,
    fix: 'remove the key zones; or spread the instance over zones in the TencentDB console first, then plan again',
  }),
  'rule.nodes-differ': ({
    id,
    replicas,
    listed,
  }: {
    id: string;
    replicas: number;
    listed: number;
  }): Text => ({
    message: `${id} has ${count(replicas, 'replica')}, but its list of nodes has ${listed}`,
    fix: 'plan again when both numbers agree, or check the instance in the TencentDB console',
  }),
  'rule.zone-unknown': ({
    id,
    zone,
    region,
    open,
  }: {
    id: string;
    zone: string;
    region: string;
    open: readonly string[];
  }): Text => ({
    message: `${id} cannot have a replica in ${zone}: Refit knows no such zone in ${region}`,
    fix: open.length === 0 ? 'use another zone' : `zones: [${open.join(', ')}], or some of them`,
  }),
  'rule.no-replica-there': ({
    id,
    wanted,
    zones,
    has,
  }: {
    id: string;
    wanted: number;
    zones: readonly string[];
    has: readonly string[];
  }): Text => ({
    message: `${id} does not have ${count(wanted, 'replica')} to remove in ${zones.join(', ')}`,
    fix: `zones: [${has.join(', ')}], or some of them: its replicas are there`,
  }),
  'rule.tail-lock': ({ id }: { id: string }): Text => ({
    message: `${id}: this step follows another of the same instance. After a change the instance stays locked for a while, and the provider answers FailedOperation.SystemError or FailedOperation.Unknown`,
    fix: 'nothing to do: Refit retries until the lock is released',
  }),
  'rule.nothing-sold': ({
    id,
    edition,
    zone,
    billing,
    open,
  }: {
    id: string;
    edition: string;
    zone: string;
    billing: string;
    /** Zones that could be named instead; null where it is the instance's own zone. */
    open: readonly string[] | null;
  }): Text => ({
    message: `${id}: nothing is sold for ${edition} in ${zone}, ${billing}`,
    fix: open === null ? `exclude it: exclude: [${id}]` : `zones: [${open.join(', ')}], or some of them`,
  }),
  'rule.value-not-sold': ({
    id,
    dimension,
    to,
    edition,
    zone,
    sold,
    near,
  }: {
    id: string;
    dimension: Dimension;
    to: number;
    edition: string;
    zone: string;
    sold: readonly number[];
    near: readonly number[];
  }): Text => ({
    message:
      dimension === 'memoryPerShard'
        ? `${id}: ${formatMemory(to)} per shard is not a size sold for ${edition} in ${zone}, which has ${sold.map(formatMemory).join(', ')}`
        : `${id}: ${dimension} ${to} is not sold for ${edition} in ${zone}, which has ${sold.join(', ')}`,
    fix: nearest(dimension, near),
  }),
  'rule.memory-out-of-range': ({
    id,
    to,
    edition,
    zone,
    least,
    greatest,
  }: {
    id: string;
    to: number;
    edition: string;
    zone: string;
    least: number;
    greatest: number;
  }): Text => ({
    message: `${id}: ${formatMemory(to)} per shard is outside the range sold for ${edition} in ${zone}, ${formatMemory(least)} to ${formatMemory(greatest)}`,
    fix: `memoryPerShard: ${formatMemory(to < least ? least : greatest)}`,
  }),
  'rule.capacity-too-great': ({
    id,
    memoryPerShard,
    shards,
    limit,
  }: {
    id: string;
    memoryPerShard: number;
    shards: number;
    limit: number;
  }): Text => ({
    message: `${id}: ${formatMemory(memoryPerShard)} x ${shards} shards is ${formatMemory(memoryPerShard * shards)}, more than the ${formatMemory(limit)} that one instance can have`,
    fix: `fewer shards or less memory per shard: memory x shards up to ${formatMemory(limit)}`,
  }),
  'rule.catalogue-unknown': ({ id }: { id: string }): Text =>
    `${id}: the inventory has no catalogue, so Refit does not know whether the size is sold`,
  'rule.sold-out': ({
    id,
    before,
    after,
    zone,
    edition,
  }: {
    id: string;
    before: number;
    after: number;
    zone: string;
    /** Null where the whole zone is sold out. */
    edition: string | null;
  }): Text =>
    `${id} grows from ${formatMemory(before)} to ${formatMemory(after)} with its replicas, and ${edition === null ? zone : `${edition} in ${zone}`} is sold out`,
  'rule.data-would-not-fit': ({
    id,
    fullest,
    size,
    used,
    needed,
    source,
    readAt,
    atLeast,
  }: {
    id: string;
    /** Whether the fullest shard is compared, not the whole instance. */
    fullest: boolean;
    size: number;
    used: number;
    needed: number;
    source: string;
    readAt: string;
    atLeast: { dimension: 'shards' | 'memoryPerShard'; value: number };
  }): Text => {
    const [scope, where] = fullest ? ['per shard', ' in its fullest shard'] : ['in total', ''];
    return {
      message: `${id}: ${memory(size)} ${scope} is less than the ${memory(needed)} that it needs: 1.3 x the ${memory(used)} in use${where} (from ${source}, read ${readAt})`,
      fix:
        atLeast.dimension === 'shards'
          ? `shards: at least ${atLeast.value}, or free memory first`
          : `memoryPerShard: { atLeast: ${atLeast.value}MB, roundTo: sold }, or free memory first`,
    };
  },
  'rule.used-unknown': ({ id, fullest }: { id: string; fullest: boolean }): Text =>
    `${id}: a reduction needs 1.3 x the memory in use, and ${fullest ? 'the memory in use in its fullest shard' : 'its memory in use'} is not known`,
  'rule.balance-short': ({
    id,
    amount,
    currency,
    profile,
    balance,
  }: {
    id: string;
    amount: number;
    currency: string;
    profile: string;
    balance: number;
  }): Text => ({
    message: `${id} costs ${money(amount, currency)} now, and the account of ${profile} has ${money(balance, currency)} left for it`,
    fix: `top up ${Math.ceil(amount - balance)} ${currency} or more, then plan again`,
  }),
  'rule.price-refused': ({
    id,
    change,
    code,
    request,
    answer,
  }: {
    id: string;
    change: Change | null;
    code: string;
    request: string | null;
    /** The provider's own text. */
    answer: string;
  }): Text =>
    `${id}: the provider refuses to price ${asked(change)}: ${code}${request === null ? '' : ` (request ${request})`}: ${answer}`,
  'rule.price-unknown': ({
    id,
    change,
    code,
    answer,
  }: {
    id: string;
    change: Change | null;
    code: string;
    answer: string;
  }): Text => ({
    message: `${id}: the provider gave no price for ${asked(change)}: ${code}: ${answer}`,
    fix: 'plan again with --price; guards.cost refuses the plan until a price is known',
  }),
};
