/**
 * What the schema validator says, as findings: one good sentence for each mistake, with a fix that can be typed.
 * Titles and examples come from the schema, so that the editor, the validator and the sentence agree.
 */
import type { SchemaError } from '../../generated/validators.js';
import type { Finding } from '../../model.ts';
import { badValue, exampleOf, flow, show } from './bad-value.ts';
import { closest } from './closest-word.ts';
import type { PlanText, Remark, Span } from './plan-text.ts';
import type { Path } from './read-yaml.ts';
import { MINIMAL_PLAN, type YamlTree } from './read-yaml.ts';

/** The versions of the plan format that are understood. */
export const PLAN_VERSIONS: readonly number[] = [1];

type Schema = NonNullable<SchemaError['parentSchema']>;

interface Said extends Remark {
  readonly span: Span;
}

/** @param errors in the validator's order; those of refused branches and of unreadable parts are dropped. */
export function schemaFindings(errors: readonly SchemaError[], tree: YamlTree, source: PlanText): Finding[] {
  const meant = meantKeys(errors);
  const said = new Set<string>();
  const findings: Finding[] = [];
  for (const error of errors) {
    const path = pathOf(error.instancePath, tree.value);
    if (tree.unreadable(path)) continue;
    const one = say(faultOf(error, path, meant), tree, source);
    if (one === null) continue;
    // A value has one finding: its type says all that its pattern or range would say again.
    const key = `${error.instancePath} ${one.code}${one.code === 'Refit.BadValue' ? '' : one.message}`;
    if (said.has(key)) continue;
    said.add(key);
    findings.push(source.finding(one, one.span));
  }
  return findings;
}

type Fault = ReturnType<typeof faultOf>;

/** One thing that the validator says, and what is about it. */
function faultOf(error: SchemaError, path: Path, meant: ReturnType<typeof meantKeys>) {
  const key = (path.findLast((part) => typeof part === 'string') as string | undefined) ?? null;
  const inList = typeof path.at(-1) === 'number';
  return {
    error,
    schema: error.parentSchema ?? {},
    path,
    /** The nearest key above the value; null for the plan itself. */
    key,
    inList,
    /** The value in words. */
    name: inList ? `an entry of ${key}` : (key ?? 'the plan'),
    /** Keys that unknown ones beside them were most likely meant to be: those are not missing. */
    meant: meant.get(error.instancePath) ?? new Set<string>(),
  };
}

function say(fault: Fault, tree: YamlTree, source: PlanText): Said | null {
  const { error, schema, path } = fault;
  const { keyword, params } = error;
  const inBranch = /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);
  const keyNamed = (name: unknown) => tree.keyAt([...path, String(name)]);
  switch (keyword) {
    case 'if':
    case 'not':
      return null;
    case 'additionalProperties': {
      const word = String(params.additionalProperty);
      return { code: 'Refit.UnknownKey', ...unknownKey(word, schema, fault.name), span: keyNamed(word) };
    }
    case 'required':
    case 'dependentRequired':
      if (inBranch || fault.meant.has(String(params.missingProperty))) return null;
      if (keyword === 'required') return missingKey(fault, firstKey(tree, path, source));
      return {
        code: 'Refit.MissingKey',
        message: `${params.property} needs ${params.missingProperty} beside it`,
        fix: `remove ${params.property}, or use ${params.missingProperty}`,
        span: keyNamed(params.property),
      };
    case 'oneOf':
    case 'anyOf':
      return isGroup(error.data) ? keysOfChoice(fault, tree, source) : null;
    default:
      if (keyword === 'minProperties' && schema.title === 'a selector')
        return emptySelector(fault, tree.valueAt(path));
      return inBranch ? null : wrongValue(fault, tree, source);
  }
}

function missingKey({ error, schema, path, key, inList }: Fault, first: Span): Said {
  const missing = String(error.params.missingProperty);
  const owner = path.length === 0 ? 'the plan' : inList ? `this entry of ${key}` : key;
  return {
    code: 'Refit.MissingKey',
    message: `${owner} has no ${missing}`,
    ...wanted(missing, property(schema, missing)),
    span: path.length === 0 ? { ...first, length: 1 } : first,
  };
}

/** A key with what it wants: the one value that there is, or an example. */
function wanted(key: string, schema: Schema): { readonly fix: string } | { readonly example: string } {
  return schema.const === undefined
    ? { example: `${key}: ${exampleOf(schema, key)}` }
    : { fix: `${key}: ${schema.const}` };
}

/** Groups that want one of several keys, alone (`oneOf`) or at least (`anyOf`): none is there, or more than one. */
function keysOfChoice(fault: Fault, tree: YamlTree, source: PlanText): Said | null {
  const { error, schema, path, name, meant } = fault;
  const branches = (schema[error.keyword] ?? []) as readonly { readonly required: readonly string[] }[];
  const keys = branches.flatMap(({ required }) => required);
  const span = firstKey(tree, path, source);
  if (Array.isArray(error.params.passingSchemas)) {
    const message =
      schema.title === 'a target'
        ? 'the target names an instance and a selector'
        : `${name} has ${keys.join(' and ')}`;
    return { code: 'Refit.BadValue', message, fix: `keep one of ${keys.join(' and ')}`, span };
  }
  if (keys.some((one) => meant.has(one))) return null;
  const code = 'Refit.MissingKey';
  if (schema.title === 'a relative size') {
    const { atMost } = error.data as { atMost?: unknown };
    const message = 'the relative size says neither grow nor atLeast';
    const span = tree.valueAt(path);
    if (atMost === undefined) return { code, message, example: 'grow: 25%', span };
    const more = '; atMost alone never makes it smaller';
    return { code, message: `${message}${more}`, fix: `memoryPerShard: ${flow(atMost).slice(0, 20)}`, span };
  }
  const message =
    schema.title !== 'a target'
      ? `${name} has none of ${keys.join(', ')}`
      : error.keyword === 'oneOf'
        ? 'the target names neither an instance nor a selector'
        : 'the target has no size: no memoryPerShard, shards or replicas';
  return { code, message, ...wanted(keys[0]!, property(schema, keys[0]!)), span };
}

