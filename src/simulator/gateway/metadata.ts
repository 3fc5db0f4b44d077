/**
 * The metadata service of a virtual machine, under its own path on the same server, so that the credential chain can
 * be tried: the name of the bound role, and keys for it. Unsigned. Source: docs/provider.md P178.
 */

import { type IssuedKeys, issueKeys } from '../world/temporary-keys.ts';
import { FIRST_ACCOUNT, type World } from '../world/world.ts';

const PREFIX = '/latest/meta-data/';
const ROLES = 'cam/security-credentials';
/** The role that is bound unless the options say otherwise. */
export const CVM_ROLE = 'refit-cvm';
/** How long its keys live, seconds. */
const LIFETIME_SECONDS = 7200;

/** The keys given out last, by world: the service gives the same ones until half of their life is over. */
const issued = new WeakMap<World, { readonly keys: IssuedKeys; readonly until: number }>();

/** What the service says to `GET path`; null where the path is none of its own. */
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
