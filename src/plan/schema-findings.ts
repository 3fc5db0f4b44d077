/**
 * What the schema validator says, as findings: one good sentence for each mistake, with a mend that can be typed.
 * Titles and examples come from the schema, so that the editor, the validator and the sentence agree.
 */
import type { SchemaError } from '../generated/validators.js';
import type { Finding } from '../model.ts';
import { closest } from './closest.ts';
import type { PlanText, Span } from './plan-text.ts';
import type { Path, YamlTree } from './read-yaml.ts';
import { MINIMAL_PLAN } from './read-yaml.ts';
import { respell } from './respell.ts';

/** The versions of the plan format that are understood. */
export const PLAN_VERSIONS: readonly number[] = [1];

/** Keys that authors coming from other tools write, and the plan's own word. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  memory: 'memoryPerShard',
  mem: 'memoryPerShard',
  memsize: 'memoryPerShard',
  size: 'memoryPerShard',
  capacity: 'memoryPerShard',
  shardcount: 'shards',
  redisshardnum: 'shards',
  redisreplicasnum: 'replicas',
  replicacount: 'replicas',
  id: 'instance',
  instanceid: 'instance',
  selector: 'select',
  ticket: 'change',
  concurrency: 'inFlight',
  parallelism: 'inFlight',
  rps: 'requestsPerSecond',
  qps: 'requestsPerSecond',
  rate: 'requestsPerSecond',
  timeout: 'patience',
  tz: 'timezone',
  deadline: 'finishBy',
  count: 'take',
  budget: 'cost',
  roundupto: 'roundTo',
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
  onBlocked: 'the plan itself',
  expires: 'the plan itself',
  finishBy: 'the plan itself',
  defaults: 'the plan itself',
};

/** What a bare number most likely counts. */
const UNITS: Readonly<Record<string, string>> = { expires: 'h', patience: 'm', soak: 'm', lastStart: 'm' };

interface Said {
  readonly code: string;
  readonly what: string;
  readonly mend: string;
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
    const one = say(error, path, tree, source, meant);
    if (one === null) continue;
    // A value has one finding: its type says all that its pattern or range would say again.
    const key = `${error.instancePath} ${one.code}${one.code === 'Refit.BadValue' ? '' : one.what}`;
    if (said.has(key)) continue;
    said.add(key);
    findings.push(source.finding(one, one.span));
  }
  return findings;
}

