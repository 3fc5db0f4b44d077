/** Why a call of the provider failed. The provider's own words stay as they are. */
import type { Text } from '../../text.ts';

/** What to do after a refused read. */
export type ReadFix =
  | { readonly kind: 'grant'; readonly right: string }
  | { readonly kind: 'clock' | 'token' | 'keys' | 'limit' }
  | { readonly kind: 'region'; readonly meant: string }
  /** Null: the code is no word. */
  | { readonly kind: 'explain'; readonly code: string | null };

export const providerErrors = {
  'error.read-refused': ({
    call,
    region,
    profile,
    code,
    said,
    fix,
  }: {
    call: string;
    region: string;
    profile: string;
    code: string;
    /** The provider's own words. */
    said: string;
    fix: ReadFix;
  }): Text => ({
    message: `${call} in ${region} (profile ${profile}) was refused: ${code}: ${said}`,
    fix: readFix(fix),
  }),
  'error.not-reached': ({
    host,
    call,
    reason,
    tries,
    isOfGateway,
  }: {
    host: string;
    call: string;
    reason: string;
    tries: number;
    /** Whether a proxy or a gateway answered. */
    isOfGateway: boolean;
  }): Text => ({
    message: `${host} did not answer ${call}: ${reason} (${tries} tries)`,
    fix: isOfGateway
      ? 'check --endpoint and the proxy; for a gateway that accepts only forms, use --signature HmacSHA256'
      : 'check the network and --endpoint, then run the same command again',
  }),
  'error.no-keys': ({ profile, before }: { profile: string; before: string | null }): Text => {
    const file = `write secret_id and secret_key under [${profile}] in ~/.tencentcloud/credentials`;
    return {
      message:
        before === null
          ? `no credentials for profile ${profile}`
          : `${before} gave keys before and has none now`,
      fix:
        profile === 'default'
          ? `export TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or ${file}`
          : file,
    };
  },
  'error.not-region': ({ typed }: { typed: string }): Text => ({
    message: `${typed} is not a region code`,
    fix: 'use a region code such as ap-guangzhou',
  }),
};

/** What to do after a refused read, in words. */
export function readFix(fix: ReadFix): string {
  switch (fix.kind) {
    case 'grant':
      return `let this identity call ${fix.right}`;
    case 'clock':
      return "set this machine's clock: it is more than five minutes off";
    case 'token':
      return 'get new temporary keys: the token is wrong or has expired';
    case 'keys':
      return 'check the secret id, the secret key and the token';
    case 'region':
      return `did you mean ${fix.meant}?`;
    case 'limit':
      return 'wait until other programs stop calling with this identity, or lower requestsPerSecond';
    case 'explain':
      return `look the code up: refit explain ${fix.code ?? 'CODE'}`;
  }
}
