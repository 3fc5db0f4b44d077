/**
 * Keys of the role of this virtual machine, from the provider's metadata service. Refit calls it over plain HTTP on the
 * machine's own link. It never uses a proxy, because a proxy would return the role of another machine.
 * Source: docs/provider.md P178.
 */
import { RefitError } from '../../errors.ts';
import { endpointHost, isLoopback } from '../network/hosts.ts';
import { TransportError } from '../network/transport.ts';
import type { Credentials } from '../signing/keys.ts';
import { parseObject } from '../wire/fields.ts';
import { noKeys, type Place, type Search, temporaryKeys } from './credential-source.ts';

/** Only virtual machines of the provider reach this address. */
const ORIGIN = 'http://metadata.tencentyun.com';
const ROLES = '/latest/meta-data/cam/security-credentials/';

/** On any other machine nobody answers, and Refit must not hang there. */
const PROBE_TIMEOUT_MS = 1000;
const TIMEOUT_MS = 3000;
/** Keys with a token are about 5 KB. */
const MAX_PAGE_BYTES = 64 * 1024;
const TRIES = 3;
const PAUSE_MS = 300;

/** The metadata service. With a loopback endpoint, Refit asks it only if the user names a role. */
export function cvmRole(search: Search): Place[] {
  const roleName = search.env.TENCENTCLOUD_CAM_ROLE_NAME || null;
  const look: Place['look'] = async () => {
    if (roleName === null && !search.isRenewal && originFor(search.endpoint) !== ORIGIN)
      return {
        kind: 'none',
        reason: 'is not asked for an endpoint on this machine: it needs TENCENTCLOUD_CAM_ROLE_NAME',
      };
    return {
      kind: 'service',
      take: async () => {
        const keys = await roleKeys(search, search.isRenewal, roleName);
        return keys && { keys, role: null };
      },
    };
  };
  return [{ name: 'the role of this machine', look }];
}

/**
 * Reads the role's keys. Null if this is not a machine of the provider, or no role is bound to it.
 * @param isRequired true: throws instead of returning null.
 * @param roleName null takes the bound role.
 * @throws RefitError `no-credentials` if the service answers without keys. With `isRequired` also if no role is bound,
 *   and `provider-unreachable` if nobody answers.
 */
export async function roleKeys(
  search: Search,
  isRequired: boolean,
  roleName: string | null = null,
): Promise<Credentials | null> {
  const role = roleName ?? (await readPage(search, ROLES, isRequired))?.split(/\s/, 1)[0];
  // Some networks answer unknown host names with a web page. It is not a role name.
  if (role === undefined || !/^[\w+=,.@-]{1,128}$/.test(role)) {
    if (!isRequired && roleName === null) return null;
    throw noKeys(
      'no role is bound to this machine',
      'bind a role to it in the Tencent Cloud console, or write keys to ~/.tencentcloud/credentials',
    );
  }
  const source = `role ${role} of this machine`;
  const answer = parseObject((await readPage(search, ROLES + encodeURIComponent(role), true)) ?? '');
  const keys = answer?.Code === 'Success' ? temporaryKeys(source, source, answer) : null;
  if (keys !== null) return keys;
  throw noKeys(
    `the metadata service returned no keys for ${source}`,
    'check the role in the Tencent Cloud console: it must be bound to this machine and trust it',
  );
}

/** A loopback endpoint is a simulated provider with a metadata service of its own. */
function originFor(endpoint: string | null): string {
  const named = endpoint === null ? ORIGIN : endpointHost(endpoint).origin;
  return isLoopback(new URL(named).hostname) ? named : ORIGIN;
}

/** Reads a page of the service. Null: no such page, or nobody answers and the page is not required. */
async function readPage(search: Search, path: string, isRequired: boolean): Promise<string | null> {
  for (let tries = 1; ; tries++) {
    let reason: string;
    try {
      const answer = await search.transport.send({
        origin: originFor(search.endpoint),
        get: path,
        headers: {},
        body: '',
        reach: 'metadata',
        keep: MAX_PAGE_BYTES,
        timeout: isRequired ? TIMEOUT_MS : PROBE_TIMEOUT_MS,
      });
      if (answer.status === 200) return answer.body.trim();
      if (answer.status === 404) return null;
      reason = `HTTP ${answer.status}`;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      reason = error.message;
    }
    if (!isRequired) return null;
    if (tries >= TRIES) {
      throw new RefitError(
        'provider-unreachable',
        `the metadata service of this machine did not answer: ${reason} (${tries} tries)`,
        'this profile uses the role of a virtual machine: run refit on that machine, or use another profile',
      );
    }
    await search.clock.sleep(PAUSE_MS * tries);
  }
}
