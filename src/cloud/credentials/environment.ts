/** Keys and a role from the environment. Source: docs/provider.md P176 and P183. */
import { checkKeys } from '../signing/keys.ts';
import { type Place, type Role, roleFrom, type Search } from './credential-source.ts';

/** The names of the token in the Node SDK, tccli and Terraform. */
const TOKEN_NAMES = ['TENCENTCLOUD_SESSION_TOKEN', 'TENCENTCLOUD_TOKEN', 'TENCENTCLOUD_SECURITY_TOKEN'];

export function environment({ env }: Search): Place[] {
  const look: Place['look'] = async () => {
    const keys = checkKeys('the environment', {
      secret_id: env.TENCENTCLOUD_SECRET_ID,
      secret_key: env.TENCENTCLOUD_SECRET_KEY,
      token: TOKEN_NAMES.map((name) => env[name]).find((value) => value !== undefined && value !== ''),
    });
    if (keys === null)
      return { kind: 'none', reason: 'has no TENCENTCLOUD_SECRET_ID and no TENCENTCLOUD_SECRET_KEY' };
    return { kind: 'keys', take: async () => ({ keys, role: null }) };
  };
  return [{ name: 'the environment', look }];
}

/** The role to assume, by the variables of tccli or Terraform; null without one. */
export function roleFromEnvironment(env: Search['env']): Role | null {
  if (env.TENCENTCLOUD_ROLE_ARN) {
    return roleFrom('TENCENTCLOUD_ROLE_ARN', {
      arn: env.TENCENTCLOUD_ROLE_ARN,
      session: env.TENCENTCLOUD_ROLE_SESSION_NAME,
    });
  }
  if (env.TENCENTCLOUD_ASSUME_ROLE_ARN) {
    return roleFrom('TENCENTCLOUD_ASSUME_ROLE_ARN', {
      arn: env.TENCENTCLOUD_ASSUME_ROLE_ARN,
      session: env.TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME,
      duration: env.TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION,
      externalId: env.TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID,
    });
  }
  return null;
}

/** The profile that tccli's variable, else Terraform's, names; null for `default` or none. */
export function profileFromEnvironment(env: Search['env']): string | null {
  const named = env.TCCLI_PROFILE || env.TENCENTCLOUD_PROFILE || 'default';
  return named === 'default' ? null : named;
}
