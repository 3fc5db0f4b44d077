/**
 * Keys that are good for the next call. Temporary ones are renewed in good time, beside the calls and not before
 * them: an order's slot is 50 ms wide and a token service is slower than that.
 */
import type { Clock } from '../../clock.ts';
import { MINUTE, SECOND } from '../../units.ts';
import type { Credentials } from '../signing/keys.ts';

/** Finds the keys of a profile. `before`: earlier ones that have come of age; the same place is asked for others. */
export type CredentialsOf = (profile: string, before?: Credentials) => Credentials | Promise<Credentials>;

/** Renewed when so much of their life is over, … */
const SHARE_OF_LIFE = 0.8;
/** … or so long before its end, if that is sooner; of a short life the second half is enough. */
const BEFORE_END_MS = 5 * MINUTE;
const SHARE_OF_SHORT_LIFE = 0.5;
/** So close to their end, or in such a share of a life that is short, they are used only where there are no others. */
const WAIT_BEFORE_END_MS = 10 * SECOND;
const WAIT_SHARE = 0.1;
/** After a renewal that failed, while the old ones are still good. */
const RETRY_AFTER_MS = 10 * SECOND;

interface ProfileKeys {
  keys: Credentials | null;
  /** Wall-clock moment from which they are to be renewed. */
  dueAt: number;
  /** Wall-clock moment from which others are waited for. */
  waitFrom: number;
  /** Refused by the provider, whatever their expiry says. */
  rejected: boolean;
  renewal: Promise<Credentials> | null;
}

/** Holds the keys of each profile; one search for them at a time. */
export function createFreshKeys(find: CredentialsOf, clock: Clock) {
  const profiles = new Map<string, ProfileKeys>();
  const heldOf = (profile: string): ProfileKeys => {
    const empty = { keys: null, dueAt: Infinity, waitFrom: Infinity, rejected: false, renewal: null };
    const held = profiles.get(profile) ?? empty;
    profiles.set(profile, held);
    return held;
  };

  const renew = (profile: string, held: ProfileKeys): Promise<Credentials> => {
    const search = async () => {
      try {
        const found = await find(profile, held.keys ?? undefined);
        Object.assign(held, { keys: found, ...moments(found, clock.now()), rejected: false });
        return found;
      } catch (error) {
        held.dueAt = clock.now() + RETRY_AFTER_MS;
        throw error;
      } finally {
        held.renewal = null;
      }
    };
    held.renewal ??= search();
    return held.renewal;
  };

  return {
    /** Keys to sign with now. Waits only where there are none yet, or no good ones. @throws as the search for them does. */
    async of(profile: string): Promise<Credentials> {
      const held = heldOf(profile);
      const { keys } = held;
      if (keys === null || held.rejected) return renew(profile, held);
      const now = clock.now();
      if (now >= held.waitFrom) {
        return renew(profile, held).catch((error: unknown) => {
          if (clock.now() < keys.expiresAt!) return keys;
          throw error;
        });
      }
      // A failure is seen by nobody as long as the old keys are good; it is tried again after a pause.
      if (now >= held.dueAt) renew(profile, held).catch(() => {});
      return keys;
    },

    /** Says that the provider refused these as expired or withdrawn: the next caller waits for others. */
    refused(profile: string, keys: Credentials): void {
      const held = heldOf(profile);
      if (held.keys === keys) held.rejected = true;
    },
  };
}

function moments({ expiresAt }: Credentials, now: number): Pick<ProfileKeys, 'dueAt' | 'waitFrom'> {
  if (expiresAt === undefined) return { dueAt: Infinity, waitFrom: Infinity };
  const life = Math.max(0, expiresAt - now);
  const due = Math.min(SHARE_OF_LIFE * life, Math.max(life - BEFORE_END_MS, SHARE_OF_SHORT_LIFE * life));
  return { dueAt: now + due, waitFrom: expiresAt - Math.min(WAIT_BEFORE_END_MS, WAIT_SHARE * life) };
}
