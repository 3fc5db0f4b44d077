/** Keys of a pod's identity in the provider's Kubernetes. Source: docs/provider.md P176 and P182. */
import { type Content, type Found, noKeys, type Place, roleFrom, type Search } from './credential-source.ts';
import { assumeRoleWithWebIdentity } from './sts.ts';

const NAMES = ['TKE_REGION', 'TKE_PROVIDER_ID', 'TKE_WEB_IDENTITY_TOKEN_FILE', 'TKE_ROLE_ARN'] as const;

export function tke(search: Search): Place[] {
  return [{ name: 'the identity of this pod', look: async () => look(search) }];
}

function look(search: Search): Content {
  const { env } = search;
  const missing = NAMES.filter((name) => !env[name]);
  if (missing.length === NAMES.length) return { kind: 'none', reason: `has no ${NAMES.join(', ')}` };
  if (missing.length > 0) {
    throw noKeys(
      `the identity of this pod is incomplete: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      `set ${missing.join(' and ')}, or unset ${NAMES.filter((name) => env[name]).join(' and ')}`,
    );
  }
  return { kind: 'service', take: () => take(search) };
}

/** Reads the token's file each time, because the cluster replaces it. @throws RefitError `no-credentials` */
async function take(search: Search): Promise<Found> {
  const { env } = search;
  const path = env.TKE_WEB_IDENTITY_TOKEN_FILE!;
  const token = (await search.readFile(path))?.trim();
  if (!token) {
    throw noKeys(
      `TKE_WEB_IDENTITY_TOKEN_FILE names ${path}, which has no token`,
      'mount the token of the service account there',
    );
  }
  const keys = await assumeRoleWithWebIdentity(search, {
    role: roleFrom('TKE_ROLE_ARN', { arn: env.TKE_ROLE_ARN! }),
    region: env.TKE_REGION!,
    providerId: env.TKE_PROVIDER_ID!,
    token,
  });
  return { keys, role: null };
}
