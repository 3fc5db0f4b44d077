/**
 * The evidence of a run for an auditor: plan, approvals, journal, reports and schemas. It includes a digest of each
 * file and instructions for checking. Pure: equal runs give equal texts.
 */
import { sha256 } from '../../digest.ts';
import type { Report, SavedPlan } from '../../model.ts';
import { escapeControls } from '../document/escape.ts';
import { renderReport } from './render-report.ts';

/** A file with its path in the archive. */
export interface EvidenceFile {
  readonly path: string;
  readonly text: string;
}

/** The same for a file of any size, which nobody holds as a whole. */
export interface LargeFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Gives the text in pieces, each time from the start. */
  readonly pieces: () => AsyncIterable<string>;
}

/** The run as it is on disk. */
export interface EvidenceOf {
  readonly saved: SavedPlan;
  readonly report: Report;
  /** The exact bytes. */
  readonly planText: string;
  /** The complete lines of the journal, and the same as CloudEvents. */
  readonly large: readonly LargeFile[];
  /** More files with their paths: `approvals/wei.json`, `signatures/wei.json`, `schemas/report.schema.json`. */
  readonly others: readonly EvidenceFile[];
  /** The version of Refit that makes the archive. */
  readonly version: string;
}

/** Names that cannot add a line to `SHA256SUMS`, and that unpack inside the folder of the archive. */
const SAFE_PATH = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*(\/[\p{L}\p{N}][\p{L}\p{N}._@+-]*)?$/u;

/** All files of the archive, sorted by path. The last one, `SHA256SUMS`, has a line for each of the others. */
export function evidenceFiles(run: EvidenceOf): (EvidenceFile | LargeFile)[] {
  const { report, planText, large, others } = run;
  const plain = { color: false, width: 100 };
  const files = [
    { path: 'README.txt', text: readme(run) },
    { path: 'plan.json', text: planText },
    ...large,
    { path: 'report.json', text: renderReport(report, 'json', plain) },
    { path: 'report.html', text: renderReport(report, 'html', plain) },
    { path: 'report.csv', text: renderReport(report, 'csv', plain) },
    ...others,
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const unsafe = files.find(({ path }) => !SAFE_PATH.test(path));
  if (unsafe) throw new Error(`internal error: ${JSON.stringify(unsafe.path)} is not a name for an archive`);
  const sums = files
    .map((file) => `${'text' in file ? sha256(file.text) : file.sha256}  ${file.path}\n`)
    .join('');
  return [...files, { path: 'SHA256SUMS', text: sums }];
}

function readme({ saved, report: { entries, ...report }, others, version }: EvidenceOf): string {
  const head = entries > 0 ? report.head : '';
  const signed = others.some(({ path }) => path.startsWith('signatures/'));
  return `Evidence of one Refit run: ${escapeControls(saved.name)}${saved.change === null ? '' : `, ${escapeControls(saved.change)}`}

plan.json        the approved plan; digest ${saved.digest}
journal.jsonl    the only record of the run, ${entries} entries; journal head ${head}
report.*         computed from plan and journal only, here by refit ${version}
events.jsonl     the journal as CloudEvents 1.0
approvals/       signatures that approve the run and its waves, if the plan requires them
policy-approvals/ signatures that the policy of the person who applied required, if there are any
plan-signatures/ signatures of people who planned the saved plan, if there are any
signatures/      signatures over the head of the journal, if there are any
schemas/         the meaning of every member of these files

1. Check that no file was changed after packing:

     sha256sum -c SHA256SUMS

2. Check that the journal was not changed, that it belongs to the plan, and that the approvals come from the approvers
   that the plan names:

     refit audit verify . --head ${head}${signed ? ' --signers SIGNERS' : ''}

   Take the head from another source if you can: the ticket, an e-mail, a signature.${
     signed
       ? `
   SIGNERS is a file with names and the public keys that you trust:
     - { name: wei, key: ssh-ed25519 AAAA... }`
       : ''
   }

3. Check that plan and journal give these reports:

     refit audit replay .

To check without Refit: each line of journal.jsonl is a JSON object in canonical form (members sorted, no white space).
"hash" is the SHA-256 of the line without that member. "prev" is the "hash" of the line before, or 64 zeros.

     prev=$(printf %064d 0)
     while IFS= read -r line; do
       hash=$(printf %s "$line" | sed 's/"hash":"[0-9a-f]*",//' | sha256sum | cut -c1-64)
       case $line in *"\\"hash\\":\\"$hash\\""*"\\"prev\\":\\"$prev\\""*) prev=$hash ;; *) echo "BROKEN: $line"; break ;; esac
     done < journal.jsonl
     echo "head $prev"

The logs of hooks (hooks.log) and webhooks (notifications.log) are not included, because nothing proves their content.
`;
}
