/** `refit audit verify RUN`: recomputes the journal's chain offline, from the run directory alone. */
import { RefitError } from '../../errors.ts';
import type { KnownHead } from '../audit/examine-journal.ts';
import { examineRun } from '../audit/examine-run.ts';
import type { GlobalOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export interface AuditVerifyOptions extends GlobalOptions {
  readonly head?: string;
  readonly signedBy?: readonly string[];
  readonly signers?: string;
}

export async function auditVerify(
  [directory]: readonly [string],
  options: AuditVerifyOptions,
  terminal: Terminal,
): Promise<number> {
  const { format } = options;
  const heads = options.head === undefined ? [] : [headOf(options.head)];
  const { audit: found } = await examineRun(directory, {
    heads,
    signatureFiles: options.signedBy ?? [],
    signersFile: options.signers ?? null,
  });
  const { chainSound, ...audit } = found;
  if (format === 'json') await terminal.out(`${JSON.stringify(audit, null, 2)}\n`);
  else {
    const lines = [
      ...audit.faults.map((fault) => `fault: ${fault}`),
      ...audit.warnings.map((warning) => `warning: ${warning}`),
      `plan     ${audit.digest}`,
      `entries  ${audit.entries}${audit.ended ? '' : ', the run has not ended'}`,
      `head     ${audit.head}`,
      ...audit.signed.map((one) => `signed   ${one}`),
      audit.sound
        ? 'sound: every byte of the journal is as it was written'
        : chainSound
          ? 'NOT SOUND: the journal is as it was written, and what belongs to it does not bear it out'
          : 'NOT SOUND: this journal was changed, or is not whole',
    ];
    await terminal.out(`${lines.join('\n')}\n`);
    const known = options.head !== undefined || options.signers !== undefined;
    if (!terminal.quiet && !known && audit.sound) {
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