function say(
  error: SchemaError,
  path: Path,
  tree: YamlTree,
  source: PlanText,
  meant: ReadonlyMap<string, ReadonlySet<string>>,
): Said | null {
  const { keyword, params, data, instancePath } = error;
  const schema = error.parentSchema ?? {};
  const key = path.findLast((part) => typeof part === 'string') as string | undefined;
  const name = typeof path.at(-1) === 'number' ? `an entry of ${key}` : (key ?? 'the plan');
  const value = tree.valueAt(path);
  const inBranch = /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);

  switch (keyword) {
    case 'if':
    case 'not':
      return null;
    case 'additionalProperties':
      return unknownKey(
        String(params.additionalProperty),
        schema,
        tree.keyAt([...path, String(params.additionalProperty)]),
        name,
      );
    case 'required':
    case 'dependentRequired': {
      const missing = String(params.missingProperty);
      if (inBranch || meant.get(instancePath)?.has(missing)) return null;
      const where =
        key === undefined && path.length === 0
          ? { offset: value.offset, length: 1 }
          : firstKey(tree, path, source);
      if (keyword === 'dependentRequired')
        return {
          code: 'Refit.MissingKey',
          what: `${params.property} needs ${missing} beside it`,
          mend: `remove ${params.property}, or use ${missing}`,
          span: tree.keyAt([...path, String(params.property)]),
        };
      const owner =
        path.length === 0 ? 'the plan' : typeof path.at(-1) === 'number' ? `this entry of ${key}` : key;
      return {
        code: 'Refit.MissingKey',
        what: `${owner} has no ${missing}`,
        mend: `${missing}: ${exampleOf(property(schema, missing), missing)}`,
        span: where,
      };
    }
    case 'oneOf': {
      const span = firstKey(tree, path, source);
      if (Array.isArray(params.passingSchemas))
        return {
          code: 'Refit.BadValue',
          what: 'the target names an instance and a selector',
          mend: 'keep one of instance and select',
          span,
        };
      if (meant.get(instancePath)?.has('instance') || meant.get(instancePath)?.has('select')) return null;
      return {
        code: 'Refit.MissingKey',
        what: 'the target names neither an instance nor a selector',
        mend: 'instance: crs-5qlrlhux',
        span,
      };
    }
    case 'anyOf': {
      const span = firstKey(tree, path, source);
      const words = meant.get(instancePath);
      if (schema.title === 'a relative size') {
        if (words?.has('grow') || words?.has('atLeast') || words?.has('atMost')) return null;
        return {
          code: 'Refit.MissingKey',
          what: 'the relative size says neither grow, atLeast nor atMost',
          mend: 'grow: 25%',
          span,
        };
      }
      if (words?.has('memoryPerShard') || words?.has('shards') || words?.has('replicas')) return null;
      return {
        code: 'Refit.MissingKey',
        what: 'the target has no size: no memoryPerShard, shards or replicas',
        mend: 'memoryPerShard: 4GB',
        span,
      };
    }
    case 'minProperties':
      if (schema.title === 'a selector')
        return key === 'exclude'
          ? {
              code: 'Refit.SelectEmpty',
              what: 'an empty selector under exclude would leave nothing',
              mend: 'remove it',
              span: value,
            }
          : {
              code: 'Refit.SelectEmpty',
              what: 'an empty selector selects nothing on purpose: everything must be asked for',
              mend: 'select: { all: true }',
              span: value,
            };
      break;
    default:
  }
  if (inBranch) return null;
  if (instancePath === '/version') return badVersion(data, value);
  if (path.length === 0)
    return {
      code: 'Refit.BadValue',
      what: `the plan is ${show(data)}; it must be keys with values, such as name: and targets:`,
      mend: Array.isArray(data)
        ? 'put the list under targets:, beside version: 1 and name:'
        : `start from:\n${MINIMAL_PLAN}`,
      span: { ...value, length: 1 },
    };
  return badValue(error, schema, path, key!, name, value, source);
}

