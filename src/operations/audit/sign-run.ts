/** Signs the head of the journal of a run. */
import { encodeSignature, signatureName, signHead } from '../../approval/signed-files.ts';
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { shellQuote } from '../../next-command.ts';
import type { SignHead } from '../../run/sign-heads.ts';
import type { RunReader } from '../../store/ports.ts';
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
 * @returns the signature, its file or its place in the store, and the plan that it belongs to.
 * @throws RefitError `journal-broken` if the run is not sound, `usage` if it has no entry.
 */
export async function signRun(reader: RunReader, options: SigningOptions) {
  const by = signerName(options);
  const run = await examineRun(reader);
  mustBeSound(
    run,
    `refit audit verify ${shellQuote(reader.name)}   lists every fault; Refit signs only a sound run`,
  );
  const { saved, audit } = run;
  if (audit.entries === 0) {
    throw new RefitError(
      'usage',
      `${reader.name}: the journal is empty, so there is nothing to sign`,
      'start the run first, then sign it when it has ended',
    );
  }
  const { key } = await readSigningKey(options);
  const { end } = run.journal;
  const what = { digest: saved.digest, head: end.hash, entries: end.seq, by };
  const signature = await signHead(what, key, options.now);
  const name = signatureName(signature);
  const text = encodeSignature(signature);
  const { out } = options;
  const path = out ?? (await reader.keep('signatures', { name, text }));
  if (out !== undefined) await writeOutput(out, text);
  return {
    signature,
    path,
    fingerprint: key.public.fingerprint,
    saved,
    ended: audit.ended,
    notTrusted: audit.notTrusted,
  };
}
