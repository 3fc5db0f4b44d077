/**
 * Predicts the error with which the provider answers an order. There is one entry for each rule, in the order in which
 * the provider checks. The first rule that applies gives the code. docs/provider-choices.md says what Refit assumes
 * if the provider's documentation says nothing.
 */
import type { KnownCode } from '../messages/codes.ts';
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

const FIRST_EDITION = 'UpgradeInstance page, founding and present edition (docs/provider.md P21)';
const CURRENT_EDITION = 'UpgradeInstance error list, present edition (docs/provider.md P21)';

/**
 * A later step of the same instance may meet the lock that no read shows. Source: docs/provider.md P23 and P167.
 */
const mayMeetTailLock = onChange(({ id }, _, { followsOwnStep }) => {
  if (!followsOwnStep) return null;
  return message('rule.tail-lock', { id });
});

/** Every code with which the provider is known to answer an order. */
export const RULES: readonly Rule[] = [
  error('InvalidParameter.PermissionDenied', FIRST_EDITION),
  error('UnauthorizedOperation.NoCAMAuthed', FIRST_EDITION),
  error('ResourceNotFound.InstanceNotExists', FIRST_EDITION, instanceIsMissing),
  error('ResourceUnavailable.InstanceStatusAbnormal', FIRST_EDITION, statusIsAbnormal),
  error('ResourceUnavailable.InstanceStatusError', CURRENT_EDITION, taskIsInProgress),
  error('UnsupportedOperation.LowVersion', CURRENT_EDITION),
  error('InvalidParameter.InvalidParameter', CURRENT_EDITION, requestIsMalformed),
  error('InvalidParameterValue.UnSupportedType', CURRENT_EDITION, editionForbids),
  error('InvalidParameterValue.SpecNotExist', CURRENT_EDITION, isNotSold),
  error('InvalidParameterValue.MemSizeNotInRange', FIRST_EDITION, memoryIsOutOfRange),
  error('LimitExceeded.InvalidMemSize', FIRST_EDITION, memoryIsNotListed),
  error('LimitExceeded', CURRENT_EDITION, capacityIsTooGreat),
  error('InvalidParameterValue.ReduceCapacityNotAllowed', FIRST_EDITION, dataWouldNotFit),
  error('ResourceUnavailable.SaleOut', CURRENT_EDITION, editionIsSoldOut),
  error('ResourceInsufficient', CURRENT_EDITION, zoneIsSoldOut),
  error('FailedOperation.PayFailed', CURRENT_EDITION, orderIsUnpaid),
  error('ResourceUnavailable.AccountBalanceNotEnough', FIRST_EDITION, balanceIsTooLow),
  note('FailedOperation.SystemError', 'step', mayMeetTailLock),
  // The note on SystemError names this code too: there is one lock, and nothing predicts which of the two codes comes.
  note('FailedOperation.Unknown', 'run', null),
];

/** The facts that Refit has read decide first, then the provider's answer to the price request. */
function error(code: KnownCode, source: string, check?: NonNullable<Rule['check']>): Rule {
  const refused = priceRefusedWith(code);
  return {
    code,
    source,
    readOn: '2026-11',
    appliesTo: 'step',
    severity: 'error',
    check: check ? (facts) => check(facts) ?? refused(facts) : refused,
  };
}

function note(code: KnownCode, appliesTo: Rule['appliesTo'], check: Rule['check']): Rule {
  const source = `${CURRENT_EDITION}; the terraform provider retries it after each change (docs/provider.md P23 and P167)`;
  return { code, source, readOn: '2026-11', severity: 'note', appliesTo, check };
}
