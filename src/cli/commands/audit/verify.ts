/** `refit audit verify RUN`: checks the hash chain of the journal offline. */
import { exitCodeOf, RefitError } from '../../../errors.ts';
import type { KnownHead } from '../../../operations/audit/examine-journal.ts';
import { examineRun } from '../../../operations/audit/examine-run.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';

export const auditVerify: CommandCode<[string]> = async ([directory], options, terminal) => {
  const { head, signers = null, signedBy = [] } = options;
  const { audit: found } = await examineRun(directory, {
    heads: head === undefined ? [] : [headOf(head)],
    signatureFiles: signedBy,
    signersFile: signers,
  });
  const { chainSound, ...audit } = found;
  await print(terminal, options, {
    json: audit,
    indent: 2,
    text: () =>
      [
        ...audit.faults.map((fault) => `fault: ${fault}`),
        ...audit.warnings.map((warning) => `warning: ${warning}`),
        `plan     ${audit.digest}`,
        `entries  ${audit.entries}${audit.ended ? '' : ', the run has not ended'}`,
        `head     ${audit.head}`,
        ...audit.plannedBy.map((one) => `planned  by ${one}`),
        ...audit.signed.map((one) => `signed   ${one}`),
        audit.sound
          ? 'sound: no byte of the journal has changed'
          : chainSound
            ? 'NOT SOUND: the journal has not changed, but its approvals or signatures do not match it'
            : 'NOT SOUND: the journal was changed, or is incomplete',
        '',
      ].join('\n'),
  });
  if (options.format !== 'json' && head === undefined && signers === null && audit.sound)
    terminal.hint(
      'to detect missing entries at the end, compare with a head kept elsewhere:\n  refit audit verify RUN --head HASH',
    );
  return audit.sound ? 0 : exitCodeOf('journal-broken');
};

function headOf(text: string): KnownHead {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new RefitError(
      'usage',
      `--head ${text.slice(0, 80)}: a head is 64 hexadecimal digits`,
      'copy `head` from report.json',
    );
  }
  return { hash: text.toLowerCase(), from: '--head' };
}
