/**
 * Keeps valid keys for the next call. Refit renews temporary keys early, in parallel to the calls and not before them:
 * a request slot is 50 ms wide, and a token service is slower.
 */
import type { Clock } from '../../clock.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { Credentials } from '../signing/keys.ts';

/** Finds the keys of a profile. @param before earlier keys to renew from the same source. */
export type CredentialsOf = (profile: string, before?: Credentials) => Credentials | Promise<Credentials>;

/** Refit renews keys at this share of their life, … */
const SHARE_OF_LIFE = 0.8;
/** … or this long before their end, if that is sooner. A short life is renewed at its half. */
const BEFORE_END_MS = 5 * MINUTE;
const SHARE_OF_SHORT_LIFE = 0.5;
/** Calls wait for new keys this close to the end. For a short life, in this last share. */
const WAIT_BEFORE_END_MS = 10 * SECOND;
const WAIT_SHARE = 0.1;
/** Pause after a failed renewal, while the old keys are still valid. */
const RETRY_AFTER_MS = 10 * SECOND;

interface ProfileKeys {
  keys: Credentials | null;
  /** When to renew them, by the wall clock. */
  dueAt: number;
  /** When calls begin to wait for new keys, by the wall clock. */
  waitFrom: number;
  /** True if the provider refused them, independent of their expiry. */
  rejected: boolean;
  renewal: Promise<Credentials> | null;
}

/** Creates a store of the keys of each profile. It runs one search for each profile at a time. */
export function createFreshKeys(find: CredentialsOf, clock: Clock) {
  const profiles = new Map<string, ProfileKeys>();
  const keysOf = (profile: string): ProfileKeys => {
    const empty = { keys: null, dueAt: Infinity, waitFrom: Infinity, rejected: false, renewal: null };
    const entry = profiles.get(profile) ?? empty;
    profiles.set(profile, entry);
    return entry;
  };

  const renew = (profile: string, entry: ProfileKeys): Promise<Credentials> => {
    const search = async () => {
      try {
        const found = await find(profile, entry.keys ?? undefined);
        Object.assign(entry, { keys: found, ...moments(found, clock.now()), rejected: false });
        return found;
      } catch (error) {
        entry.dueAt = clock.now() + RETRY_AFTER_MS;
        throw error;
      } finally {
        entry.renewal = null;
      }
    };
    entry.renewal ??= search();
    return entry.renewal;
  };

  return {
    /** Keys to sign with now. Waits only if there are no valid keys. @throws as `find` does. */
    async of(profile: string): Promise<Credentials> {
      const entry = keysOf(profile);
      const { keys } = entry;
      if (keys === null || entry.rejected) return renew(profile, entry);
      const now = clock.now();
      if (now >= entry.waitFrom) {
        return renew(profile, entry).catch((error: unknown) => {
          if (clock.now() < keys.expiresAt!) return keys;
          throw error;
        });
      }
      // While the old keys are valid, Refit ignores a failure. It tries again after a pause.
      if (now >= entry.dueAt) renew(profile, entry).catch(() => {});
      return keys;
    },

    /** Marks keys that the provider refused as expired or withdrawn. The next call waits for new ones. */
    reject(profile: string, keys: Credentials): void {
      const entry = keysOf(profile);
      if (entry.keys === keys) entry.rejected = true;
    },
  };
}

function moments({ expiresAt }: Credentials, now: number): Pick<ProfileKeys, 'dueAt' | 'waitFrom'> {
  if (expiresAt === undefined) return { dueAt: Infinity, waitFrom: Infinity };
  const life = Math.max(0, expiresAt - now);
  const due = Math.min(SHARE_OF_LIFE * life, Math.max(life - BEFORE_END_MS, SHARE_OF_SHORT_LIFE * life));
  return { dueAt: now + due, waitFrom: expiresAt - Math.min(WAIT_BEFORE_END_MS, WAIT_SHARE * life) };
}
