/** Whether this user's state knows a run, in English. The sentences also follow "because". */
import type { Text } from '../../text.ts';

export const trust = {
  'trust.unknown': (): Text => "this user's state does not know this run",
  'trust.elsewhere': ({ directory, at }: { directory: string; at: string }): Text =>
    `this user's state knows the run of this plan in ${directory}, since ${at}`,
  'trust.behind': ({ ends, seen }: { ends: number; seen: number }): Text =>
    `the journal ends at entry ${ends}, but this user's state has seen entry ${seen}: it was cut or restored from an old copy`,
  'trust.extended': ({ ends, seen }: { ends: number; seen: number }): Text =>
    `the journal ends at entry ${ends}, but the last process of this user ended at entry ${seen}: somebody added the entries after it`,
  'trust.changed': ({ seen }: { seen: number }): Text =>
    `entry ${seen} of the journal is not the one that this user's state has seen: the journal was replaced`,
  'trust.restored': ({ generation }: { generation: number }): Text =>
    `the database was restored from a backup (its generation is now ${generation}), so newer entries of the run may be missing`,
  'trust.report-ahead': ({ head }: { head: string }): Text =>
    `the report has the head ${head.slice(0, 8)}, which is not in the journal: entries are missing`,
  'trust.earlier-step-not-executed': ({ step }: { step: string }): Text =>
    `${step} comes first and is not verified, so this step was not ordered`,
};
