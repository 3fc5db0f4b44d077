/** Findings about the targets of a plan, in English. */
import type { Dimension, Select, Size } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { formatValue } from '../format-size.ts';
import { counted, size as wholeSize } from '../quantities.ts';

/** How many ids a message names. */
const MOST_IDS = 5;

const excludeOnce = (id: string): string => `exclude: [${id}] in one of the two`;

export const targets = {
  'target.no-region': (): Text => ({
    message: 'no region is named for this target, in the plan or on the command line',
    fix: 'defaults: { region: ap-guangzhou } in the plan, region: in the target, or --region',
  }),
  'target.no-match': ({
    regions,
    profile,
    excludes,
  }: {
    /** Null: every region of the inventory. */
    regions: readonly string[] | null;
    profile: string;
    excludes: boolean;
  }): Text => ({
    message: `the selector matches no instance in ${regions === null ? 'the inventory' : regions.join(', ') || 'any region'} as profile ${profile}${excludes ? ', or exclude removes all of them' : ''}`,
    fix: 'correct the selector, or remove the target; refit explain INSTANCE PLAN shows why an instance is not selected',
  }),
  'target.other-ids': ({ ids }: { ids: readonly string[] }): Text =>
    `${counted(ids.length, 'instance')} that the selector matches can never be ${ids.length === 1 ? 'a target' : 'targets'}, because the id does not begin with crs-: ${ids.slice(0, MOST_IDS).join(', ')}${ids.length > MOST_IDS ? ', …' : ''}`,
  'target.not-read': ({ region, profile }: { region: string | null; profile: string }): Text => ({
    message: `${region === null ? 'no region was read' : `${region} was not read`} as profile ${profile}, so Refit does not know what is there`,
    fix: `refit inventory${region === null ? '' : ` --region ${region}`} --profile ${profile} -o FILE, or plan against the live fleet`,
  }),
  'target.two-profiles': ({
    id,
    first,
    firstAt,
    second,
    secondAt,
  }: {
    id: string;
    first: string;
    firstAt: string;
    second: string;
    secondAt: string;
  }): Text => ({
    message: `two targets select ${id} with different profiles: ${first} at ${firstAt} and ${second} at ${secondAt}`,
    fix: excludeOnce(id),
  }),
  'target.two-zones': ({
    id,
    first,
    firstAt,
    second,
    secondAt,
  }: {
    id: string;
    first: readonly string[];
    firstAt: string;
    second: readonly string[];
    secondAt: string;
  }): Text => ({
    message: `two targets put the replicas of ${id} in different zones: ${first.join(', ')} at ${firstAt} and ${second.join(', ')} at ${secondAt}`,
    fix: excludeOnce(id),
  }),
  'target.two-sizes': ({
    id,
    dimension,
    first,
    firstAt,
    second,
    secondAt,
  }: {
    id: string;
    dimension: Dimension;
    first: number;
    firstAt: string;
    second: number;
    secondAt: string;
  }): Text => ({
    message: `two targets give ${id} different sizes: ${dimension} ${formatValue(dimension, first)} at ${firstAt} and ${formatValue(dimension, second)} at ${secondAt}`,
    fix: excludeOnce(id),
  }),
  'target.used-unknown': ({ id, times, fullest }: { id: string; times: number; fullest: boolean }): Text =>
    `${id}: memoryPerShard must be at least ${times} x the memory in use, and ${fullest ? 'the memory in use in its fullest shard' : 'its memory in use'} is not known`,
  'target.outcome-unknown': ({ id, step }: { id: string; step: string }): Text => ({
    message: `${id}: the outcome of ${step} is unknown, and the provider may still execute its order`,
    fix: 'type the same refit apply again, which finds out the outcome by reading; then make this plan again',
  }),
  'target.not-as-run-left-it': ({ id, size, leftAt }: { id: string; size: Size; leftAt: Size }): Text => ({
    message: `${id} has ${wholeSize(size)}, but the run left it at ${wholeSize(leftAt)}: it has changed since`,
    fix: `refit explain ${id}, and write a plan for it if it should change`,
  }),
  'target.no-order-is-valid': ({
    id,
    tried,
  }: {
    id: string;
    /** Each sequence of the steps, the code that refuses it, and the step that is refused. */
    tried: readonly { order: readonly Dimension[]; code: string; at: Dimension }[];
  }): Text => ({
    message: `${id}: the provider refuses the steps, whichever comes first (${tried
      .map(({ order, code, at }) => `${order.join(', then ')}: ${code} at ${at}`)
      .join('; ')})`,
    fix: `change one of ${tried[0]!.order.join(', ')} now and the rest in a later plan, or use another size`,
  }),
};

