/**
 * Turns the errors of the schema validator into findings. Each mistake has one finding, with a fix that can be typed.
 * Titles and examples come from the schema, so the editor, the validator and the sentence agree.
 */

import { closest } from '../../closest-word.ts';
import type { SchemaError } from '../../generated/validators.js';
import { given } from '../../given.ts';
import { message } from '../../messages/messages.ts';
import type { Finding } from '../../model.ts';
import { readingsOf } from './ambiguous-number.ts';
import { badValueMessage, describeValue, exampleOf, formatFlow, shorten } from './bad-value.ts';
import { oddCharacterIn } from './odd-characters.ts';
import type { PlanText, Remark, Span } from './plan-text.ts';
import type { Path } from './read-yaml.ts';
import { MINIMAL_PLAN, type YamlTree } from './read-yaml.ts';

/** The versions of the plan format that Refit reads. */
export const PLAN_VERSIONS: readonly number[] = [1];

/** What the whole text is. */
export interface DocumentKind {
  /** Absent for a plan. */
  readonly whole?: 'policy' | 'people' | 'sizing';
  readonly versions: readonly number[];
  /** The smallest text of its kind. */
  readonly example: string;
}

const A_PLAN: DocumentKind = { versions: PLAN_VERSIONS, example: MINIMAL_PLAN };

type Schema = NonNullable<SchemaError['parentSchema']>;

interface LocatedRemark extends Remark {
  readonly span: Span;
}

/** @param errors in the validator's order. Errors of refused branches and of refused parts give no finding. */
export function schemaFindings(
  errors: readonly SchemaError[],
  tree: YamlTree,
  source: PlanText,
  kind: DocumentKind = A_PLAN,
): Finding[] {
  const meant = meantKeys(errors);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const error of errors) {
    const path = pathOf(error.instancePath, tree.value);
    if (tree.isRefused(path)) continue;
    const remark = remarkOf(faultOf(error, path, meant, kind), tree, source);
    if (remark === null) continue;
    // A value has one finding: the finding about its type also covers its pattern and range.
    const detail = remark.code === 'Refit.BadValue' ? '' : JSON.stringify(remark.message);
    const key = `${error.instancePath} ${remark.code}${detail}`;
    if (seen.has(key)) continue;
    seen.add(key);
    findings.push(source.finding(remark, remark.span));
  }
  return findings;
}

type Fault = ReturnType<typeof faultOf>;

/** An error of the validator with the part of the plan that it is about. */
function faultOf(error: SchemaError, path: Path, meant: ReturnType<typeof meantKeys>, kind: DocumentKind) {
  return {
    kind,
    error,
    schema: error.parentSchema ?? {},
    path,
    part: {
      ...given({ whole: kind.whole }),
      /** The nearest key above the value; null for the whole text. */
      key: (path.findLast((step) => typeof step === 'string') as string | undefined) ?? null,
      entry: typeof path.at(-1) === 'number',
    },
    /** Keys that the author most likely meant by unknown keys: Refit does not report them as missing. */
    meant: meant.get(error.instancePath) ?? new Set<string>(),
  };
}

function remarkOf(fault: Fault, tree: YamlTree, source: PlanText): LocatedRemark | null {
  const { error, schema, path } = fault;
  const { keyword, params } = error;
  const inBranch = /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);
  const keySpan = (name: unknown) => tree.keyAt([...path, String(name)]);
  switch (keyword) {
    case 'if':
    case 'not':
      return null;
    case 'additionalProperties':
      return unknownKey(fault, keySpan(params.additionalProperty), source);
    case 'required':
    case 'dependentRequired': {
      if (inBranch || fault.meant.has(String(params.missingProperty))) return null;
      if (keyword === 'required') return missingKey(fault, firstKey(tree, path, source));
      const keys = { key: String(params.property), needs: String(params.missingProperty) };
      const needs = message('plan-text.needs-other-key', keys);
      return { code: 'Refit.MissingKey', message: needs, span: keySpan(params.property) };
    }
    case 'oneOf':
    case 'anyOf':
      return isGroup(error.data) ? keysOfChoice(fault, tree, source) : null;
    default:
      if (keyword === 'minProperties' && schema.title === 'a selector')
        return emptySelector(fault, tree.valueAt(path));
      return inBranch ? null : wrongValue(fault, tree, source);
  }
}

function missingKey({ error, schema, path, part }: Fault, first: Span): LocatedRemark {
  const key = String(error.params.missingProperty);
  return {
    code: 'Refit.MissingKey',
    message: message('plan-text.missing-key', { part, key, ...wantedValue(key, property(schema, key)) }),
    span: path.length === 0 ? { ...first, length: 1 } : first,
  };
}

