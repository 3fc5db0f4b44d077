import { randomBytes } from 'node:crypto';

/** A text of 256 bits that nobody can guess, of letters, digits, `-` and `_`. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
