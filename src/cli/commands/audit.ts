/** `refit audit verify RUN`: recomputes the journal's chain offline, from the run directory alone. */
import { join } from 'node:path';
import { RefitError } from '../../errors.ts';
import type { JournalEntry } from '../../model.ts';
import { readSavedPlan } from '../../plan/seal.ts';
import { keptApprovals } from '../../run/approval-files.ts';
import { walkJournalFile } from '../../run/journal-file.ts';
import { RUN_FILES, reportedHead } from '../../run/run-directory.ts';
import { examineApprovals } from '../examine-approvals.ts';
import { type Audit, beginExamination, type KnownHead } from '../examine-journal.ts';
import { readInput } from '../files.ts';
import type { GlobalOptions } from '../options.ts';
import { formatOf } from '../output.ts';
import type { Terminal } from '../terminal.ts';

export async function auditVerify(
  directory: string,
  options: GlobalOptions & { head?: string },
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(options, ['text', 'json'] as const);
  const saved = readSavedPlan(
    (await readInput(join(directory, RUN_FILES.plan), 'the saved plan')).toString('utf8'),
  );
  const heads = [
    ...(options.head === undefined ? [] : [headOf(options.head)]),
    ...(await headOfReport(directory)),
  ];
  const path = join(directory, RUN_FILES.journal);
  const examination = beginExamination({ name: path, saved, heads });
  // However long the journal is, no more of it is kept than what approvals are told by.
  const approving: JournalEntry[] = [];
  const walk = await walkJournalFile(path, (entry) => {
    examination.add(entry);
    if (entry.kind === 'approved' || entry.kind === 'wave-started') approving.push(entry);
  });
  const chain = examination.end(walk);
  const signed = examineApprovals(approving, {
    name: path,
    saved,
    kept: await keptApprovals(directory),
  });
  const faults = [...chain.faults, ...signed.faults];
  const warnings = [...chain.warnings, ...signed.warnings];
  const audit: Audit = { ...chain, sound: faults.length === 0, faults, warnings };
  if (format === 'json') await terminal.out(`${JSON.stringify(audit, null, 2)}\n`);
  else {
    const lines = [
      ...audit.faults.map((fault) => `fault: ${fault}`),
      ...audit.warnings.map((warning) => `warning: ${warning}`),
      `plan     ${audit.digest}`,
      `entries  ${audit.entries}${audit.ended ? '' : ', the run has not ended'}`,
      `head     ${audit.head}`,
      audit.sound
        ? 'sound: every byte of the journal is as it was written'
        : chain.sound
          ? 'NOT SOUND: the journal is as it was written, and the approvals do not bear it out'
          : 'NOT SOUND: this journal was changed, or is not whole',
    ];
    await terminal.out(`${lines.join('\n')}\n`);
    if (!terminal.quiet && options.head === undefined && audit.sound) {
      terminal.err(
        'entries cut off at the end show only against a head kept elsewhere: refit audit verify RUN --head HASH\n',
      );
    }
  }
  return audit.sound ? 0 : new RefitError('journal-broken', '', '').exitCode;
}

function headOf(text: string): KnownHead {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new RefitError(
      'usage',
      `--head ${text.slice(0, 80)}: a head is 64 hexadecimal digits`,
      'copy `head` from report.json, or from the last line of refit apply',
    );
  }
  return { hash: text.toLowerCase(), from: '--head' };
}

async function headOfReport(directory: string): Promise<KnownHead[]> {
  const hash = await reportedHead(directory);
  return hash === null ? [] : [{ hash, from: RUN_FILES.report }];
}
