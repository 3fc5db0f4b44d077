/** Recognizes files that no output may replace, because people made them and nothing can make them again. Pure. */

/** The bytes at the start of a file that are enough to recognize it. */
export const RECOGNIZED_WITHIN = 1 << 16;

const KINDS: readonly (readonly [kind: string, isKind: (text: string) => boolean])[] = [
  ['a private key', (text) => /PRIVATE KEY-----|^PuTTY-User-Key-File-/m.test(text)],
  [
    'a credentials file',
    (text) => /^[\s{"]*(secret_?id|secret_?key|tencentcloud_secret_(id|key))"?\s*[:=]/im.test(text),
  ],
  ['a calendar', (text) => /^\s*BEGIN:VCALENDAR/im.test(text)],
  [
    'a list of names and keys',
    (text) =>
      /^\s*-\s*\{?\s*"?(name|key)"?\s*:/m.test(text) && /\b(ssh|ecdsa|sk-ssh)-[a-z0-9-]+ AAAA/.test(text),
  ],
  [
    'a policy',
    (text) => /^\s*"?version"?\s*:\s*1\b/m.test(text) && /^"?(require|allow|limit)"?\s*:/m.test(text),
  ],
  ['a journal', (text) => /^\{"at":[^\n]*"prev":"[0-9a-f]{64}"/.test(text)],
];

/** What a file is, if it must not be replaced; null for all other files. @param text its start. */
export function preciousKind(text: string): string | null {
  return KINDS.find(([, isKind]) => isKind(text.replace(/^\uFEFF/, '')))?.[0] ?? null;
}
