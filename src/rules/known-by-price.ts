/** Rules about the answer to the price request: a low balance, or a refused change. */
import { message } from '../messages/messages.ts';
import type { Message } from '../model.ts';
import { type Facts, isRefusal, onChange } from './facts.ts';

/** The instance is prepaid, and the account balance is less than the quote. */
export const balanceIsTooLow = onChange((instance, _, { quote, balance }) => {
  if (instance.billing !== 'prepaid' || balance === null || quote === null || isRefusal(quote)) return null;
  if (quote.basis !== 'once' || quote.currency !== balance.currency || quote.amount <= balance.amount)
    return null;
  const { id, profile } = instance;
  const { amount, currency } = quote;
  return message('rule.balance-short', { id, amount, currency, profile, balance: balance.amount });
});

/** The price request's spellings of an order's codes. Source: docs/provider.md P75. */
const ORDER_CODES: Readonly<Record<string, string>> = {
  'LimitExceeded.MemSizeNotInRange': 'InvalidParameterValue.MemSizeNotInRange',
  'ResourceUnavailable.InstanceStateError': 'ResourceUnavailable.InstanceStatusError',
};

/** The code of an order that matches the code of a refused price request. */
export function orderCode(code: string): string {
  return Object.hasOwn(ORDER_CODES, code) ? ORDER_CODES[code]! : code;
}

/** Makes a check that applies if the provider refused to price this change with the code. */
export function priceRefusedWith(code: string): (facts: Facts) => Message | null {
  return ({ id, change, quote }) => {
    if (!isRefusal(quote) || orderCode(quote.code) !== code) return null;
    const { requestId: request, message: answer } = quote;
    return message('rule.price-refused', { id, change, code: quote.code, request, answer });
  };
}
