/** `refit audit verify RUN`: checks offline that a run is whole and, with a list of signers, who vouches for it. */
import { exitCodeOf, RefitError } from '../../../errors.ts';
import { message, textOf } from '../../../messages/messages.ts';
import { shellQuote } from '../../../next-command.ts';
import type { KnownHead } from '../../../operations/audit/examine-journal.ts';
import { examineRun } from '../../../operations/audit/examine-run.ts';
import type { RunReader } from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { onRun } from '../../with-run.ts';

type Audit = Awaited<ReturnType<typeof examineRun>>['audit'];

export const auditVerify = onRun(async (run, options, terminal) => {
  const { head, signers = null, signedBy = [] } = options;
  const { audit } = await examineRun(run, {
    heads: head === undefined ? [] : [headOf(head)],
    signatureFiles: signedBy,
    signersFile: signers,
  });
  const { chainSound: _, notTrusted, ...found } = audit;
  const state = notTrusted === null ? null : escapeControls(textOf(notTrusted));
  await print(terminal, options, {
    json: { ...found, notTrusted: state },
    indent: 2,
    text: () =>
      [
        ...audit.faults.map((fault) => `fault: ${fault}`),
        ...audit.warnings.map((warning) => `warning: ${warning}`),
        `plan     ${audit.digest}`,
        `entries  ${audit.entries}${audit.ended ? '' : ', the run has not ended'}`,
        `head     ${audit.head}`,
        `state    ${state ?? stateText(audit, run)}`,
        ...audit.plannedBy.map((one) => `planned  by ${one}`),
        ...audit.declines.filter(isWithdrawn).map((decline) => `declined ${sentenceOf(decline)}`),
        ...audit.signed.map((one) => `signed   ${one}`),
        integrityOf(audit),
        authenticityOf(audit, signers !== null, run, options),
        '',
      ].join('\n'),
  });
  if (options.format !== 'json' && head === undefined && signers === null && audit.sound)
    terminal.hint(
      `to detect missing entries at the end, compare with a head kept elsewhere:\n  ${verifyCommand(run, options, '--head HASH')}`,
    );
  return audit.sound ? 0 : exitCodeOf('journal-broken');
});

function isWithdrawn({ withdrawn }: Audit['declines'][number]): boolean {
  return withdrawn !== null;
}

function sentenceOf(decline: Audit['declines'][number]): string {
  return escapeControls(textOf(message('decline.withdrawn', { decline })));
}

function stateText({ entries }: Audit, { kind }: RunReader): string {
  return entries === 0
    ? 'the run has not started'
    : `${kind === 'folder' ? "this user's state" : 'the store'} knows this run, and the journal has each entry that it has seen`;
}

/** What the check of bytes proves. */
function integrityOf({ sound, chainSound, head }: Audit): string {
  if (sound)
    return `sound: plan, journal and approvals belong together, and no byte has changed up to the head ${head.slice(0, 8)}`;
  return chainSound
    ? 'NOT SOUND: the journal has not changed, but its approvals or signatures do not match it, or are missing'
    : 'NOT SOUND: the journal was changed, or is incomplete';
}

/** Who vouches for the run, or that nobody does. Only here the command says VERIFIED. */
function authenticityOf(
  { authentic, vouchedForBy }: Audit,
  isAsked: boolean,
  run: RunReader,
  options: Options,
): string {
  const whoCan = `anybody who can write the ${run.kind === 'folder' ? 'folder' : 'database'} could have made`;
  if (authentic) return `VERIFIED: ${escapeControls(vouchedForBy.join(', '))} signed the last entry`;
  return isAsked
    ? `authenticity not proven: ${whoCan} what no listed key has signed`
    : `authenticity not proven: ${whoCan} it; to prove it: ${verifyCommand(run, options, '--signers FILE')}`;
}

function verifyCommand({ name }: RunReader, options: Options, more: string): string {
  return escapeControls(withConnectionOptions(`refit audit verify ${shellQuote(name)} ${more}`, options));
}

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
