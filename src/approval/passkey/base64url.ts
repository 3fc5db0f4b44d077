/** Base64url as WebAuthn writes it: no padding, and exactly one text for each value. */

/** The text of bytes. */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** The bytes of a text; null if it is not the one text of them, or has none or more than `most` bytes. */
export function fromBase64url(text: string, most: number): Buffer | null {
  if (text.length > Math.ceil((most * 4) / 3)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // Node also reads padding, other alphabets and loose last bits. Writing the bytes again shows them.
  return bytes.length > 0 && bytes.length <= most && toBase64url(bytes) === text ? bytes : null;
}
