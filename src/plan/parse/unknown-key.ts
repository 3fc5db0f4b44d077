import type { SchemaError } from '../../generated/validators.js';
import { show } from './bad-value.ts';
import { closest } from './closest-word.ts';

/** Keys that authors coming from other tools write, and the plan's own word. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  memory: 'memoryPerShard',
  memsize: 'memoryPerShard',
  size: 'memoryPerShard',
  redisshardnum: 'shards',
  redisreplicasnum: 'replicas',
  id: 'instance',
  instanceid: 'instance',
  selector: 'select',
  ticket: 'change',
  concurrency: 'inFlight',
  parallelism: 'inFlight',
  rps: 'requestsPerSecond',
  qps: 'requestsPerSecond',
  timeout: 'patience',
  tz: 'timezone',
  deadline: 'finishBy',
};

/** Where a key belongs that stands on the wrong level. */
const HOMES: Readonly<Record<string, string>> = {
  inFlight: 'execution',
  requestsPerSecond: 'execution',
  switch: 'execution',
  patience: 'execution',
  haltWhen: 'execution',
  failed: 'execution.haltWhen',
  unknown: 'execution.haltWhen',
  shrink: 'guards',
  cost: 'guards',
  freeze: 'windows',
  timezone: 'windows',
  lastStart: 'windows',
  tags: 'select',
  editions: 'select',
  regions: 'select',
  ids: 'select',
  grow: 'memoryPerShard',
  atLeast: 'memoryPerShard',
  atMost: 'memoryPerShard',
  roundTo: 'memoryPerShard',
  cron: 'schedule',
  once: 'schedule',
  does: 'schedule',
  catchUp: 'schedule',
  onBlocked: 'the plan itself',
  expires: 'the plan itself',
  finishBy: 'the plan itself',
  defaults: 'the plan itself',
};

/** What is said of a key that `schema` does not know. @param where the object it stands in, in words. */
export function unknownKey(
  word: string,
  schema: Readonly<Record<string, unknown>>,
  where: string,
): { what: string; mend: string } {
  const known = Object.keys((schema.properties ?? {}) as object);
  const meant = suggestion(word, known);
  const home = Object.hasOwn(HOMES, word) && !known.includes(word) ? HOMES[word] : undefined;
  const parent = schema.title === 'a target' || schema.title === 'a wave' ? schema.title : where;
  const mend = meant
    ? `did you mean ${meant}?`
    : home
      ? `move it: ${word} belongs under ${home}`
      : `remove it; known here: ${known.join(', ')}`;
  return { what: `${parent} knows no key ${show(word)}`, mend };
}

/** By object, the keys that its unknown keys were most likely meant to be: those are not missing. */
export function meantKeys(errors: readonly SchemaError[]): Map<string, Set<string>> {
  const meant = new Map<string, Set<string>>();
  for (const { keyword, instancePath, params, parentSchema } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const word = suggestion(
      String(params.additionalProperty),
      Object.keys((parentSchema?.properties ?? {}) as object),
    );
    if (word === null) continue;
    meant.set(instancePath, (meant.get(instancePath) ?? new Set()).add(word));
  }
  return meant;
}

function suggestion(word: string, known: readonly string[]): string | null {
  const plain = word.toLowerCase().replace(/[\s_-]/g, '');
  const other = Object.hasOwn(OTHER_WORDS, plain) ? OTHER_WORDS[plain]! : null;
  return other !== null && known.includes(other) ? other : closest(word, known);
}
