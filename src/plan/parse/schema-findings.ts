/**
 * What the schema validator says, as findings: one good sentence for each mistake, with a mend that can be typed.
 * Titles and examples come from the schema, so that the editor, the validator and the sentence agree.
 */
import type { SchemaError } from '../../generated/validators.js';
import type { Finding } from '../../model.ts';
import { badValue, exampleOf, show } from './bad-value.ts';
import type { PlanText, Span } from './plan-text.ts';
import { MINIMAL_PLAN, type Path, type YamlTree } from './read-yaml.ts';
import { meantKeys, unknownKey } from './unknown-key.ts';

/** The versions of the plan format that are understood. */
export const PLAN_VERSIONS: readonly number[] = [1];

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
      return {
        code: 'Refit.UnknownKey',
        ...unknownKey(String(params.additionalProperty), schema, name),
        span: tree.keyAt([...path, String(params.additionalProperty)]),
      };
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
      if (!isGroup(data)) return null;
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
      if (!isGroup(data)) return null;
      const span = firstKey(tree, path, source);
      const words = meant.get(instancePath);
      if (schema.title === 'a relative size') {
        if (words?.has('grow') || words?.has('atLeast')) return null;
        const { atMost } = data as { atMost?: unknown };
        return {
          code: 'Refit.MissingKey',
          what: `the relative size says neither grow nor atLeast${atMost === undefined ? '' : '; atMost alone never makes it smaller'}`,
          mend: atMost === undefined ? 'grow: 25%' : `memoryPerShard: ${String(atMost).slice(0, 20)}`,
          span: value,
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
              what: 'an empty selector says nothing; everything must be asked for by name',
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
  return {
    code: 'Refit.BadValue',
    ...badValue(
      error,
      key!,
      typeof path.at(-1) === 'number',
      source.text.slice(value.offset, value.offset + 60),
    ),
    span: value,
  };
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

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
