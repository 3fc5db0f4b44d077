/**
 * Which error will the provider answer an order with? One entry a rule, in the order in which the provider checks;
 * the first that fires gives the code. Where its documentation is silent: docs/provider-choices.md.
 */
import { message } from '../messages/messages.ts';
import { onChange, type Rule } from './facts.ts';
import {
  capacityIsTooGreat,
  editionIsSoldOut,
  isNotSold,
  memoryIsNotListed,
  memoryIsOutOfRange,
  zoneIsSoldOut,
} from './is-sold.ts';
import { balanceIsTooLow, priceRefusedWith } from './known-by-price.ts';
import {
  editionForbids,
  instanceIsMissing,
  orderIsUnpaid,
  requestIsMalformed,
  statusIsAbnormal,
  taskIsInProgress,
} from './may-change.ts';
import { dataWouldNotFit } from './reduction.ts';

const FOUNDING = 'UpgradeInstance page, founding and present edition (docs/provider.md P21)';
const PRESENT = 'UpgradeInstance error list, present edition (docs/provider.md P21)';

/** A step that follows another of its instance may meet the lock that no read shows. Source: docs/provider.md P23 and P167. */
const mayMeetTailLock = onChange(({ id }, _, { followsOwnStep }) => {
  if (!followsOwnStep) return null;
  return message('rule.tail-lock', { id });
});

