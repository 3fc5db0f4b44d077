/**
 * Keys of the role that is bound to this virtual machine, from the provider's metadata service. It is asked in plain
 * text on a link of the machine's own and never through a proxy, which would answer for another machine.
 * Source: docs/provider.md P178.
 */
import { RefitError } from '../../errors.ts';
import { endpointHost, isLoopback } from '../network/hosts.ts';
import { TransportError } from '../network/transport.ts';
import type { Credentials } from '../signing/keys.ts';
import { parseObject } from '../wire/fields.ts';
import { type Found, noKeys, type Search, temporaryKeys } from './credential-source.ts';

/** An address that only virtual machines of the provider's reach. */
const ORIGIN = 'http://metadata.tencentyun.com';
const ROLES = '/latest/meta-data/cam/security-credentials/';

/** Elsewhere than on such a machine nobody answers, and a laptop must not hang. */
const PROBE_TIMEOUT_MS = 1000;
const TIMEOUT_MS = 3000;
const TRIES = 3;
const PAUSE_MS = 300;

/** A loopback endpoint is no provider's machine: its role is asked for only where one is named. */
export async function fromCvmRole(search: Search): Promise<Found | null> {
  const roleName = search.env.TENCENTCLOUD_CAM_ROLE_NAME || null;
  if (roleName === null && !search.isRenewal && originFor(search.endpoint) !== ORIGIN) return null;
  const keys = await roleKeys(search, search.isRenewal, roleName);
  return keys && { keys, role: null };
}

/**
 * The role's keys. Null where this is no such machine, or no role is bound to it.
 * @param must null is no answer, it is this place or none. @param roleName null takes the one that is bound.
 * @throws RefitError `no-credentials` where the service answers and gives no keys; with `must` also where nothing is
 *   bound, and `provider-unreachable` where nobody answers.
 */
export async function roleKeys(
  search: Search,
  must: boolean,
  roleName: string | null = null,
): Promise<Credentials | null> {
  const role = roleName ?? (await readPage(search, ROLES, must))?.split(/\s/, 1)[0];
  // Whoever intercepts names that do not exist answers with a page, and that names no role.
  if (role === undefined || !/^[\w+=,.@-]{1,128}$/.test(role)) {
    if (!must && roleName === null) return null;
    throw noKeys(
      'no role is bound to this machine',
      'bind a role to it in the console, or put keys into ~/.tencentcloud/credentials',
    );
  }
  const source = `role ${role} of this machine`;
  const answer = parseObject((await readPage(search, ROLES + encodeURIComponent(role), true)) ?? '');
  const keys = answer?.Code === 'Success' ? temporaryKeys(source, source, answer) : null;
  if (keys !== null) return keys;
  throw noKeys(
    `the metadata service gives no keys for ${source}`,
    'check the role in the console: it must be bound to this machine and trust it',
  );
}

/** A loopback endpoint is the whole provider in small, and gives keys of its own. */
function originFor(endpoint: string | null): string {
  const named = endpoint === null ? ORIGIN : endpointHost(endpoint).origin;
  return isLoopback(new URL(named).hostname) ? named : ORIGIN;
}

/** The text of a page of the service; null where it has none, or, unless it must, where nobody answers. */
async function readPage(search: Search, path: string, must: boolean): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    let why: string;
    try {
      const answer = await search.transport.send({
        origin: originFor(search.endpoint),
        get: path,
        headers: {},
        body: '',
        timeout: must ? TIMEOUT_MS : PROBE_TIMEOUT_MS,
      });
      if (answer.status === 200) return answer.body.trim();
      if (answer.status === 404) return null;
      why = `HTTP ${answer.status}`;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      why = error.message;
    }
    if (!must) return null;
    if (tries >= TRIES) {
      throw new RefitError(
        'provider-unreachable',
        `the metadata service of this machine did not answer: ${why} (${tries} tries)`,
        'this profile takes the keys of a virtual machine: run it on that machine, or choose another profile',
      );
    }
    await search.clock.sleep(PAUSE_MS * tries);
  }
}
