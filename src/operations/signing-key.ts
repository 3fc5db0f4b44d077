/** Reads the private key that approves a plan or signs a journal. */
import { join } from 'node:path';
import { type PrivateKey, readPrivateKey } from '../approval/keys.ts';
import { readInput } from './named-files.ts';

/** Signer, time and file of a signature. */
export interface SigningOptions {
  /** The file of the private key; default: `~/.ssh/id_ed25519`. */
  readonly key?: string | undefined;
  /** The name that the signer claims. */
  readonly as?: string | undefined;
  /** The output file; default: next to the saved plan for an approval, or in the run directory. */
  readonly out?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since 1970 UTC */
  readonly now: number;
}

/** @throws RefitError `usage` if the file cannot be read or is not such a key. */
export async function readSigningKey({
  key,
  env,
}: SigningOptions): Promise<{ readonly file: string; readonly key: PrivateKey }> {
  const file = key ?? join(env.HOME ?? '', '.ssh', 'id_ed25519');
  return { file, key: readPrivateKey((await readInput(file, 'key')).toString('latin1'), file) };
}
