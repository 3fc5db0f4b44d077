/** Has the provider the machines, and has the account the money? */
import { type Instance, totalMemory } from '../model.ts';
import { type Facts, isRefusal, onChange, sizeAfter } from './facts.ts';
import { sayMemory } from './say-size.ts';

const grows = onChange((instance, change) => {
  const before = totalMemory(instance.size);
  const after = totalMemory(sizeAfter(instance.size, change));
  return after > before ? { what: `grows from ${sayMemory(before)} to ${sayMemory(after)}`, mend: '' } : null;
});

/** The first zone without stock, the instance's own before those that get a replica, and what is sold out there. */
function withoutStock(instance: Instance, facts: Facts): { zone: string; edition: boolean } | null {
  const zones = [{ zone: instance.zone, offer: facts.offer }, ...(facts.placement?.added ?? [])];
  for (const { zone, offer } of zones) {
    if (offer === null || offer === 'unknown') continue;
    if (offer.soldOut || offer.zoneSoldOut) return { zone, edition: offer.soldOut };
  }
  return null;
}

/** The edition is sold out in a zone that the change needs more memory in. */
export const editionIsSoldOut = onChange((instance, _, facts) => {
  const [growth, without] = [grows(facts), withoutStock(instance, facts)];
  if (growth === null || without === null || !without.edition) return null;
  return {
    what: `${instance.id} ${growth.what}, and ${instance.edition} is sold out in ${without.zone}`,
    mend: 'plan again when it is sold there, or ask the provider for stock in a ticket',
  };
});

/** A whole zone is sold out that the change needs more memory in. */
export const zoneIsSoldOut = onChange((instance, _, facts) => {
  const [growth, without] = [grows(facts), withoutStock(instance, facts)];
  if (growth === null || without === null || without.edition) return null;
  return {
    what: `${instance.id} ${growth.what}, and ${without.zone} is sold out`,
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
