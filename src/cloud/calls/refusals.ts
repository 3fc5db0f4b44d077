/** The meaning of refusals by their codes, and the errors made from them. */
import { RefitError } from '../../errors.ts';
import { misspelledRegion } from '../../known-regions.ts';
import { isLimitCode, type Scope } from '../../model.ts';
import type { Refusal } from '../cloud.ts';
import { sanitizeLine } from '../sanitize-line.ts';
import type { Action } from '../wire/actions.ts';

/** True for a code of a fault that may be over at the next try. */
export function isTransient(code: string): boolean {
  return (
    code === 'InternalError' ||
    code.startsWith('InternalError.') ||
    code === 'FailedOperation.SystemError' ||
    code === 'FailedOperation.Unknown' ||
    code === 'ServiceUnavailable'
  );
}

/** True for the code that refuses expired temporary keys. Source: docs/provider.md P155. */
export function isExpiredToken(code: string): boolean {
  return code === 'AuthFailure.TokenFailure';
}

/** True for a code of a missing permission: three layers, three spellings. Source: docs/provider.md P159. */
export function isMissingPermission(code: string): boolean {
  return (
    code === 'AuthFailure.UnauthorizedOperation' ||
    code === 'UnauthorizedOperation' ||
    code.startsWith('UnauthorizedOperation.') ||
    code === 'InvalidParameter.PermissionDenied'
  );
}

/** True for a code that refuses the keys or the clock. Every other call would get the same refusal. */
export function isKeyRefusal(code: string): boolean {
  return (code === 'AuthFailure' || code.startsWith('AuthFailure.')) && !isMissingPermission(code);
}

/** The error of a refused read. Its `cause` is the refusal, so that code can decide by the exact code. */
export function readRefusedError(action: Action, scope: Scope, refusal: Refusal): RefitError {
  const { code } = refusal;
  const grant = `let this identity call ${action.product}:${action.name}`;
  const text = `${action.name} in ${scope.region} (profile ${sanitizeLine(scope.profile)}) was refused: ${sanitizeLine(code)}: ${sanitizeLine(refusal.message)}`;
  if (isMissingPermission(code))
    return new RefitError('credentials-refused', text, grant, { cause: refusal });
  if (isKeyRefusal(code))
    return new RefitError('credentials-refused', text, fixForKeys(code), { cause: refusal });
  const meant = code === 'UnsupportedRegion' ? misspelledRegion(scope.region) : null;
  if (meant !== null)
    return new RefitError('provider-refused', text, `did you mean ${meant}?`, { cause: refusal });
  const fix = isLimitCode(code)
    ? 'wait until other programs stop calling with this identity, or lower requestsPerSecond'
    : `look the code up: refit explain ${/^[\w.]+$/.test(code) ? code : 'CODE'}`;
  return new RefitError('provider-refused', text, fix, { cause: refusal });
}

/** The fix for a refusal of the keys or the clock. */
export function fixForKeys(code: string): string {
  if (code === 'AuthFailure.SignatureExpire')
    return "set this machine's clock: it is more than five minutes off";
  return isExpiredToken(code)
    ? 'get new temporary keys: the token is wrong or has expired'
    : 'check the secret id, the secret key and the token';
}

/** The refusal behind an error, or null. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof RefitError)) return null;
  const cause = error.cause as Partial<Refusal> | undefined;
  return cause?.kind === 'refused' ? (cause as Refusal) : null;
}
