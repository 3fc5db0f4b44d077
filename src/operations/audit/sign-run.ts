/** Signs the head of the journal of a run. */
import { join } from 'node:path';
import { encodeSignature, signatureName, signHead } from '../../approval/signed-files.ts';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { shellQuote } from '../../next-command.ts';
import type { SignHead } from '../../run/sign-heads.ts';
import { RUN_FILES } from '../../store/folder/run-files.ts';
import { keepSigned } from '../../store/folder/signed-files.ts';
import { stateDirectoryOf } from '../machine.ts';
import { writeOutput } from '../named-files.ts';
import { readSigningKey, type SigningOptions, signerName } from '../signing-key.ts';
import { examineRun, mustBeSound } from './examine-run.ts';

/** The options of a command that signs while it works: `--sign` and `--as`. */
export interface SignWhile {
  readonly sign?: string | undefined;
  readonly as?: string | undefined;
}

/**
 * Finds name and key before a run starts. The signer then signs the heads of its journal.
 * @returns nothing without `--sign`. @throws RefitError `usage` as `readSigningKey` does.
 */
export async function readHeadSigner(
  { sign, as }: SignWhile,
  { env, clock }: { readonly env: SigningOptions['env']; readonly clock: Pick<Clock, 'now'> },
): Promise<{ readonly signHead?: SignHead }> {
  if (sign === undefined) return {};
  const by = signerName({ as });
  const { key } = await readSigningKey({ key: sign, env });
  return { signHead: (what) => signHead({ ...what, by }, key, clock.now()) };
}

/**
 * @returns the signature, its file, and the plan that it belongs to.
 * @throws RefitError `journal-broken` if the run is not sound, `usage` if it has no entry.
 */
export async function signRun(directory: string, options: SigningOptions) {
  const by = signerName(options);
  const run = await examineRun(directory, { stateDirectory: stateDirectoryOf(options.env) });
  mustBeSound(
    run,
    `refit audit verify ${shellQuote(directory)}   lists every fault; Refit signs only a sound run`,
  );
  const { saved, audit } = run;
  if (audit.entries === 0) {
    throw new RefitError(
      'usage',
      `${directory}: the journal is empty, so there is nothing to sign`,
      'start the run first, then sign it when it has ended',
    );
  }
  const { key } = await readSigningKey(options);
  const { end } = run.journal;
  const what = { digest: saved.digest, head: end.hash, entries: end.seq, by };
  const signature = await signHead(what, key, options.now);
  const name = signatureName(signature);
  const text = encodeSignature(signature);
  const path = options.out ?? join(directory, RUN_FILES.signatures, name);
  if (options.out === undefined) await keepSigned(directory, 'signatures', [{ name, text }]);
  else await writeOutput(options.out, text);
  return {
    signature,
    path,
    fingerprint: key.public.fingerprint,
    saved,
    ended: audit.ended,
    notTrusted: audit.notTrusted,
  };
}