/** The only value that a key allows, or an example. */
function wantedValue(key: string, schema: Schema): { readonly value: string; readonly certain: boolean } {
  return schema.const === undefined
    ? { value: exampleOf(schema, key), certain: false }
    : { value: String(schema.const), certain: true };
}

/** A group that needs one of several keys: exactly one (`oneOf`) or at least one (`anyOf`). */
function keysOfChoice(fault: Fault, tree: YamlTree, source: PlanText): LocatedRemark | null {
  const { error, schema, path, part, meant } = fault;
  const branches = (schema[error.keyword] ?? []) as readonly { readonly required: readonly string[] }[];
  const keys = branches.flatMap(({ required }) => required);
  const span = firstKey(tree, path, source);
  const isTarget = schema.title === 'a target';
  if (Array.isArray(error.params.passingSchemas)) {
    const tooMany = isTarget
      ? message('plan-text.target-with-both')
      : message('plan-text.one-key-only', { part, keys });
    return { code: 'Refit.BadValue', message: tooMany, span };
  }
  if (keys.some((one) => meant.has(one))) return null;
  const code = 'Refit.MissingKey';
  if (schema.title === 'a relative size') {
    const { atMost } = error.data as { atMost?: unknown };
    const empty =
      atMost === undefined
        ? message('plan-text.relative-size-empty')
        : message('plan-text.at-most-alone', { atMost: formatFlow(atMost).slice(0, 20) });
    return { code, message: empty, span: tree.valueAt(path) };
  }
  const wanted = wantedValue(keys[0]!, property(schema, keys[0]!));
  if (!isTarget) return { code, message: message('plan-text.no-key-of', { part, keys, ...wanted }), span };
  const { value } = wanted;
  const missing =
    error.keyword === 'oneOf'
      ? message('plan-text.target-without-instance', { value })
      : message('plan-text.target-without-size', { value });
  return { code, message: missing, span };
}

function emptySelector({ part }: Fault, span: Span): LocatedRemark {
  const isExclude = part.key === 'exclude';
  const empty = isExclude ? message('plan-text.empty-exclude') : message('plan-text.empty-selector');
  return { code: 'Refit.SelectEmpty', message: empty, span };
}

function wrongValue({ kind, error, path, part }: Fault, tree: YamlTree, source: PlanText): LocatedRemark {
  const code = 'Refit.BadValue';
  const value = describeValue(error.data);
  const span = tree.valueAt(path);
  if (error.instancePath === '/version')
    return { code, message: message('plan-text.version', { part, value, versions: kind.versions }), span };
  const { key, entry } = part;
  if (key === null) {
    const notAMap = message('plan-text.not-a-map', { part, value, example: kind.example });
    return { code, message: notAMap, span: { ...span, length: 1 } };
  }
  const written = source.text.slice(span.offset, span.offset + Math.min(span.length, 100));
  const lost = error.data === null ? lostValue(tree.keyAt(path), source) : null;
  if (lost !== null)
    return { code, message: message(lost.id, { part: { key, entry }, whole: lost.whole }), span };
  return { code, message: badValueMessage(error, { key, entry }, written), span };
}

