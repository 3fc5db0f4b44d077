/**
 * What an auditor is handed of a run: plan, approvals, journal, reports and schemas, with the digest of every file and
 * how to check them. Pure: the same run gives the same texts.
 */
import { sha256 } from '../../digest.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { escapeControls } from '../document/escape.ts';
import { buildReport } from './build-report.ts';
import { cloudEventLines } from './cloud-events.ts';
import { renderReport } from './render-report.ts';

/** A file with its path in the archive. */
export interface EvidenceFile {
  readonly path: string;
  readonly text: string;
}

/** The run, as it lies on disk. */
export interface EvidenceOf {
  readonly saved: SavedPlan;
  readonly entries: readonly JournalEntry[];
  /** Byte by byte; of the journal the whole lines. */
  readonly planText: string;
  readonly journalText: string;
  /** With their paths: `approvals/wei.json`, `signatures/wei.json`, `schemas/report.schema.json`. */
  readonly others: readonly EvidenceFile[];
  /** This program's version. */
  readonly version: string;
}

/** All files of the archive by path, `SHA256SUMS` last: it has a line for each of the others. */
export function evidenceFiles(run: EvidenceOf): EvidenceFile[] {
  const { saved, entries, planText, journalText, others } = run;
  const report = buildReport(saved, entries);
  const plain = { color: false, width: 100 };
  const files = [
    { path: 'README.txt', text: readme(run) },
    { path: 'plan.json', text: planText },
    { path: 'journal.jsonl', text: journalText },
    { path: 'events.jsonl', text: cloudEventLines(saved, entries) },
    { path: 'report.json', text: renderReport(report, 'json', plain) },
    { path: 'report.html', text: renderReport(report, 'html', plain) },
    { path: 'report.csv', text: renderReport(report, 'csv', plain) },
    ...others,
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const sums = files.map(({ path, text }) => `${sha256(text)}  ${path}\n`).join('');
  return [...files, { path: 'SHA256SUMS', text: sums }];
}

function readme({ saved, entries, others, version }: EvidenceOf): string {
  const head = entries.at(-1)?.hash ?? '';
  const signed = others.some(({ path }) => path.startsWith('signatures/'));
  return `The evidence of one run of Refit: ${escapeControls(saved.name)}${saved.change === null ? '' : `, ${escapeControls(saved.change)}`}

plan.json        what was approved; digest ${saved.digest}
journal.jsonl    the only account of what was done, ${entries.length} entries; head ${head}
report.*         computed from these two alone, here by refit ${version}
events.jsonl     the journal as CloudEvents 1.0
approvals/       the signatures by which the run and its waves began, where the plan wanted any
signatures/      signatures over the head of the journal, where somebody gave one
schemas/         what every member of these files means

1. That no file was changed since they were packed:

     sha256sum -c SHA256SUMS

2. That no byte of the journal was changed since it was written, that it is that plan's, and that the approvals are
   those of the approvers whom the plan names:

     refit audit verify . --head ${head}${signed ? ' --signers SIGNERS' : ''}

   The head is best taken from elsewhere than from here: the ticket, the mail, a signature.${
     signed
       ? `
   SIGNERS is a file of names with the public keys that you know to be theirs:
     - { name: wei, key: ssh-ed25519 AAAA... }`
       : ''
   }

3. That the reports are what plan and journal give:

     refit audit replay .

Without Refit: each line of journal.jsonl is a JSON object in canonical form (members sorted, no white space). Its
"hash" is the SHA-256 of the line without that member, its "prev" the "hash" of the line before, 64 zeros in the first.

     prev=$(printf %064d 0)
     while IFS= read -r line; do
       hash=$(printf %s "$line" | sed 's/"hash":"[0-9a-f]*",//' | sha256sum | cut -c1-64)
       case $line in *"\\"hash\\":\\"$hash\\""*"\\"prev\\":\\"$prev\\""*) prev=$hash ;; *) echo "BROKEN: $line"; break ;; esac
     done < journal.jsonl
     echo "head $prev"

What hooks wrote (hooks.log) and whom webhooks reached (notices.log) is not here: nothing proves it.
`;
}
