/** The meaning of refusals by their codes, and the errors made from them. */
import { RefitError } from '../../errors.ts';
import { misspelledRegion } from '../../known-regions.ts';
import { type ReadFix, readFix } from '../../messages/en/errors/provider.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
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
  const isPermission = isMissingPermission(code);
  const isCredentials = isPermission || isKeyRefusal(code);
  const about = message('error.read-refused', {
    ...{ call: action.name, region: scope.region, profile: sanitizeLine(scope.profile) },
    ...{ code: sanitizeLine(code), said: sanitizeLine(refusal.message) },
    fix: isPermission ? { kind: 'grant', right: `${action.product}:${action.name}` } : fixOf(code, scope),
  });
  return refitError(isCredentials ? 'credentials-refused' : 'provider-refused', about, refusal);
}

function fixOf(code: string, { region }: Scope): ReadFix {
  if (isKeyRefusal(code)) return fixOfKeys(code);
  const meant = code === 'UnsupportedRegion' ? misspelledRegion(region) : null;
  if (meant !== null) return { kind: 'region', meant };
  if (isLimitCode(code)) return { kind: 'limit' };
  return { kind: 'explain', code: /^[\w.]+$/.test(code) ? code : null };
}

/** The fix for a refusal of the keys or the clock. */
export function fixForKeys(code: string): string {
  return readFix(fixOfKeys(code));
}

function fixOfKeys(code: string): ReadFix {
  if (code === 'AuthFailure.SignatureExpire') return { kind: 'clock' };
  return { kind: isExpiredToken(code) ? 'token' : 'keys' };
}

/** The refusal behind an error, or null. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof RefitError)) return null;
  const cause = error.cause as Partial<Refusal> | undefined;
  return cause?.kind === 'refused' ? (cause as Refusal) : null;
}
