/**
 * Finds the first complete keys in a chain of sources. The provider's own tools use the same sources. This file has no
 * effects of its own: it gets the environment, a function that reads files, and the transport.
 * Source: docs/provider.md P176.
 */
import { RefitError } from '../../errors.ts';
import { FileRefused } from '../../files/file-refused.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { CredentialSource, Credentials } from '../signing/keys.ts';
import type { CredentialSources, Found, Place, Search } from './credential-source.ts';
import { credentialsFiles } from './credentials-file.ts';
import { cvmRole } from './cvm-role.ts';
import { environment, profileFromEnvironment, roleFromEnvironment } from './environment.ts';
import { assumeRole } from './sts.ts';
import { tccliProfile } from './tccli.ts';
import { tke } from './tke.ts';

export { type Credentials, type Secret, secret } from '../signing/keys.ts';
export type { CredentialSources } from './credential-source.ts';

interface ChainEntry {
  readonly name: CredentialSource;
  /** When Refit tries it. `unnamed`: only if no profile is named. `environment`: unless the user names a profile. */
  readonly when: 'always' | 'unnamed' | 'environment';
  readonly places: (search: Search) => readonly Place[];
}

/** The chain, in order. */
const CHAIN: readonly ChainEntry[] = [
  { name: 'environment', when: 'environment', places: environment },
  { name: 'credentials-file', when: 'always', places: credentialsFiles },
  { name: 'tccli', when: 'always', places: tccliProfile },
  { name: 'cvm-role', when: 'unnamed', places: cvmRole },
  { name: 'tke', when: 'unnamed', places: tke },
];

const PROFILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Finds the first complete keys of the chain, and assumes a role if set.
 *
 * - If the user names a profile other than `default`, the environment gives no keys and no role. Refit then calls only
 *   a service that the profile names.
 * - If the environment names the profile, keys in the environment still come first.
 * - A place that is not understood, or has half a pair of keys, is an error. Refit does not search further, because
 *   other keys can belong to another identity.
 *
 * @param before earlier keys to renew. Refit asks only the source that gave them.
 * @throws RefitError `no-credentials`, `credentials-refused`, `provider-unreachable` or `usage`
 */
export async function findCredentials(
  sources: CredentialSources,
  before?: Credentials,
): Promise<Credentials> {
  const { keys, problem } = await searchChain(sources, { before, isWhole: false });
  if (keys === null) throw problem;
  return keys;
}

/** One place of the chain, and what the search did with it. */
export interface KeyPlace {
  readonly place: string;
  /**
   * `used`: it gave the keys. `skipped`: it has keys, and an earlier place comes first. `not-asked`: a service, and an
   * earlier place comes first. `absent`: no keys. `refused`: an error. `excluded`: the named profile rules it out.
   */
  readonly state: 'used' | 'skipped' | 'not-asked' | 'absent' | 'refused' | 'excluded';
  /** Why, without any content of the place. */
  readonly reason: string;
}

/** The keys, or the error of `findCredentials`, and the places in their order. */
export interface KeySearch {
  readonly keys: Credentials | null;
  readonly problem: RefitError | null;
  readonly places: readonly KeyPlace[];
}

/** Searches as `findCredentials` does, then looks into the later places, too. It calls no service there. */
export function searchCredentials(sources: CredentialSources): Promise<KeySearch> {
  return searchChain(sources, { isWhole: true });
}

interface SearchOptions {
  readonly before?: Credentials | undefined;
  /** True: also looks into the places after the decision. */
  readonly isWhole: boolean;
}

async function searchChain(
  sources: CredentialSources,
  { before, isWhole }: SearchOptions,
): Promise<KeySearch> {
  const { env, profile } = sources;
  const isExplicit = profile !== 'default';
  const named = isExplicit ? profile : profileFromEnvironment(env);
  const search: Search = {
    ...sources,
    profile: named ?? 'default',
    readFile: (path) => read(sources, path),
    isRenewal: before?.source !== undefined,
  };
  if (!PROFILE.test(search.profile)) return { keys: null, problem: wrongProfile(isExplicit), places: [] };
  const places: KeyPlace[] = [];
  let decision: (Visit & { readonly source: CredentialSource; readonly first: string }) | null = null;
  for (const { name: source, when, places: placesOf } of CHAIN) {
    if (search.isRenewal && source !== before!.source) continue;
    const isExcluded = (when === 'environment' && isExplicit) || (when === 'unnamed' && named !== null);
    for (const place of placesOf(search)) {
      if (decision !== null && !isWhole) break;
      const visited: Visit = isExcluded
        ? { state: 'excluded', reason: `is not for the named profile ${named}` }
        : await visit(place, decision?.first ?? null);
      places.push({ place: place.name, state: visited.state, reason: visited.reason });
      if (visited.found || visited.problem) decision = { ...visited, source, first: place.name };
    }
  }
  if (!decision?.found)
    return { keys: null, problem: decision?.problem ?? missingKeys(search, before), places };
  try {
    const { keys, role: own } = decision.found;
    const role = (isExplicit ? null : roleFromEnvironment(env)) ?? own;
    const assumed = role === null ? keys : await assumeRole(sources, keys, role);
    return { keys: { ...assumed, source: decision.source }, problem: null, places };
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    return { keys: null, problem: error, places };
  }
}

/** What the search did with a place. `found` or `problem` decides the search. */
interface Visit extends Omit<KeyPlace, 'place'> {
  readonly found?: Found;
  readonly problem?: RefitError;
}

/** @param first the place that decided before, if one did. */
async function visit(place: Place, first: string | null): Promise<Visit> {
  try {
    const content = await place.look();
    if (content.kind === 'none') return { state: 'absent', reason: content.reason };
    if (first !== null) {
      const [state, reason] =
        content.kind === 'keys'
          ? (['skipped', 'has keys'] as const)
          : (['not-asked', 'is not asked'] as const);
      return { state, reason: `${reason}: ${first} comes first` };
    }
    const found = await content.take();
    if (found === null) return { state: 'absent', reason: 'has no keys' };
    return { state: 'used', reason: 'is used', found };
  } catch (error) {
    if (!(error instanceof RefitError)) throw error;
    const { message: reason } = error;
    return { state: 'refused', reason, ...(first === null ? { problem: error } : {}) };
  }
}

function wrongProfile(isExplicit: boolean): RefitError {
  return new RefitError(
    'usage',
    'a profile name has only letters, digits, dots, hyphens and underscores',
    isExplicit ? 'use --profile NAME' : 'correct TCCLI_PROFILE or TENCENTCLOUD_PROFILE',
  );
}

function missingKeys({ profile }: Search, before: Credentials | undefined): RefitError {
  return refitError(
    'no-credentials',
    message('error.no-keys', { profile, before: before?.source === undefined ? null : before.sourceName }),
  );
}

async function read(sources: CredentialSources, path: string): Promise<string | null> {
  try {
    return await sources.readFile(path);
  } catch (error) {
    // Other errors may quote the content, so Refit does not show them.
    const isRefusal = error instanceof FileRefused;
    const message = `${path} exists but cannot be read${isRefusal ? `: ${error.reason}` : ''}`;
    const fix = isRefusal ? error.fix : `ls -l ${path}`;
    throw new RefitError('no-credentials', message, fix, isRefusal ? { cause: error } : {});
  }
}