function emptySelector({ key }: Fault, span: Span): Said {
  const code = 'Refit.SelectEmpty';
  if (key === 'exclude')
    return { code, message: 'an empty selector under exclude would leave nothing', fix: 'remove it', span };
  const message = 'an empty selector says nothing; everything must be asked for by name';
  return {
    code,
    message,
    example: 'select: { tags: { env: [prod] } }, or { all: true } for every instance',
    span,
  };
}

function wrongValue({ error, path, key, inList }: Fault, tree: YamlTree, source: PlanText): Said {
  const code = 'Refit.BadValue';
  const { data } = error;
  const span = tree.valueAt(path);
  if (error.instancePath === '/version')
    return {
      code,
      message: `the plan's version is ${show(data)}; understood is: ${PLAN_VERSIONS.join(', ')}`,
      fix: `version: ${PLAN_VERSIONS.at(-1)}`,
      span,
    };
  if (key === null)
    return {
      code,
      message: `the plan is ${show(data)}; it must be keys with values, such as name: and targets:`,
      ...(Array.isArray(data)
        ? { fix: 'put the list under targets:, beside version: 1 and name:' }
        : { example: MINIMAL_PLAN }),
      span: { ...span, length: 1 },
    };
  const written = source.text.slice(span.offset, span.offset + Math.min(span.length, 100));
  return { code, ...badValue(error, key, inList, written), span };
}

/** The first key of an object: the whole of it is too much to mark. */
function firstKey(tree: YamlTree, path: Path, source: PlanText): Span {
  const { offset, length } = tree.valueAt(path);
  const line = /^[^\n]*/.exec(source.text.slice(offset, offset + length))![0].trimEnd();
  return { offset, length: Math.max(1, /^[\w.-]+(?=:)/.exec(line)?.[0].length ?? line.length) };
}

function pathOf(pointer: string, root: unknown): Path {
  if (pointer === '') return [];
  let at = root;
  return pointer
    .slice(1)
    .split('/')
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(at) ? Number(key) : key;
      at = (at as Record<string | number, unknown> | null | undefined)?.[step];
      return step;
    });
}

function property(schema: Schema, name: string): Schema {
  return ((schema.properties ?? {}) as Record<string, Schema>)[name] ?? {};
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The plan's own word for each key that authors coming from other tools write. */
const OTHER_WORDS = Object.entries({
  memoryPerShard: ['memory', 'memsize', 'size'],
  shards: ['redisshardnum'],
  replicas: ['redisreplicasnum'],
  instance: ['id', 'instanceid'],
  select: ['selector'],
  change: ['ticket'],
  inFlight: ['concurrency', 'parallelism'],
  requestsPerSecond: ['rps', 'qps'],
  patience: ['timeout'],
  timezone: ['tz'],
  finishBy: ['deadline'],
});

/** Where a key belongs that stands on the wrong level. */
const HOMES = Object.entries({
  execution: ['inFlight', 'requestsPerSecond', 'switch', 'patience', 'haltWhen'],
  'execution.haltWhen': ['failed', 'unknown'],
  guards: ['shrink', 'cost'],
  windows: ['freeze', 'timezone', 'lastStart'],
  select: ['tags', 'editions', 'regions', 'ids'],
  memoryPerShard: ['grow', 'atLeast', 'atMost', 'roundTo'],
  schedule: ['cron', 'once', 'does', 'catchUp'],
  'the plan itself': ['onBlocked', 'expires', 'finishBy', 'defaults'],
});

/** What `table` gives for a word. */
function lookUp(table: typeof HOMES, word: string): string | null {
  return table.find(([, words]) => words.includes(word))?.[0] ?? null;
}

/** What is said of a key that `schema` does not know. @param where the object it stands in, in words. */
function unknownKey(word: string, schema: Schema, where: string): { message: string; fix: string } {
  const known = Object.keys(schema.properties ?? {});
  const meant = suggestion(word, known);
  const home = known.includes(word) ? null : lookUp(HOMES, word);
  const parent = schema.title === 'a target' || schema.title === 'a wave' ? schema.title : where;
  const fix = meant
    ? `did you mean ${meant}?`
    : home
      ? `move it: ${word} belongs under ${home}`
      : `remove it; known here: ${known.join(', ')}`;
  return { message: `${parent} knows no key ${show(word)}`, fix };
}

/** By object, the keys that its unknown keys were most likely meant to be: those are not missing. */
function meantKeys(errors: readonly SchemaError[]): Map<string, Set<string>> {
  const meant = new Map<string, Set<string>>();
  for (const { keyword, instancePath, params, parentSchema } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const word = suggestion(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {}));
    if (word !== null) meant.set(instancePath, (meant.get(instancePath) ?? new Set()).add(word));
  }
  return meant;
}

function suggestion(word: string, known: readonly string[]): string | null {
  const other = lookUp(OTHER_WORDS, word.toLowerCase().replace(/[\s_-]/g, ''));
  return other !== null && known.includes(other) ? other : closest(word, known);
}
