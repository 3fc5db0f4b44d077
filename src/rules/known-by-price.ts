/** What is known from the answer to the price question: that the account holds too little, or the refusal of the change. */
import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { type Facts, isRefusal, onChange } from './facts.ts';

/** Prepaid, and the account holds less than the quote. */
export const balanceIsTooLow = onChange((instance, _, { quote, balance }) => {
  if (instance.billing !== 'prepaid' || balance === null || quote === null || isRefusal(quote)) return null;
  if (quote.basis !== 'once' || quote.currency !== balance.currency || quote.amount <= balance.amount)
    return null;
  const { id, profile } = instance;
  const { amount, currency } = quote;
  return message('rule.balance-short', { id, amount, currency, profile, balance: balance.amount });
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
export function priceRefusedWith(code: string): (facts: Facts) => Message | null {
  return ({ id, change, quote }) => {
    if (!isRefusal(quote) || orderCode(quote.code) !== code) return null;
    const { requestId: request, message: answer } = quote;
    return message('rule.price-refused', { id, change, code: quote.code, request, answer });
  };
}
