/** YAML files beside plans that are no plans: lists of approvers, policies, files of people, and sizing files. Pure. */
import { escapeControls } from '../../text.ts';

export type OtherKind = 'approvers' | 'policy' | 'people' | 'sizing';

/** The most names that a list shows. */
const MOST_NAMES = 20;

/** Keys at the margin that only one kind of file has. A plan has `targets`, and none of these. */
const OWN_KEYS: Readonly<Record<Exclude<OtherKind, 'approvers'>, RegExp>> = {
  policy: /^(?:require|allow)\s*:/,
  people: /^(?:issuer|clientId)\s*:/,
  sizing:
    /^(?:memory|cpu|connections|bandwidth|over|horizon|grow|shrink|shards|replicas|caches|classes|autoScaling|mustHold|price)\s*:/,
};

/**
 * Looks at the lines at the margin only, so it takes no time on any text.
 * @returns null: it is a plan, or may become one. Names are escaped.
 */
export function otherYaml(text: string): { kind: OtherKind; names: readonly string[] } | null {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => /^[^\s#%]/.test(line) && !line.startsWith('---'));
  if (lines[0] !== undefined && /^(?:-\s|\[)/.test(lines[0])) {
    const names = Array.from(text.matchAll(NAME), ([, name]) => escapeControls(name!.trim()));
    return names.length === 0 ? null : { kind: 'approvers', names: names.slice(0, MOST_NAMES) };
  }
  if (lines.some((line) => /^(?:targets|name)\s*:/.test(line))) return null;
  for (const kind of ['people', 'policy', 'sizing'] as const)
    if (lines.some((line) => OWN_KEYS[kind].test(line))) return { kind, names: [] };
  return null;
}

/** Whether the content is a sizing file, and no plan. */
export function isSizingFile(bytes: Uint8Array): boolean {
  return otherYaml(new TextDecoder().decode(bytes))?.kind === 'sizing';
}

/** `- name: wei`, `  name: "wei"`, `- { name: wei, key: … }`. */
const NAME = /(?:^|[\s{,])name\s*:\s*["']?([^"',}#\n]{1,100})/g;
