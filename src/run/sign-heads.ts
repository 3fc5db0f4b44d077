/**
 * Signs the head of a journal at each end of a wave and when the process ends, with the key of the person who applies. A
 * failure to sign does not stop the run, because the journal can be signed later.
 */
import { messageOf } from '../errors.ts';
import type { HeadSignature, JournalEntry, SavedPlan } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { saveSignature } from '../store/folder/signed-files.ts';

/** Signs one head with a key that the caller holds. */
export type SignHead = (what: Pick<HeadSignature, 'digest' | 'head' | 'entries'>) => Promise<HeadSignature>;

/** Signs the heads of one process. */
export interface HeadSigning {
  /** Receives each entry once it is durable. Returns immediately. */
  entry(entry: JournalEntry): void;
  /** Signs the last entry, after everything else is written. Never rejects. */
  end(last: JournalEntry | undefined): Promise<void>;
}

/** @param onNotice receives why a head was not signed. */
export function createHeadSigning(
  directory: string,
  { digest }: Pick<SavedPlan, 'digest'>,
  { signHead, onNotice }: { readonly signHead: SignHead; readonly onNotice?: (notice: string) => void },
): HeadSigning {
  let signed = 0;
  // One at a time, so that the newest signature is the one that stays.
  let done = Promise.resolve();
  const sign = ({ seq, hash }: JournalEntry): Promise<void> => {
    done = done.then(async () => {
      if (seq <= signed) return;
      try {
        await saveSignature(directory, await signHead({ digest, head: hash, entries: seq }));
        signed = seq;
      } catch (error) {
        onNotice?.(
          `entry ${seq} of the journal was not signed (${messageOf(error)}): the run goes on; to sign the journal: refit audit sign ${shellQuote(directory)} --key KEY`,
        );
      }
    });
    return done;
  };
  return {
    entry(entry) {
      if (entry.kind === 'wave-ended') void sign(entry);
    },
    end: (last) => (last === undefined ? done : sign(last)),
  };
}
