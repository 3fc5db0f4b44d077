/** Asks the browser for a passkey: to make one, and to sign with one. */
import { Refused } from './client.ts';
import { say } from './language.ts';

/** What the browser has, if it can use passkeys here. Older types lack these functions. */
interface Reader {
  parseCreationOptionsFromJSON?(options: unknown): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON?(options: unknown): PublicKeyCredentialRequestOptions;
}

/** Makes a passkey. @param options as the server sent them. @returns what the server verifies. @throws Refused */
export function makePasskey(options: unknown): Promise<unknown> {
  return ask(async (reader) => {
    const publicKey = reader.parseCreationOptionsFromJSON!(options);
    return await navigator.credentials.create({ publicKey });
  });
}

/** Signs with a passkey. @param options as the server sent them. @returns what the server verifies. @throws Refused */
export function signWithPasskey(options: unknown): Promise<unknown> {
  return ask(async (reader) => {
    const publicKey = reader.parseRequestOptionsFromJSON!(options);
    return await navigator.credentials.get({ publicKey });
  });
}

async function ask(work: (reader: Reader) => Promise<Credential | null>): Promise<unknown> {
  const reader = (globalThis as { readonly PublicKeyCredential?: Reader }).PublicKeyCredential;
  if (reader?.parseRequestOptionsFromJSON === undefined) throw refusal('passkey.unsupported');
  try {
    const credential = await work(reader);
    if (credential === null) throw refusal('passkey.cancelled');
    return (credential as Credential & { toJSON(): unknown }).toJSON();
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { name } = error as { readonly name?: string };
    if (name === 'InvalidStateError') throw refusal('passkey.exists');
    if (name === 'NotAllowedError' || name === 'AbortError') throw refusal('passkey.cancelled');
    throw refusal('passkey.unsupported');
  }
}

/** A refusal by the browser. It says all in one sentence. */
function refusal(word: 'passkey.unsupported' | 'passkey.cancelled' | 'passkey.exists'): Refused {
  return new Refused(0, { code: 'passkey', message: say(word), fix: '' });
}
