/**
 * Name lookups that check the addresses a connection would go to. The check belongs here: a name can lead to another
 * address a moment after an earlier check.
 */
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { type AddressRules, addressKind, isForbiddenHost, mayReach } from '../../addresses.ts';

/** The addresses of a name. */
export type Resolve = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** What a request may reach. `reasonFor` returns null for an allowed host or address. */
export interface AddressGuard {
  hostProblem(hostname: string): string | null;
  addressProblem(hostname: string, address: string): string | null;
}

/** The guard of addresses in a plan. */
export function planGuard(rules: AddressRules): AddressGuard {
  return {
    hostProblem: (hostname) =>
      isForbiddenHost(hostname, rules) ? `a plan must not reach ${hostname}` : null,
    addressProblem: (hostname, address) =>
      mayReach(address, rules)
        ? null
        : `${hostname} leads to ${address} (${addressKind(address) ?? 'unknown'}), which a plan must not reach`,
  };
}

/** The guard of plain http, which never leaves this machine. */
export const LOOPBACK_GUARD: AddressGuard = {
  hostProblem: (hostname) => {
    const kind = addressKind(hostname);
    return kind === null || kind === 'loopback'
      ? null
      : `plain http is only for this machine, and ${hostname} is another one`;
  },
  addressProblem: (hostname, address) =>
    addressKind(address) === 'loopback'
      ? null
      : `plain http is only for this machine, and ${hostname} leads to ${address}`,
};

/** A lookup for sockets that fails if any address of the name is not allowed. */
export function guardedLookup(resolve: Resolve, guard: AddressGuard): LookupFunction {
  return (hostname, { all, family }, callback) => {
    allowedAddresses(resolve, guard, hostname).then(
      (addresses) => {
        const wanted = addresses.filter(
          (one) => !family || one.family === family || `IPv${one.family}` === family,
        );
        const [first = null] = wanted;
        if (first === null) callback(new Error(`${hostname} has no address`), '', 0);
        else if (all)
          callback(
            null,
            wanted.map(({ address, family }) => ({ address, family })),
          );
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}

/** The addresses of a name. @throws if one of them is not allowed, or there is none. */
export async function allowedAddresses(resolve: Resolve, guard: AddressGuard, hostname: string) {
  const addresses = await resolve(hostname);
  for (const { address } of addresses) {
    const problem = guard.addressProblem(hostname, address);
    if (problem !== null) throw new ForbiddenAddressError(problem);
  }
  return addresses;
}

/** A name leads to an address that the request must not reach. */
export class ForbiddenAddressError extends Error {}
