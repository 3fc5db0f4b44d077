/**
 * Which of the provider's signatures calls carry: the present one, or the older one for those whose gateway or proxy
 * lets no other form through. By the names that the provider's own clients give them. Source: docs/provider.md P137 and P139.
 */
import { RefitError } from '../../errors.ts';

/** All of them, the present one first. */
export const SIGNATURES = ['TC3-HMAC-SHA256', 'HmacSHA256', 'HmacSHA1'] as const;

export type SignatureName = (typeof SIGNATURES)[number];

/** The methods of the older one. Which it is stands among the parameters; without it, it is SHA-1. */
export type MethodV1 = Exclude<SignatureName, 'TC3-HMAC-SHA256'>;

/** A choice, with what the older ones need beside the keys. */
export interface Signature {
  readonly name: SignatureName;
  /** Gives a number for each call that is never given again. */
  readonly nonce: () => number;
}

/** The variable that names it for those who cannot pass `--signature` each time. */
const VARIABLE = 'REFIT_SIGNATURE';

/**
 * The signature that is named: by the flag, else by the environment, else the present one.
 * @throws RefitError `usage` for a name that is none of them.
 */
export function signatureFrom(
  named: string | null,
  env: Readonly<Record<string, string | undefined>>,
): SignatureName {
  const name = named ?? (env[VARIABLE] || SIGNATURES[0]);
  const found = SIGNATURES.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const shown = JSON.stringify(name).slice(0, 80);
  throw new RefitError(
    'usage',
    `${named === null ? VARIABLE : '--signature'}: ${shown} is none of the provider's signatures (${SIGNATURES.join(', ')})`,
    named === null ? `export ${VARIABLE}=${SIGNATURES[1]}, or unset it` : `--signature ${SIGNATURES[1]}`,
  );
}
