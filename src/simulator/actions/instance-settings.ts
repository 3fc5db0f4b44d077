/** The action that reads the parameters of an instance. Source: docs/provider.md P213 and P214. */
import { profileOf } from '../world/usage/profile.ts';
import type { SimInstance, World } from '../world/world.ts';
import type { Action } from './action.ts';
import { findInstance } from './redis-instances.ts';

/** The values of `maxmemory-policy`. */
const POLICIES = [
  ...['volatile-lru', 'volatile-lfu', 'allkeys-lru', 'allkeys-lfu', 'volatile-random', 'allkeys-random'],
  ...['volatile-ttl', 'noeviction'],
];

/** What a full instance does: a cache evicts any key, and others that evict those with an expiry. */
function policyOf(world: World, instance: SimInstance): string {
  const { evicts, pattern } = profileOf(world, instance);
  if (!evicts) return 'noeviction';
  return pattern === 'cache' ? 'allkeys-lru' : 'volatile-lru';
}

/** A parameter with the members that every kind has. Status 2: no change is in progress. */
function parameter(name: string, type: string, value: { usual: string; now?: string }, tips: string) {
  return {
    ParamName: name,
    ValueType: type,
    NeedRestart: 'false',
    DefaultValue: value.usual,
    CurrentValue: value.now ?? value.usual,
    Tips: tips,
    Status: 2,
  };
}

/** The type of Memcached, which has no eviction policy. */
const MEMCACHED = 200;

function enumParameters(world: World, instance: SimInstance) {
  const lazy = parameter(
    'replica-lazy-flush',
    'enum',
    { usual: 'yes' },
    'Empties a replica in the background',
  );
  const policy = { usual: 'noeviction', now: policyOf(world, instance) };
  const named = parameter('maxmemory-policy', 'enum', policy, 'What a full instance does');
  return [
    { ...lazy, EnumValue: ['yes', 'no'] },
    ...(instance.type === MEMCACHED ? [] : [{ ...named, EnumValue: POLICIES }]),
  ];
}

export const INSTANCE_SETTINGS: Readonly<Record<string, Action>> = {
  DescribeInstanceParams: {
    schema: { InstanceId: 'string!' },
    run(world, call) {
      const enums = enumParameters(world, findInstance(world, call));
      const idle = parameter('timeout', 'integer', { usual: '31536000' }, 'Closes idle connections, seconds');
      const commands = parameter(
        'disable-command-list',
        'multi',
        { usual: '""' },
        'Commands that are refused',
      );
      const events = parameter('notify-keyspace-events', 'text', { usual: '""' }, 'Events of keys');
      return {
        TotalCount: enums.length + 3,
        InstanceEnumParam: enums,
        InstanceIntegerParam: [{ ...idle, Min: '60', Max: '2147483647', Unit: '' }],
        InstanceTextParam: [{ ...events, TextValue: ['K', 'E', 'x', 'e', 'A'] }],
        InstanceMultiParam: [{ ...commands, EnumValue: ['keys', 'eval', 'script'] }],
      };
    },
  },
};
