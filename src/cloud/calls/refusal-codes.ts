/** Codes of a fault that may be over at the next try. */
export function isPassing(code: string): boolean {
  return (
    code === 'InternalError' ||
    code.startsWith('InternalError.') ||
    code === 'FailedOperation.SystemError' ||
    code === 'FailedOperation.Unknown' ||
    code === 'ServiceUnavailable'
  );
}

/** The code that temporary keys are refused with when their time is over. Source: facts §5.5, read 2026-11. */
export function isExpiredToken(code: string): boolean {
  return code === 'AuthFailure.TokenFailure';
}

/** Codes that say the identity may not ask this. Three layers, three spellings. Source: facts §6, read 2026-11. */
export function isLackOfRights(code: string): boolean {
  return (
    code === 'AuthFailure.UnauthorizedOperation' ||
    code === 'UnauthorizedOperation' ||
    code.startsWith('UnauthorizedOperation.') ||
    code === 'InvalidParameter.PermissionDenied'
  );
}

/** Codes that refuse the keys or the clock themselves: every other call would be refused alike. */
export function isOfKeys(code: string): boolean {
  return (code === 'AuthFailure' || code.startsWith('AuthFailure.')) && !isLackOfRights(code);
}