/** Why a target does not reach an instance. */
export const selectors = {
  'selector.not-listed': ({
    condition,
    value,
    list,
  }: {
    condition: keyof Select;
    value: string;
    list: readonly string[];
  }): Text => `${condition}: ${value} is not one of ${list.join(', ')}`,
  'selector.id-not-listed': ({ id }: { id: string }): Text => `ids: ${id} is not in the list`,
  'selector.no-tag': ({ key }: { key: string }): Text => `tags: it has no tag ${key}`,
  'selector.tag-differs': ({
    key,
    value,
    values,
  }: {
    key: string;
    value: string;
    values: readonly string[];
  }): Text => `tags: ${key} is ${value}, not ${values.join(' or ')}`,
  'selector.name-differs': ({ name, pattern }: { name: string; pattern: string }): Text =>
    `name: ${name} does not match ${pattern}`,
  'selector.empty': (): Text => 'the selector has no condition; all: true selects everything',
  'selector.names-another': ({ id }: { id: string }): Text => `it names ${id}`,
  'selector.excluded': ({ number }: { number: number }): Text => `entry ${number} of exclude removes it`,
  'selector.not-in-inventory': (): Text => 'it is not in the inventory',
  'selector.other-profile': ({ profile, is }: { profile: string; is: string }): Text =>
    `profile: it selects as ${profile}, not as ${is}`,
  'selector.other-region': ({ regions, is }: { regions: readonly string[]; is: string }): Text =>
    `region: it selects in ${regions.join(', ') || 'no region'}, not in ${is}`,
};

/** What has changed since a plan was saved. `command` makes the plan again. */
export const drift = {
  'drift.gone': ({ id, command }: { id: string; command: string }): Text => ({
    message: `${id} does not exist any more, or these keys cannot see it`,
    fix: command,
  }),
  'drift.size': ({ id, is, was, command }: { id: string; is: Size; was: Size; command: string }): Text => ({
    message: `${id} has ${wholeSize(is)} now, and had ${wholeSize(was)}`,
    fix: command,
  }),
  'drift.edition': ({ id, is, was, command }: Record<'id' | 'is' | 'was' | 'command', string>): Text => ({
    message: `${id} has edition ${is} now, and had ${was}`,
    fix: command,
  }),
  'drift.billing': ({ id, is, was, command }: Record<'id' | 'is' | 'was' | 'command', string>): Text => ({
    message: `${id} is ${is} now, and was ${was}`,
    fix: command,
  }),
  'drift.status': ({ id, status, command }: Record<'id' | 'status' | 'command', string>): Text => ({
    message: `${id} is ${status} now, not running`,
    fix: command,
  }),
  'drift.task': ({ id, task, command }: Record<'id' | 'task' | 'command', string>): Text => ({
    message: `${id} is as planned, but a task is in progress on it: ${task}`,
    fix: command,
  }),
  'drift.order-unpaid': ({ id, order, command }: Record<'id' | 'order' | 'command', string>): Text => ({
    message: `${id} is as planned, but order ${order} for it is not paid`,
    fix: command,
  }),
  'drift.nothing-sold': ({
    id,
    edition,
    zone,
    command,
  }: Record<'id' | 'edition' | 'zone' | 'command', string>): Text => ({
    message: `${id}: nothing is sold for ${edition} in ${zone}`,
    fix: command,
  }),
  'drift.sold-out': ({
    id,
    edition,
    zone,
    command,
  }: {
    id: string;
    /** Null: the whole zone is sold out. */
    edition: string | null;
    zone: string;
    command: string;
  }): Text => ({ message: `${id}: ${edition ?? 'everything'} is sold out in ${zone}`, fix: command }),
  'drift.value-not-sold': ({
    id,
    dimension,
    value,
    edition,
    zone,
    command,
  }: {
    id: string;
    dimension: Dimension;
    value: number;
    edition: string;
    zone: string;
    command: string;
  }): Text => ({
    message: `${id}: ${dimension} ${formatValue(dimension, value)} is no longer sold for ${edition} in ${zone}`,
    fix: command,
  }),
};
