/** Temporary keys, generated from the world's random numbers. */
import { HOUR, SECOND } from '../../units.ts';
import type { Identity, SimAccount, World } from './world.ts';

/** Keys in the format of the STS product. Source: docs/provider.md P180. */
export type IssuedKeys = ReturnType<typeof issueKeys>;

interface KeyRequest {
  readonly account: SimAccount;
  readonly role: string;
  /** Session name. */
  readonly name: string;
  /** Number of the identity that requested the keys. */
  readonly askedBy: string;
  readonly seconds: number;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Expired keys stay known for this time, ms. Their refusal differs from that of unknown keys. */
const KEPT_AFTER_EXPIRY = HOUR;

/** Issues keys, and removes keys that expired long ago. @param now ms since 1970 UTC */
export function issueKeys(world: World, { account, role, name, askedBy, seconds }: KeyRequest, now: number) {
  const lifetimes = [
    seconds * SECOND,
    ...world.faults.active('token-life').map(({ value }) => Number(value)),
  ];
  // The expiry in the response is a whole second, and the key expires exactly then.
  const expires = Math.floor((now + Math.max(0, Math.min(...lifetimes))) / 1000);
  const secretId = `AKID${world.idRandom.text(60, LETTERS)}`;
  const secretKey = world.idRandom.text(44, LETTERS);
  const token = world.idRandom.text(200, LETTERS);
  const identity: Identity = {
    secretId,
    secretKey,
    token,
    uin: roleId(account, role),
    account: account.name,
    deny: account.roles?.[role] ?? [],
    session: { role, name, askedBy, issuedAt: now, expiresAt: expires * 1000 },
  };
  for (const [id, { session }] of world.identities)
    if (session && session.expiresAt + KEPT_AFTER_EXPIRY < now) world.identities.delete(id);
  world.identities.set(secretId, identity);
  return {
    Credentials: { Token: token, TmpSecretId: secretId, TmpSecretKey: secretKey },
    /** Unix seconds. */
    ExpiredTime: expires,
    /** ISO 8601 UTC. */
    Expiration: new Date(expires * 1000).toISOString().replace('.000Z', 'Z'),
  };
}

/** A stable number of a role. For the request limit, all sessions of a role are one identity. */
function roleId({ uin }: SimAccount, role: string): string {
  let mixed = 7;
  for (const letter of `${uin}/${role}`) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0;
  return `46116860${String(mixed).padStart(11, '0')}`;
}
