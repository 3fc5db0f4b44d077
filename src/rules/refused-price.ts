/** Codes that nothing read offline foretells: they are known from the provider refusing to price the same change. */
import { type Broken, type Facts, isRefusal } from './facts.ts';
import { sayChange } from './say-size.ts';

/** The price question's own spellings of an order's codes. Source: facts §2.3, read 2026-11. */
const SPELT_AS: Readonly<Record<string, string>> = {
  'LimitExceeded.MemSizeNotInRange': 'InvalidParameterValue.MemSizeNotInRange',
  'ResourceUnavailable.InstanceStateError': 'ResourceUnavailable.InstanceStatusError',
};

/** The ordering code that a refused price question stands for. */
export function orderCode(code: string): string {
  return Object.hasOwn(SPELT_AS, code) ? SPELT_AS[code]! : code;
}

/** Fires where the provider refused to price this very change with the code. */
export function priceRefusedWith(code: string, mend: string): (facts: Facts) => Broken | null {
  return (facts) => {
    if (!isRefusal(facts.quote) || orderCode(facts.quote.code) !== code) return null;
    const change = facts.change === null ? 'the change' : sayChange(facts.change);
    const id = facts.quote.requestId === null ? '' : ` (request ${facts.quote.requestId})`;
    return {
      what: `${facts.id}: the provider refuses to price ${change}: ${facts.quote.code}${id}: ${facts.quote.message}`,
      mend,
    };
  };
}
