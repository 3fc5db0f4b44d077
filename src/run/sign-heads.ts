/**
 * Signs the head of a journal at each end of a wave and when the process ends, with the key of the person who applies. A
 * failure to sign does not stop the run, because the journal can be signed later.
 */
import { encodeSignature, signatureName } from '../approval/signed-files.ts';
import { messageOf } from '../errors.ts';
import type { ChainEnd } from '../journal/chain.ts';
import type { HeadSignature, JournalEntry } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import type { RunSignatures, RunSnapshot } from '../store/ports.ts';

/** Signs one head with a key that the caller holds. */
export type SignHead = (what: Pick<HeadSignature, 'digest' | 'head' | 'entries'>) => Promise<HeadSignature>;

/** Signs the heads of one process. */
export interface HeadSigning {
  /** Receives each entry once it is durable. Returns immediately. */
  entry(entry: JournalEntry): void;
  /** Signs the last entry, after everything else is written. Never rejects. */
  end(last: ChainEnd): Promise<void>;
}

/** @param onNotice receives why a head was not signed. */
export function createHeadSigning(
  { name, saved: { digest } }: Pick<RunSnapshot, 'name' | 'saved'>,
  {
    signHead,
    signatures,
    onNotice,
  }: {
    readonly signHead: SignHead;
    readonly signatures: RunSignatures;
    readonly onNotice?: (notice: string) => void;
  },
): HeadSigning {
  let signed = 0;
  // One at a time, so that the newest signature is the one that stays.
  let done = Promise.resolve();
  const sign = ({ seq, hash }: ChainEnd): Promise<void> => {
    done = done.then(async () => {
      if (seq <= signed) return;
      try {
        const signature = await signHead({ digest, head: hash, entries: seq });
        const file = { name: signatureName(signature), text: encodeSignature(signature) };
        await signatures.keep('signatures', [file]);
        signed = seq;
      } catch (error) {
        onNotice?.(
          `entry ${seq} of the journal was not signed (${messageOf(error)}): the run goes on; to sign the journal: refit audit sign ${shellQuote(name)} --key KEY`,
        );
      }
    });
    return done;
  };
  return {
    entry(entry) {
      if (entry.kind === 'wave-ended') void sign(entry);
    },
    end: sign,
  };
}
