/** Checks one step by all rules, and makes findings. */
import { type KnownCode, textOfCode } from '../messages/codes.ts';
import { render } from '../messages/messages.ts';
import type { Finding, Message, SourceLocation } from '../model.ts';
import { COMMON_CODES } from './common-codes.ts';
import type { Facts, Rule } from './facts.ts';
import { OWN_RULES } from './own-rules.ts';
import { RULES } from './rules.ts';

/**
 * Refit's own rule that Refit checks just before a rule of the provider. It applies if Refit does not know enough to
 * check the provider's rule. Refit then predicts none of the later rules, because the earlier answer is open.
 */
const BEFORE: Readonly<Partial<Record<KnownCode, KnownCode>>> = {
  'InvalidParameter.InvalidParameter': 'Refit.Zones',
  'InvalidParameterValue.UnSupportedType': 'Refit.UnknownEdition',
  'InvalidParameterValue.SpecNotExist': 'Refit.CatalogueUnknown',
  'ResourceUnavailable.SaleOut': 'Refit.UsedUnknown',
};
const OWN: ReadonlyMap<string, Rule> = new Map(OWN_RULES.map((rule) => [rule.code, rule]));
const ERRORS = RULES.filter(({ severity }) => severity === 'error').flatMap((rule) => {
  const own = OWN.get(BEFORE[rule.code] ?? '');
  return own ? [own, rule] : [rule];
});
const REMARKS = [...OWN_RULES, ...RULES].filter(
  ({ severity, check }) => severity !== 'error' && check !== null,
);

/**
 * The first error that this step would meet; without one, its warnings and notes. The error is the provider's answer, or
 * Refit's own if Refit cannot predict that answer.
 * @param location where the author wrote the target.
 */
export function check(facts: Facts, location: SourceLocation | null = null): Finding[] {
  for (const rule of ERRORS) {
    const error = rule.check!(facts);
    if (error !== null) return [finding(rule, error, facts.id, location)];
  }
  const remarks: Finding[] = [];
  for (const rule of REMARKS) {
    const remark = rule.check!(facts);
    if (remark !== null) remarks.push(finding(rule, remark, facts.id, location));
  }
  return remarks;
}

const ALL: readonly Rule[] = [...RULES, ...OWN_RULES, ...COMMON_CODES];
const BY_CODE: ReadonlyMap<string, Rule> = new Map(ALL.map((rule) => [rule.code, rule]));

/** The rule of that exact code; undefined if there is none. */
export function ruleOf(code: string): Rule | undefined {
  return BY_CODE.get(code);
}

/** Every rule. The provider's come first in the order of its checks, then Refit's own, then those of runs. */
export function allRules(): readonly Rule[] {
  return ALL;
}

/**
 * Makes a finding about a target or the whole plan. A message without a fix and an example gets the fix of its code.
 * @param location the place in the author's text; null if there is no single place.
 * @throws Error for a code without a rule.
 */
export function createFinding(
  code: string,
  message: Message,
  instance: string | null = null,
  location: SourceLocation | null = null,
): Finding {
  const rule = BY_CODE.get(code);
  if (!rule) throw new Error(`internal error: no rule ${code}`);
  return finding(rule, message, instance, location);
}

function finding(
  { code, severity }: Rule,
  message: Message,
  instance: string | null,
  location: SourceLocation | null,
): Finding {
  const { message: text, fix, example } = render(message);
  return {
    code,
    severity,
    message: text,
    fix: fix ?? (example === null ? textOfCode(code).fix : null),
    example,
    location,
    excerpt: null,
    instance,
    messageId: message.id,
    params: message.params,
  };
}
