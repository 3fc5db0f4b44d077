/**
 * Removes known keys, tokens and signatures from every text of an answer. A server may repeat what it got in any field, as
 * it is or percent-encoded, and Refit stores and shows texts of answers.
 */

/** A shorter text would hide harmless parts of other texts. */
const SHORTEST = 8;

/** A text that percent-encoding leaves as it is, such as a signature in hexadecimal. */
const UNCHANGED = /^[A-Za-z0-9._~-]*$/;

export const HIDDEN = '(hidden)';

export type KnownSecrets = ReturnType<typeof createKnownSecrets>;

/** Creates the set of the secrets that this process has sent. */
export function createKnownSecrets() {
  const known = new Set<string>();
  return {
    /** Remembers secrets for every later answer. */
    add(secrets: readonly string[]): void {
      // Every call adds the same few texts.
      const unknown = secrets.filter((secret) => !known.has(secret));
      for (const spelling of spellingsOf(unknown)) known.add(spelling);
    },
    /**
     * Hides the known secrets and those of one call in a value that was parsed from JSON.
     * @param source its JSON. Without a secret and without an escape in it, the value has none either.
     */
    hideIn<Value>(value: Value, source: string, ofCall: readonly string[]): Value {
      const own = spellingsOf(ofCall);
      const isSuspect = source.includes('\\') || isIn(source, known) || isIn(source, own);
      return isSuspect ? (hideInValue(value, [...known, ...own]) as Value) : value;
    },
  };
}

function isIn(source: string, secrets: Iterable<string>): boolean {
  for (const secret of secrets) if (source.includes(secret)) return true;
  return false;
}

function spellingsOf(secrets: readonly string[]): string[] {
  return secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((text) => (UNCHANGED.test(text) ? [text] : [text, encodeURIComponent(text)]));
}

function hideInValue(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hideInText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => hideInValue(one, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [hideInText(key, secrets), hideInValue(one, secrets)]),
  );
}

function hideInText(text: string, secrets: readonly string[]): string {
  if (text.length < SHORTEST) return text;
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}
