/** Says what a rule demands, in the words of a policy file. */
import { namesOf } from '../approval/check-approvers.ts';
import { duration } from '../messages/en/quantities.ts';
import type {
  Comparison,
  Money,
  Policy,
  PolicyCondition,
  PolicyInForce,
  PolicyRule,
  StatedRule,
} from '../model.ts';
import { usedPolicy } from './tighten.ts';

/** What reviewers see of a policy: digest, files, and each rule in words. Null without a policy file. */
export function policyInForce(policy: Policy): PolicyInForce | null {
  const used = usedPolicy(policy);
  return used && { ...used, rules: policy.rules.map(stateRule) };
}

/** A rule in words, with its key and place. */
export function stateRule(rule: PolicyRule): StatedRule {
  const { key, location } = rule;
  return { key, demands: describeRule(rule), location };
}

/** `at most 50`, `only ap-guangzhou, ap-shanghai`, `2 of approvers.yaml when region ap-guangzhou`. */
export function describeRule(rule: PolicyRule): string {
  switch (rule.kind) {
    case 'approvals': {
      const when = rule.when === null ? '' : ` when ${describeCondition(rule.when)}`;
      return `${rule.need} of ${rule.from} (${namesOf(rule.signers).join(', ')})${when}`;
    }
    case 'plannedBy':
      return `${rule.need} of ${rule.from} (${namesOf(rule.signers).join(', ')})`;
    case 'windows': {
      const { allow, freeze, timezone } = rule.windows;
      const parts = [
        ...(allow.length > 0 ? [`open ${allow.join(', ')}`] : []),
        ...(freeze.length > 0 ? [`frozen ${freeze.join(', ')}`] : []),
      ];
      return `${parts.join('; ')} (${timezone})`;
    }
    case 'maxAge':
      return `at most ${duration(rule.most)}`;
    case 'list':
    case 'hookEnvironment':
      return rule.allowed.length === 0 ? 'none' : `only ${rule.allowed.join(', ')}`;
    case 'noPrivateAddresses':
      return 'no';
    case 'limit':
      return `at most ${rule.of.endsWith('Expiry') ? duration(rule.most) : rule.most}`;
    case 'cost':
      return describeCost(rule.most);
  }
}

function describeCondition({ regions, tags, instances, cost, shrink }: PolicyCondition): string {
  const parts = [
    ...(regions ? [`region ${regions.join(' or ')}`] : []),
    ...Object.entries(tags ?? {}).map(([key, values]) => `tag ${key} = ${values.join(' or ')}`),
    ...(instances ? [`instances ${instances.operator} ${instances.value}`] : []),
    ...(cost ? [`cost ${describeCost(cost)}`] : []),
    ...(shrink ? ['it shrinks'] : []),
  ];
  return parts.join(' and ');
}

function describeCost({ operator, amount, currency }: Pick<Comparison, 'operator'> & Money): string {
  return `${operator} ${amount} ${currency}`;
}
