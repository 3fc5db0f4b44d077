/** What refusals mean, by their codes, and how they are told. */
import { RefitError } from '../../errors.ts';
import { isLimitCode, type Scope } from '../../model.ts';
import type { Refusal } from '../cloud.ts';
import type { Action } from '../wire/actions.ts';

/** Codes of a fault that may be over at the next try. */
export function isTransient(code: string): boolean {
  return (
    code === 'InternalError' ||
    code.startsWith('InternalError.') ||
    code === 'FailedOperation.SystemError' ||
    code === 'FailedOperation.Unknown' ||
    code === 'ServiceUnavailable'
  );
}

/** The code that temporary keys are refused with when their time is over. Source: docs/provider.md P155. */
export function isExpiredToken(code: string): boolean {
  return code === 'AuthFailure.TokenFailure';
}

/** Codes that say the identity may not ask this. Three layers, three spellings. Source: docs/provider.md P159. */
export function isMissingPermission(code: string): boolean {
  return (
    code === 'AuthFailure.UnauthorizedOperation' ||
    code === 'UnauthorizedOperation' ||
    code.startsWith('UnauthorizedOperation.') ||
    code === 'InvalidParameter.PermissionDenied'
  );
}

/** Codes that refuse the keys or the clock themselves: every other call would be refused alike. */
export function isKeyRefusal(code: string): boolean {
  return (code === 'AuthFailure' || code.startsWith('AuthFailure.')) && !isMissingPermission(code);
}

/** A refused read as an error. Its `cause` is the refusal, so that a caller can decide by the exact code. */
export function readRefusedError(action: Action, scope: Scope, refusal: Refusal): RefitError {
  const { code } = refusal;
  const grant = `let this identity call ${action.product}:${action.name}`;
  const what = `${action.name} in ${scope.region} (profile ${sanitizeLine(scope.profile)}) was refused: ${sanitizeLine(code)}: ${sanitizeLine(refusal.message)}`;
  // One lack, whichever layer tells it: these credentials are refused this call.
  if (isMissingPermission(code))
    return new RefitError('credentials-refused', what, grant, { cause: refusal });
  if (isKeyRefusal(code))
    return new RefitError('credentials-refused', what, fixForKeys(code), { cause: refusal });
  const fix = isLimitCode(code)
    ? 'wait until others have stopped calling as this identity, or lower requestsPerSecond'
    : `look the code up: refit explain ${/^[\w.]+$/.test(code) ? code : 'CODE'}`;
  return new RefitError('provider-refused', what, fix, { cause: refusal });
}

/** What to do about a refusal of the keys themselves. */
export function fixForKeys(code: string): string {
  if (code === 'AuthFailure.SignatureExpire')
    return "set this machine's clock: it is more than five minutes off";
  return isExpiredToken(code)
    ? 'get other temporary keys: the token is wrong, or its time is over'
    : 'check the secret id, the secret key and the token';
}

/** The refusal behind an error, or null. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof RefitError)) return null;
  const cause = error.cause as Partial<Refusal> | undefined;
  return cause?.kind === 'refused' ? (cause as Refusal) : null;
}

/** A text from outside for one line of a message: control and direction characters written out, and not endless. */
export function sanitizeLine(text: string): string {
  const shown = text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}
