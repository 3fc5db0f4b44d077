/**
 * The metadata service of a virtual machine, on its own path of the same server. It serves the bound role and its keys
 * without a signature, so that users can test the credential chain. Source: docs/provider.md P178.
 */

import { type IssuedKeys, issueKeys } from '../world/temporary-keys.ts';
import { FIRST_ACCOUNT, type World } from '../world/world.ts';

const PREFIX = '/latest/meta-data/';
const ROLES = 'cam/security-credentials';
/** The default role of the virtual machine. */
export const CVM_ROLE = 'refit-cvm';
/** Lifetime of the keys. */
const LIFETIME_SECONDS = 7200;

/** The last issued keys by world. The service repeats them for half of their lifetime. */
const issued = new WeakMap<World, { readonly keys: IssuedKeys; readonly until: number }>();

/** Answers `GET path`; null if the path does not belong to the metadata service. */
export function metadata(world: World, path: string, now: number): { status: number; body: string } | null {
  if (!path.startsWith(PREFIX)) return null;
  const absent = { status: 404, body: 'not found' };
  const role = world.options.cvmRole === undefined ? CVM_ROLE : world.options.cvmRole;
  const wanted = path.slice(PREFIX.length).replace(/\/$/, '');
  if (wanted === 'placement/region') return { status: 200, body: 'ap-guangzhou' };
  if (role === null || world.faults.active('no-cvm-role').length > 0) return absent;
  if (wanted === ROLES) return { status: 200, body: role };
  if (wanted !== `${ROLES}/${role}`) return absent;
  const { Credentials, ExpiredTime, Expiration } = currentKeys(world, role, now);
  const { TmpSecretId, TmpSecretKey, Token } = Credentials;
  return {
    status: 200,
    body: JSON.stringify({ TmpSecretId, TmpSecretKey, ExpiredTime, Expiration, Token, Code: 'Success' }),
  };
}

function currentKeys(world: World, role: string, now: number): IssuedKeys {
  const last = issued.get(world);
  if (last && now < last.until) return last.keys;
  const account = world.accounts.get(FIRST_ACCOUNT)!;
  const keys = issueKeys(
    world,
    { account, role, name: 'cvm', askedBy: account.uin, seconds: LIFETIME_SECONDS },
    now,
  );
  issued.set(world, { keys, until: now + (keys.ExpiredTime * 1000 - now) / 2 });
  return keys;
}