/** Every code that the provider is known to answer an order with. */
export const RULES: readonly Rule[] = [
  rule('InvalidParameter.PermissionDenied', FOUNDING, {
    looksAt: 'the answer to the price question for the same change',
    sentence: 'The identity has no right to this action.',
    fix: 'grant the identity redis:UpgradeInstance and redis:InquiryPriceUpgradeInstance on the instance',
  }),
  rule('UnauthorizedOperation.NoCAMAuthed', FOUNDING, {
    looksAt: 'the answer to the price question for the same change',
    sentence: 'The identity is not authorised by access management.',
    fix: 'grant the identity redis:UpgradeInstance and redis:InquiryPriceUpgradeInstance on the instance',
  }),
  rule('ResourceNotFound.InstanceNotExists', FOUNDING, {
    looksAt: 'the inventory of the region, as the identity sees it',
    sentence: 'The region has no instance of this id.',
    fix: 'correct the id, the region or the profile of the target',
    check: instanceIsMissing,
  }),
  rule('ResourceUnavailable.InstanceStatusAbnormal', FOUNDING, {
    looksAt: 'the status of the instance',
    sentence: 'The instance is being initialised, in process, isolated or to be deleted.',
    fix: 'wait until it is running, or leave it out',
    check: statusIsAbnormal,
  }),
  rule('ResourceUnavailable.InstanceStatusError', PRESENT, {
    looksAt: 'the tasks pending or running on the instance; the answer to the price question',
    sentence: 'The instance is running, and a task such as a backup or a migration is under way on it.',
    fix: 'wait until the task has ended, then plan again',
    check: taskIsInProgress,
  }),
  rule('UnsupportedOperation.LowVersion', PRESENT, {
    looksAt: 'the answer to the price question for the same change',
    sentence: 'The kernel or the proxy of the instance is too old for the change.',
    fix: 'upgrade the minor version of the instance and its proxy in the console, then plan again',
  }),
  rule('InvalidParameter.InvalidParameter', PRESENT, {
    looksAt: 'the change, and the zones that the target names where the instance spans several',
    sentence:
      'Not exactly one dimension changes, or replicas are added to a multi-zone instance without naming their zones.',
    fix: 'zones: [ZONE] beside replicas, one for each replica that is added',
    check: requestIsMalformed,
  }),
  rule('InvalidParameterValue.UnSupportedType', PRESENT, {
    looksAt: 'the edition and the dimension that changes',
    sentence:
      'The edition does not have this dimension: shards on anything but clusters, replicas on types 2, 3 and 5.',
    fix: 'leave that dimension out of the target',
    check: editionForbids,
  }),
  rule('InvalidParameterValue.SpecNotExist', PRESENT, {
    looksAt: "the catalogue for the instance's zone, edition and pay mode",
    sentence: 'Nothing is sold for the instance, or not that number of shards or replicas.',
    fix: 'use a number from the list of what is sold; refit explain INSTANCE prints it',
    check: isNotSold,
  }),
  rule('InvalidParameterValue.MemSizeNotInRange', FOUNDING, {
    looksAt: "the catalogue for the instance's zone, edition and pay mode",
    sentence: 'The memory per shard is below the least or above the greatest size sold.',
    fix: 'use a size from the list of what is sold; refit explain INSTANCE prints it',
    check: memoryIsOutOfRange,
  }),
  rule('LimitExceeded.InvalidMemSize', FOUNDING, {
    looksAt: "the catalogue for the instance's zone, edition and pay mode",
    sentence: 'The memory per shard lies between two sizes that are sold and is none itself.',
    fix: 'use a size that is sold, or { atLeast: SIZE, roundTo: sold }',
    check: memoryIsNotListed,
  }),
  rule('LimitExceeded', PRESENT, {
    looksAt: 'memory x shards after the change; the answer to the price question',
    sentence: 'More than 8 TB in one instance, or a quota of the account is used up.',
    fix: 'fewer shards or less memory per shard, or a higher quota by ticket',
    check: capacityIsTooGreat,
  }),
  rule('InvalidParameterValue.ReduceCapacityNotAllowed', FOUNDING, {
    looksAt: 'the memory in use, in total and in the fullest shard, where memory or shards are reduced',
    sentence: 'The new capacity is less than 1.3 x the memory in use.',
    fix: 'a greater size, or free memory first',
    check: dataWouldNotFit,
  }),
  rule('ResourceUnavailable.SaleOut', PRESENT, {
    looksAt:
      "the catalogue's sold-out mark of the edition in the zone and in those that get a replica, where the total memory grows",
    sentence: 'The edition is sold out in the zone.',
    fix: 'plan again when it is sold there, or ask the provider for stock in a ticket',
    check: editionIsSoldOut,
  }),
  rule('ResourceInsufficient', PRESENT, {
    looksAt:
      "the catalogue's sold-out mark of the zone and of those that get a replica, where the total memory grows",
    sentence: 'The whole zone is sold out.',
    fix: 'plan again when the zone has stock, or ask the provider for it in a ticket',
    check: zoneIsSoldOut,
  }),
  rule('FailedOperation.PayFailed', PRESENT, {
    looksAt: 'the orders for the instance that wait to be paid',
    sentence: 'An order for the instance waits to be paid.',
    fix: 'pay or cancel that order in the console, then plan again',
    check: orderIsUnpaid,
  }),
  rule('ResourceUnavailable.AccountBalanceNotEnough', FOUNDING, {
    looksAt: 'the quote of a prepaid instance, and what the account has left after the earlier steps',
    sentence: 'The account holds less than the change costs now.',
    fix: 'top up the account, then plan again',
    check: balanceIsTooLow,
  }),
  note('FailedOperation.SystemError', {
    looksAt: 'whether an earlier step of the plan changes the same instance',
    sentence:
      'The instance is still locked after a change that is finished, which no read shows; or the provider has a fault of its own.',
    check: mayMeetTailLock,
  }),
  // The note on the other one names it too: one lock, and nothing foretells by which of the two it will be told.
  note('FailedOperation.Unknown', {
    looksAt: 'the answer to an order, above all to one that follows another of the same instance',
    sentence:
      'Its documented text, of days of the week, does not fit this action; in practice it is the lock after a change that is finished, which no read shows.',
    appliesTo: 'run',
    check: null,
  }),
];

/** What offline facts foretell comes first; else what the provider said when it was asked for the price. */
function rule(
  code: string,
  source: string,
  { check, ...told }: Pick<Rule, 'looksAt' | 'sentence' | 'fix'> & Partial<Pick<Rule, 'check'>>,
): Rule {
  const refused = priceRefusedWith(code);
  return {
    code,
    ...told,
    source,
    readOn: '2026-11',
    appliesTo: 'step',
    severity: 'error',
    check: check ? (facts) => check(facts) ?? refused(facts) : refused,
  };
}

function note(
  code: string,
  told: Pick<Rule, 'looksAt' | 'sentence' | 'check'> & Partial<Pick<Rule, 'appliesTo'>>,
): Rule {
  return {
    code,
    fix: 'nothing to do: an order so answered may have been executed, so it is settled by reading, and asked again where nothing landed',
    source: `${PRESENT}; the terraform provider retries it after each change (docs/provider.md P23 and P167)`,
    readOn: '2026-11',
    severity: 'note',
    appliesTo: 'step',
    ...told,
  };
}