/** The text that its author took for the value, although YAML reads a comment or an anchor. */
function lostValue({ offset, length }: Span, { text }: PlanText) {
  const [, sign, rest] =
    /^[:\s-]*?[ \t]([#&])([^\s#!][^\r\n,}\]]*)/.exec(text.slice(offset + length, offset + length + 200)) ??
    [];
  if (sign === undefined) return null;
  const id = sign === '#' ? 'typed.only-comment' : 'typed.only-anchor';
  return { id, whole: JSON.stringify(shorten(`${sign}${rest!.trimEnd()}`)) } as const;
}

/** The first key of an object, because the whole object is too much to mark. */
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

/** The plan's key for each key of other tools. */
const OTHER_NAMES = Object.entries({
  memoryPerShard: ['memory', 'mem', 'memsize', 'size'],
  shards: ['redisshardnum', 'shardnum', 'shardcount'],
  replicas: ['redisreplicasnum', 'replicanum', 'replicacount'],
  instance: ['id', 'instanceid'],
  name: ['title'],
  select: ['selector'],
  change: ['ticket'],
  inFlight: ['concurrency', 'parallelism'],
  requestsPerSecond: ['rps', 'qps'],
  patience: ['timeout'],
  timezone: ['tz'],
  finishBy: ['deadline'],
  used: ['usage', 'memory', 'mem', 'memoryused', 'utilization'],
  evictions: ['evicted'],
  bandwidth: ['traffic', 'network'],
  over: ['lookback', 'last'],
  statistic: ['percentile', 'stat'],
});

/** The right parent for a key on the wrong level; empty for the top level. */
const HOMES = Object.entries({
  targets: ['instance', 'select', 'exclude', 'memoryPerShard', 'shards', 'replicas', 'zones'],
  defaults: ['region', 'profile'],
  execution: ['inFlight', 'requestsPerSecond', 'switch', 'patience', 'haltWhen'],
  'execution.haltWhen': ['failed', 'unknown'],
  guards: ['shrink', 'cost'],
  windows: ['freeze', 'timezone', 'lastStart'],
  select: ['tags', 'editions', 'regions', 'ids', 'used', 'evictions'],
  memoryPerShard: ['grow', 'atLeast', 'atMost', 'roundTo', 'fit'],
  schedule: ['cron', 'once', 'does', 'catchUp'],
  '': ['onBlocked', 'expires', 'finishBy', 'defaults'],
});

/** The entry of `table` that lists a name; null without one. */
function lookUp(table: typeof HOMES, name: string): string | null {
  return table.find(([, names]) => names.includes(name))?.[0] ?? null;
}

/** The finding about a key that the schema does not know. */
function unknownKey({ kind, error, schema, part }: Fault, span: Span, source: PlanText): LocatedRemark {
  const name = String(error.params.additionalProperty);
  const cause = brokenKey(name, span, source);
  if (cause !== null) return cause;
  const { title } = schema;
  const known = Object.keys(schema.properties ?? {});
  const here = suggestedKey(name, known);
  const elsewhere = here === null && !known.includes(name) && kind.whole === undefined ? homeOf(name) : null;
  const odd = oddCharacterIn(name);
  const unknown = message('plan-text.unknown-key', {
    part,
    title: title === 'a target' || title === 'a wave' ? title : null,
    key: shorten(JSON.stringify(name)),
    odd: odd && { code: odd.code, name: odd.name },
    meant: here ?? elsewhere?.meant ?? null,
    home: elsewhere?.home ?? null,
    known,
  });
  return { code: 'Refit.UnknownKey', message: unknown, span };
}

/** A key that is only the remainder of something else: of `key:value`, or of a number with a comma. */
function brokenKey(name: string, span: Span, { text }: PlanText): LocatedRemark | null {
  const [, key, value] = /^([A-Za-z][\w.-]*):(?!\/\/)(\S.*)$/.exec(name) ?? [];
  if (key !== undefined)
    return {
      code: 'Refit.Yaml',
      message: message('typed.no-space-after-colon', { line: `${key}: ${value}` }),
      span,
    };
  const before = /([A-Za-z]\w*): *(\d{1,3}(?:,\d{3})*), *$/.exec(
    text.slice(Math.max(0, span.offset - 60), span.offset),
  );
  if (!/^\d{3}$/.test(name) || before === null) return null;
  const written = `${before[2]},${name}`;
  const values = readingsOf(written)?.values ?? [];
  const number = { part: { key: before[1]!, entry: false }, written, relative: false, values };
  const at = {
    offset: span.offset - before[0].length + before[0].indexOf(before[2]!),
    length: written.length,
  };
  return { code: 'Refit.BadValue', message: message('typed.ambiguous-number', number), span: at };
}

/** The key on another level that a name most likely means. */
function homeOf(name: string): { readonly meant: string | null; readonly home: string } | null {
  const exact = lookUp(HOMES, name);
  if (exact !== null) return { meant: null, home: exact };
  const meant = suggestedKey(
    name,
    HOMES.flatMap(([, names]) => names),
  );
  const home = meant === null ? null : lookUp(HOMES, meant);
  return meant === null || home === null ? null : { meant, home };
}

/** For each object, the known keys that its unknown keys were most likely meant to be. */
function meantKeys(errors: readonly SchemaError[]): Map<string, Set<string>> {
  const meant = new Map<string, Set<string>>();
  for (const { keyword, instancePath, params, parentSchema } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const key = suggestedKey(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {}));
    if (key !== null) meant.set(instancePath, (meant.get(instancePath) ?? new Set()).add(key));
  }
  return meant;
}

function suggestedKey(name: string, known: readonly string[]): string | null {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  const other = OTHER_NAMES.find(([key, names]) => known.includes(key) && names.includes(plain));
  return other?.[0] ?? closest(name, known);
}
