/**
 * The choice of the provider's signature. Version 1 is for a gateway or a proxy that accepts only forms.
 * The names are those of the provider's own clients. Source: docs/provider.md P137 and P139.
 */
import { RefitError } from '../../errors.ts';

/** All signatures, the default first. */
export const SIGNATURES = ['TC3-HMAC-SHA256', 'HmacSHA256', 'HmacSHA1'] as const;

export type SignatureName = (typeof SIGNATURES)[number];

/** The methods of version 1. A parameter names the method; without it, the provider takes SHA-1. */
export type MethodV1 = Exclude<SignatureName, 'TC3-HMAC-SHA256'>;

/** The chosen signature, with the nonces that version 1 needs. */
export interface Signature {
  readonly name: SignatureName;
  /** Returns a new number for each call. */
  readonly nonce: () => number;
}

/** The variable for users who cannot pass `--signature` each time. */
const VARIABLE = 'REFIT_SIGNATURE';

/**
 * The signature that the option, else the environment names; else the default.
 * @throws RefitError `usage` for an unknown name.
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
    `${named === null ? VARIABLE : '--signature'}: ${shown} is not a signature of the provider (${SIGNATURES.join(', ')})`,
    named === null ? `export ${VARIABLE}=${SIGNATURES[1]}, or unset it` : `--signature ${SIGNATURES[1]}`,
  );
}