function badValue(
  error: SchemaError,
  schema: Record<string, unknown>,
  path: Path,
  key: string,
  name: string,
  value: Span,
  source: PlanText,
): Said {
  const { data, keyword, params } = error;
  const inList = typeof path.at(-1) === 'number';
  const kind = /.*(?:properties|\$defs)\/([^/]+)/.exec(error.schemaPath)?.[1] ?? key;
  const choices = Array.isArray(schema.enum)
    ? schema.enum
    : schema.const !== undefined
      ? [schema.const]
      : null;
  const isText =
    schema.type === 'string' &&
    typeof data !== 'string' &&
    (typeof data === 'number' || typeof data === 'boolean');
  const wantsList = schema.type === 'array' && (typeof data === 'string' || typeof data === 'number');
  // `failed: >2` is YAML for an empty folded block.
  const block =
    data === '' && /^[>|][^\n#]*/.exec(source.text.slice(value.offset, value.offset + 60))?.[0].trimEnd();
  const shown = block || show(data);
  const guess = block
    ? JSON.stringify(block)
    : wantsList
      ? `[${yaml(data)}]`
      : (fromGuess(respell(kind, data, UNITS[key] ?? 'm', choices)) ??
        (isText && kind !== 'duration' && !schema.pattern?.toString().includes('crs-')
          ? textOf(schema, data)
          : null));
  const mend = guess ?? exampleOf(schema, key);
  const wanted = (schema.title as string | undefined) ?? describeType(schema);
  const what =
    data === null || (data === '' && !block)
      ? `${name} has no value; it wants ${choices ? choices.join(' or ') : wanted}`
      : keyword === 'minItems' || keyword === 'minProperties'
        ? `${name} is empty; it wants ${wanted}`
        : keyword === 'maxLength'
          ? `${name} is longer than ${params.limit} characters`
          : choices
            ? `${name} is ${shown}; it can be ${choices.length > 6 ? `one of ${choices.length} names, such as ${choices.slice(-4).join(', ')}` : choices.join(' or ')}`
            : `${name} is ${shown}; it wants ${wanted}`;
  const typed =
    keyword === 'maxLength' ? `shorten it to ${params.limit} characters` : inList ? mend : `${key}: ${mend}`;
  return { code: 'Refit.BadValue', what, mend: typed, span: value };
}

function badVersion(data: unknown, span: Span): Said {
  const known = PLAN_VERSIONS.join(', ');
  return {
    code: 'Refit.BadValue',
    what: `the plan's version is ${show(data)}; understood is: ${known}`,
    mend: `version: ${PLAN_VERSIONS.at(-1)}`,
    span,
  };
}

function unknownKey(word: string, schema: Record<string, unknown>, span: Span, where: string): Said {
  const known = Object.keys((schema.properties ?? {}) as object);
  const meant = suggestion(word, known);
  const home = Object.hasOwn(HOMES, word) && !known.includes(word) ? HOMES[word] : undefined;
  const parent = schema.title === 'a target' || schema.title === 'a wave' ? schema.title : where;
  const mend = meant
    ? `did you mean ${meant}?`
    : home
      ? `move it: ${word} belongs under ${home}`
      : `remove it; known here: ${known.join(', ')}`;
  return { code: 'Refit.UnknownKey', what: `${parent} knows no key ${show(word)}`, mend, span };
}

function suggestion(word: string, known: readonly string[]): string | null {
  const plain = word.toLowerCase().replace(/[\s_-]/g, '');
  const other = Object.hasOwn(OTHER_WORDS, plain) ? OTHER_WORDS[plain]! : null;
  return other !== null && known.includes(other) ? other : closest(word, known);
}

/** By object, the keys that its unknown keys were most likely meant to be: those are not missing. */
function meantKeys(errors: readonly SchemaError[]): Map<string, Set<string>> {
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

function property(schema: Record<string, unknown>, name: string): Record<string, unknown> {
  return ((schema.properties ?? {}) as Record<string, Record<string, unknown>>)[name] ?? {};
}

const EXAMPLES: Readonly<Record<string, string>> = {
  targets: '\n  - instance: crs-5qlrlhux\n    memoryPerShard: 4GB',
  name: 'double-eleven-headroom',
  change: 'CHG-20481',
  owner: 'dba-oncall',
  expires: '48h',
  finishBy: '2026-11-10T05:00:00+08:00',
  lastStart: '45m',
  patience: '3m',
  soak: '30m',
};

function exampleOf(schema: Record<string, unknown>, key: string): string {
  if (Object.hasOwn(EXAMPLES, key)) return EXAMPLES[key]!;
  const example = Array.isArray(schema.examples)
    ? schema.examples[0]
    : Array.isArray(schema.enum)
      ? schema.enum[0]
      : undefined;
  return example === undefined ? 'value' : flow(example);
}

/** A value in YAML's flow style. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${flow(one)}`)
      .join(', ')} }`;
  return yaml(value);
}

function yaml(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z0-9][\w.%+:/-]*( [\w.%+/-]+)*$/.test(value) &&
    !/^(true|false|null|[-+\d.][\d_.eExXoO+-]*)$/i.test(value);
  return plain && !/:$/.test(value) ? value : JSON.stringify(value);
}

function fromGuess(value: string | number | null): string | null {
  return value === null ? null : yaml(value);
}

function textOf(schema: Record<string, unknown>, data: unknown): string | null {
  const text = String(data);
  return typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(text)
    ? JSON.stringify(text)
    : null;
}

function describeType(schema: Record<string, unknown>): string {
  return schema.type === 'object' ? 'keys with values' : schema.type === 'array' ? 'a list' : 'another value';
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}
