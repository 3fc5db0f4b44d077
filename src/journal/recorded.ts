/** What a journal has on record about people and accounts: who said yes, who signed, and whose keys were used. */
import type { EntryOf, Identity, JournalEntry } from '../model.ts';

/** Signatures over the plan or a wave, as the journal has them. */
export type RecordedSignatures = Extract<EntryOf<'approved'>, { how: 'signatures' }>;

/** It is folded entry by entry, so that nobody has to keep the entries. */
export interface Recorded {
  /** Takes the entries in order. */
  add(entry: JournalEntry): void;
  /** A copy that goes on by itself. */
  copy(): Recorded;
  /** The newest signatures of the plan (null) or of a wave; null if there are none since the run was adopted last. */
  signatures(wave: number | null): RecordedSignatures | null;
  /** True if an approval for the policy is on record since the run was adopted last. @param signature its signature. */
  hasForPolicy(signature: string): boolean;
  /** True if this user has answered the question for the run since it was adopted last. @param user null: anybody. */
  isAnsweredBy(user: string | null): boolean;
  /** The first identity that the provider gave for a profile; null if none is known. */
  identity(profile: string): Identity | null;
  /** The exit code of the last end of the run; null if it never ended. */
  exitCode(): number | null;
}

/** The folded entries. */
class State {
  /** The user of the present process. */
  user: string | null = null;
  answeredBy = new Set<string>();
  isAnswered = false;
  signatures = new Map<number | null, RecordedSignatures>();
  forPolicy = new Set<string>();
  identities = new Map<string, Identity>();
  exitCode: number | null = null;
}

/** Starts with a journal without entries. */
export function createRecorded(): Recorded {
  return recordedIn(new State());
}

/** The record of a whole journal. */
export function recordedOf(entries: Iterable<JournalEntry>): Recorded {
  const recorded = createRecorded();
  for (const entry of entries) recorded.add(entry);
  return recorded;
}

function recordedIn(state: State): Recorded {
  return {
    add: (entry) => fold(state, entry),
    copy() {
      const { answeredBy, signatures, forPolicy, identities } = state;
      return recordedIn({
        ...state,
        answeredBy: new Set(answeredBy),
        signatures: new Map(signatures),
        forPolicy: new Set(forPolicy),
        identities: new Map(identities),
      });
    },
    signatures: (wave) => state.signatures.get(wave) ?? null,
    hasForPolicy: (signature) => state.forPolicy.has(signature),
    isAnsweredBy: (user) => (user === null ? state.isAnswered : state.answeredBy.has(user)),
    identity: (profile) => state.identities.get(profile) ?? null,
    exitCode: () => state.exitCode,
  };
}

function fold(state: State, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'run-started':
      state.user = entry.by.user;
      return;
    case 'adopted':
      // Approvals before it count no more.
      state.answeredBy.clear();
      state.isAnswered = false;
      state.signatures.clear();
      state.forPolicy.clear();
      return;
    case 'approved':
      return foldApproval(state, entry);
    case 'identity': {
      const { profile, identity } = entry;
      if (identity !== null && !state.identities.has(profile)) state.identities.set(profile, identity);
      return;
    }
    case 'run-ended':
      state.exitCode = entry.exitCode;
      return;
    default:
  }
}

function foldApproval(state: State, entry: EntryOf<'approved'>): void {
  if (!('signed' in entry)) {
    state.isAnswered = true;
    if (state.user !== null) state.answeredBy.add(state.user);
  } else if (entry.how === 'policy') {
    for (const { signature } of entry.signed) state.forPolicy.add(signature);
  } else {
    state.signatures.set(entry.wave, entry);
  }
}
