/**
 * Reads `usage` of an instance in a fleet file. Every member can be left out; then it comes from the seed and the id:
 *
 *   pattern       flat, growth, season, growing-season, bursts, deploys, cache or cleanup (usage/patterns.ts)
 *   growth        growth in a day, percent of the memory in use at the start
 *   swing         the part of the memory that is free at night, 0 to 0.9
 *   cpu           CPU of the average node at the daily peak, percent
 *   connections   connections at the daily peak, percent of the limit
 *   bandwidth     outgoing traffic at the daily peak, percent of the limit; more than 100 is slowed down
 *   gaps          the part of the hours without points, 0 to 1; default 0
 *   evicts        true: a full instance evicts keys, false: it refuses writes; default: only a cache evicts
 */
import { given } from '../../given.ts';
import { PATTERNS, type UsageOptions } from '../world/usage/patterns.ts';
import { readMembers } from './read-members.ts';

/** The valid range of each number. */
const RANGES = {
  growth: [-50, 100],
  swing: [0, 0.9],
  cpu: [0, 100],
  connections: [0, 100],
  bandwidth: [0, 1000],
  gaps: [0, 1],
} as const satisfies Partial<Record<keyof UsageOptions, readonly [number, number]>>;
const NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];
const MEMBERS: ReadonlySet<string> = new Set(['pattern', ...NAMES, 'evicts']);
const EXAMPLE = '{"pattern": "growth", "growth": 1.5}';

/** Reads the member of the instance `id`. @throws RefitError `usage` that names the wrong member */
export function readUsage(written: unknown, id: string): UsageOptions {
  const { value, oneOf, number, flag } = readMembers(written, {
    known: MEMBERS,
    of: `usage of ${id}`,
    example: EXAMPLE,
  });
  const has = (name: string): boolean => value(name) !== undefined;
  const numbers = NAMES.filter(has).map((name) => [name, number(name, 0, RANGES[name], 'fraction')]);
  return {
    ...given({
      pattern: has('pattern') ? oneOf('pattern', 'flat', PATTERNS) : undefined,
      evicts: has('evicts') ? flag('evicts') : undefined,
    }),
    ...Object.fromEntries(numbers),
  };
}
