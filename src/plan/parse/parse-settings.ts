/** Parses settings that people write beside plans: YAML, schema, and values that the author most likely meant otherwise. */
import type { Validate } from '../../generated/validators.js';
import { message } from '../../messages/messages.ts';
import type { Finding } from '../../model.ts';
import { createPlanText, type PlanText } from './plan-text.ts';
import { certain, readYaml, type YamlTree } from './read-yaml.ts';
import { type DocumentKind, schemaFindings } from './schema-findings.ts';
import { typedFindings } from './typed-findings.ts';

/** A kind of settings. */
export interface SettingsKind extends DocumentKind {
  readonly whole: NonNullable<DocumentKind['whole']>;
  readonly validate: Validate;
}

const EMPTY = { policy: 'policy.empty', people: 'people.empty', sizing: 'sizing.empty' } as const;

/** Settings that the schema accepts. */
export interface ReadSettings<Written> {
  readonly written: Written;
  readonly tree: YamlTree;
}

/**
 * Never throws on any text.
 * @param file the path of the text, for locations.
 * @returns all findings; `read` is null if there is one, because half of the settings would permit too much.
 */
export function parseSettings<Written>(
  text: string,
  file: string,
  kind: SettingsKind,
): {
  readonly source: PlanText;
  readonly findings: Finding[];
  readonly read: ReadSettings<Written> | null;
} {
  const { validate, whole, example } = kind;
  const source = createPlanText(text.replace(/^\ufeff/, ''), file);
  const { tree, findings, brokenFrom } = readYaml(source);
  if (tree === null) {
    const empty = {
      code: 'Refit.Yaml',
      message: message(EMPTY[whole], { example }),
    };
    const isEmpty = findings[0]?.messageId === 'plan-text.empty';
    return {
      ...{ source, read: null },
      findings: isEmpty ? [source.finding(empty, { offset: 0, length: 1 })] : findings,
    };
  }
  if (!validate(tree.value))
    findings.push(...certain(schemaFindings(validate.errors ?? [], tree, source, kind), brokenFrom));
  const faults = validate.errors?.length ?? 0;
  const isValid = () => validate(tree.value) || (validate.errors?.length ?? 0) <= faults;
  const typed = certain(typedFindings(tree, source, isValid, findings), brokenFrom);
  // Nobody reads the warnings of settings before they hold.
  findings.push(...typed.map((one) => ({ ...one, severity: 'error' as const })));
  const read = findings.length > 0 ? null : { tree, written: tree.value as Written };
  return { source, findings, read };
}
