/** What is said of one step before it is ordered. */
import { render } from '../messages/messages.ts';
import type { Finding, Message, SourceLocation } from '../model.ts';
import { COMMON_CODES } from './common-codes.ts';
import type { Facts, Rule } from './facts.ts';
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
 * where there is none, warnings and notes. @param location where the author asked for it.
 */
export function check(facts: Facts, location: SourceLocation | null = null): Finding[] {
  const judge = (rule: Rule): Finding[] => {
    const message = rule.check!(facts);
    return message ? [finding(rule, message, facts.id, location)] : [];
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

/**
 * A finding that a part of the plan, not a single step, gives rise to. A message without a fix and without an example
 * gets the fix of its code.
 * @param location where in the author's text; null where it is about no one place.
 * @throws Error for a code without a rule.
 */
export function createFinding(
  code: string,
  message: Message | WrittenMessage,
  instance: string | null = null,
  location: SourceLocation | null = null,
): Finding {
  const rule = BY_CODE.get(code);
  if (!rule) throw new Error(`internal error: no rule ${code}`);
  return finding(rule, message, instance, location);
}

/** A message that is in words already. */
export interface WrittenMessage {
  readonly message: string;
  readonly fix?: string;
  readonly example?: string;
}

function finding(
  { code, severity, fix: usual }: Rule,
  message: Message | WrittenMessage,
  instance: string | null,
  location: SourceLocation | null,
): Finding {
  const written = 'id' in message ? render(message) : message;
  const { id: messageId, params } = 'id' in message ? message : { id: '', params: {} };
  const { fix = null, example = null } = written;
  return {
    code,
    severity,
    message: written.message,
    fix: fix ?? (example === null && usual !== '' ? usual : null),
    example,
    location,
    excerpt: null,
    instance,
    messageId,
    params,
  };
}
