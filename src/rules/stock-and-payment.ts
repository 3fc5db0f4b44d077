/** Has the provider the machines, and has the account the money? */
import { totalMemory } from '../model.ts';
import { isRefusal, onChange, sizeAfter } from './facts.ts';
import { sayMemory } from './say-size.ts';

const grows = onChange((instance, change) => {
  const before = totalMemory(instance.size);
  const after = totalMemory(sizeAfter(instance.size, change));
  return after > before ? { what: `grows from ${sayMemory(before)} to ${sayMemory(after)}`, mend: '' } : null;
});

/** The edition is sold out in the zone, and the change needs more memory. */
export const editionIsSoldOut = onChange((instance, _, facts) => {
  const growth = grows(facts);
  if (growth === null || facts.offer === null || facts.offer === 'unknown' || !facts.offer.soldOut)
    return null;
  return {
    what: `${instance.id} ${growth.what}, and ${instance.edition} is sold out in ${instance.zone}`,
    mend: 'plan again when it is sold there, or ask the provider for stock in a ticket',
  };
});

/** The whole zone is sold out, and the change needs more memory. */
export const zoneIsSoldOut = onChange((instance, _, facts) => {
  const growth = grows(facts);
  if (growth === null || facts.offer === null || facts.offer === 'unknown' || !facts.offer.zoneSoldOut)
    return null;
  return {
    what: `${instance.id} ${growth.what}, and ${instance.zone} is sold out`,
    mend: 'plan again when the zone has stock, or ask the provider for it in a ticket',
  };
});

/** An order for the instance waits to be paid. */
export const orderIsUnpaid = onChange((instance) =>
  instance.unpaidOrder === null
    ? null
    : {
        what: `${instance.id}: order ${instance.unpaidOrder} for it waits to be paid`,
        mend: `pay or cancel order ${instance.unpaidOrder} in the console, then plan again`,
      },
);

/** Prepaid, and the account holds less than the quote. */
export const balanceIsShort = onChange((instance, _, { quote, balance }) => {
  if (instance.billing !== 'prepaid' || balance === null || quote === null || isRefusal(quote)) return null;
  if (quote.basis !== 'once' || quote.currency !== balance.currency || quote.amount <= balance.amount)
    return null;
  return {
    what: `${instance.id} costs ${quote.amount} ${quote.currency} now, and the account of ${instance.profile} has ${balance.amount} ${balance.currency} left for it`,
    mend: `top up ${Math.ceil(quote.amount - balance.amount)} ${quote.currency} or more, then plan again`,
  };
});
