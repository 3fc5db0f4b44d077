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

const FOUNDING = 'UpgradeInstance page, founding and present edition (docs/provider.md P21)';
const PRESENT = 'UpgradeInstance error list, present edition (docs/provider.md P21)';

/**
 * A later step of the same instance may meet the lock that no read shows. Source: docs/provider.md P23 and P167.
 */
const mayMeetTailLock = onChange(({ id }, _, { followsOwnStep }) => {
  if (!followsOwnStep) return null;
  return message('rule.tail-lock', { id });
});

/** Every code with which the provider is known to answer an order. */
export const RULES: readonly Rule[] = [
  error('InvalidParameter.PermissionDenied', FOUNDING),
  error('UnauthorizedOperation.NoCAMAuthed', FOUNDING),
  error('ResourceNotFound.InstanceNotExists', FOUNDING, instanceIsMissing),
  error('ResourceUnavailable.InstanceStatusAbnormal', FOUNDING, statusIsAbnormal),
  error('ResourceUnavailable.InstanceStatusError', PRESENT, taskIsInProgress),
  error('UnsupportedOperation.LowVersion', PRESENT),
  error('InvalidParameter.InvalidParameter', PRESENT, requestIsMalformed),
  error('InvalidParameterValue.UnSupportedType', PRESENT, editionForbids),
  error('InvalidParameterValue.SpecNotExist', PRESENT, isNotSold),
  error('InvalidParameterValue.MemSizeNotInRange', FOUNDING, memoryIsOutOfRange),
  error('LimitExceeded.InvalidMemSize', FOUNDING, memoryIsNotListed),
  error('LimitExceeded', PRESENT, capacityIsTooGreat),
  error('InvalidParameterValue.ReduceCapacityNotAllowed', FOUNDING, dataWouldNotFit),
  error('ResourceUnavailable.SaleOut', PRESENT, editionIsSoldOut),
  error('ResourceInsufficient', PRESENT, zoneIsSoldOut),
  error('FailedOperation.PayFailed', PRESENT, orderIsUnpaid),
  error('ResourceUnavailable.AccountBalanceNotEnough', FOUNDING, balanceIsTooLow),
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
  const source = `${PRESENT}; the terraform provider retries it after each change (docs/provider.md P23 and P167)`;
  return { code, source, readOn: '2026-11', severity: 'note', appliesTo, check };
}
