/** What is said of one step before it is ordered. */
import type { Finding, SourceLocation } from '../model.ts';
import { COMMON_CODES } from './common-codes.ts';
import type { Facts, Rule, Violation } from './facts.ts';
import { OWN_RULES } from './own-rules.ts';
import { RULES } from './rules.ts';

/**
 * Where a rule of the provider cannot be judged for want of knowledge, Refit's own reason stands in its place in the
 * order: what the provider would check later is not foretold while an earlier answer is open.
 */
const BEFORE: Readonly<Record<string, string>> = {
  'InvalidParameter.InvalidParameter': 'Refit.Zones',
  'InvalidParameterValue.UnSupportedType': 'Refit.UnknownEdition',
  'InvalidParameterValue.SpecNotExist': 'Refit.CatalogueUnknown',
  'ResourceUnavailable.SaleOut': 'Refit.UsedUnknown',
};
const OWN = new Map(OWN_RULES.map((rule) => [rule.code, rule]));
const ERRORS = RULES.filter(({ severity }) => severity === 'error').flatMap((rule) => {
  const own = OWN.get(BEFORE[rule.code] ?? '');
  return own ? [own, rule] : [rule];
});
const REMARKS = [...OWN_RULES, ...RULES].filter(
  ({ severity, check }) => severity !== 'error' && check !== null,
);

/**
 * The first error that the provider would answer this step with, or Refit's own reason where that cannot be known;
 * where there is none, warnings and notes. @param place where the author asked for it.
 */
export function check(facts: Facts, place: SourceLocation | null = null): Finding[] {
  const judge = (rule: Rule): Finding[] => {
    const broken = rule.check!(facts);
    return broken ? [finding(rule, broken, facts.id, place)] : [];
  };
  for (const rule of ERRORS) {
    const error = judge(rule);
    if (error.length > 0) return error;
  }
  return REMARKS.flatMap(judge);
}

const ALL: readonly Rule[] = [...RULES, ...OWN_RULES, ...COMMON_CODES];
const BY_CODE: ReadonlyMap<string, Rule> = new Map(ALL.map((rule) => [rule.code, rule]));

/** The rule of that exact code; undefined where there is none. */
export function ruleOf(code: string): Rule | undefined {
  return BY_CODE.get(code);
}

/** Every code that can be explained: the provider's in the order in which it checks, Refit's own, then what a run may meet. */
export function allRules(): readonly Rule[] {
  return ALL;
}

/** A finding that a part of the plan, not a single step, gives rise to. @throws Error for a code without a rule. */
export function createFinding(
  code: string,
  broken: Violation,
  instance: string | null = null,
  place: SourceLocation | null = null,
): Finding {
  const rule = BY_CODE.get(code);
  if (!rule) throw new Error(`internal error: no rule ${code}`);
  return finding(rule, broken, instance, place);
}

function finding(
  rule: Rule,
  broken: Violation,
  instance: string | null,
  location: SourceLocation | null,
): Finding {
  const { code, severity } = rule;
  const { message, example = null, fix = example === null ? rule.fix : '' } = broken;
  return { code, severity, message, fix: fix || null, example, location, excerpt: null, instance };
}
