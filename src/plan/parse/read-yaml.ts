/**
 * YAML text to plain data with places. YAML is data here: whatever else it can be is a finding; the rest of the text is
 * still read, so that one look tells everything.
 */
import { type Document, isScalar, type Node, parseDocument } from 'yaml';
import type { Finding } from '../../model.ts';
import type { PlanText, Span } from './plan-text.ts';
import { syntaxFindings } from './syntax-finding.ts';
import { nodeAt, type Path, spanOf, type YamlPlaces } from './yaml-places.ts';
import { isRefused, readValues } from './yaml-values.ts';

export interface YamlTree {
  /** Objects, lists and scalars; a part that could not be read is null, and `unreadable` there. */
  readonly value: unknown;
  /** Where the value at a path stands; the nearest parent that exists where it does not. */
  valueAt(path: Path): Span;
  /** Where the key at a path stands; the value for an entry of a list. */
  keyAt(path: Path): Span;
  /** True where the value or one of its parents was refused already: more about it would be noise. */
  unreadable(path: Path): boolean;
}

export interface ReadYaml {
  /** null where there is nothing to validate. */
  readonly tree: YamlTree | null;
  readonly findings: Finding[];
  /** From this line on the structure is a guess, because the syntax broke there; null where all of it is sure. */
  readonly brokenFrom: number | null;
}

/** A plan to start from, for an author who has none. */
export const MINIMAL_PLAN = [
  'version: 1',
  'name: my-first-resize',
  'targets:',
  '  - instance: crs-5qlrlhux',
  '    memoryPerShard: 4GB',
].join('\n');

/** Reads a plan's text (byte-order mark removed). Never throws, whatever the text. */
export function readYaml(source: PlanText): ReadYaml {
  const control = controlCharacter(source);
  if (control) return { tree: null, findings: [control], brokenFrom: 1 };
  // Unique keys are checked where the values are read, in time linear in their number, and with both places.
  const document = parseDocument(source.text, {
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
    version: '1.2',
  });
  const { findings, brokenFrom } = syntaxFindings(document, source);
  if (!isNothing(document))
    return { tree: treeOf(document.contents as Node, source, findings), findings, brokenFrom };
  if (findings.length === 0) {
    const remark = { code: 'Refit.Yaml', what: 'the plan is empty', mend: `start from:\n${MINIMAL_PLAN}` };
    findings.push(source.finding(remark, { offset: 0, length: 1 }));
  }
  return { tree: null, findings, brokenFrom };
}

function isNothing({ contents }: Document.Parsed): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && !contents.anchor);
}

function treeOf(root: Node, source: PlanText, findings: Finding[]): YamlTree {
  const places: YamlPlaces = { root, targets: new Map(), pairs: new Map() };
  const values = readValues(places, source, findings);
  return {
    value: values.value,
    valueAt: (path) => spanOf(nodeAt(places, path).value),
    keyAt: (path) => {
      const { key, value } = nodeAt(places, path);
      return spanOf(key ?? value);
    },
    unreadable: (path) => isRefused(values, path),
  };
}

function controlCharacter(source: PlanText): Finding | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
  const offset = source.text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (offset < 0) return null;
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  const what = `the control character U+${code} is no part of a plan`;
  const mend = 'remove it; a binary file is no plan';
  return source.finding({ code: 'Refit.Yaml', what, mend }, { offset, length: 1 });
}
