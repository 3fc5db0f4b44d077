/** What is known from the answer to the price question: that the account holds too little, or the refusal of the change. */
import { type Facts, isRefusal, onChange, type Violation } from './facts.ts';
import { formatChange } from './format-size.ts';

/** Prepaid, and the account holds less than the quote. */
export const balanceIsShort = onChange((instance, _, { quote, balance }) => {
  if (instance.billing !== 'prepaid' || balance === null || quote === null || isRefusal(quote)) return null;
  if (quote.basis !== 'once' || quote.currency !== balance.currency || quote.amount <= balance.amount)
    return null;
  return {
    message: `${instance.id} costs ${quote.amount} ${quote.currency} now, and the account of ${instance.profile} has ${balance.amount} ${balance.currency} left for it`,
    fix: `top up ${Math.ceil(quote.amount - balance.amount)} ${quote.currency} or more, then plan again`,
  };
});

/** The price question's own spellings of an order's codes. Source: docs/provider.md P75. */
const SPELT_AS: Readonly<Record<string, string>> = {
  'LimitExceeded.MemSizeNotInRange': 'InvalidParameterValue.MemSizeNotInRange',
  'ResourceUnavailable.InstanceStateError': 'ResourceUnavailable.InstanceStatusError',
};

/** The ordering code that a refused price question stands for. */
export function orderCode(code: string): string {
  return Object.hasOwn(SPELT_AS, code) ? SPELT_AS[code]! : code;
}

/** Fires where the provider refused to price this very change with the code. */
export function priceRefusedWith(code: string): (facts: Facts) => Violation | null {
  return ({ id, change, quote }) => {
    if (!isRefusal(quote) || orderCode(quote.code) !== code) return null;
    const asked = change === null ? 'the change' : formatChange(change);
    const request = quote.requestId === null ? '' : ` (request ${quote.requestId})`;
    return {
      message: `${id}: the provider refuses to price ${asked}: ${quote.code}${request}: ${quote.message}`,
    };
  };
}
