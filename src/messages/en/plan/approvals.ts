/** What Refit says about approvers, their keys and their signatures. */
import type { KeyFault, Message, NameFault } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { inWords } from '../quantities.ts';
import { passkeyFault } from './passkeys.ts';

const APPROVER = '- { name: wei, key: ssh-ed25519 AAAA... }';
const MAKE_KEY = 'ssh-keygen -t ed25519 makes one; its .pub file holds the line';

/** Why a text is not a public key that Refit accepts. */
function keyFault(fault: KeyFault): { readonly message: string; readonly fix: string } {
  switch (fault.kind) {
    case 'private':
      return {
        message: 'it is a private key, which only its owner may have',
        fix: 'the line of its .pub file',
      };
    case 'other-algorithm':
      return {
        message: `it is a key for ${fault.algorithm}, and Refit accepts only Ed25519 and passkeys`,
        fix: MAKE_KEY,
      };
    case 'no-key':
      return { message: 'it is not an Ed25519 public key and not a passkey', fix: MAKE_KEY };
    case 'changed':
      return { message: 'the line is cut off or was changed', fix: 'copy the whole line of the .pub file' };
    case 'bad-pem':
      return { message: 'the PEM text is not a public key, or is cut off', fix: MAKE_KEY };
    default:
      return passkeyFault(fault);
  }
}

/** Why Refit does not accept the name of a person. @param fault null: it is not text. */
function nameFault(fault: NameFault | null): string {
  switch (fault?.kind) {
    case undefined:
      return 'it must be text';
    case 'characters':
      return "it must have letters, digits and . _ @ + -, at most 64, as the plan's owner";
    case 'invisible':
      return `it contains ${fault.code}, which nobody can see`;
    case 'other-script':
      return 'it has letters of a script that is not in common use';
    case 'mixed-scripts':
      return `it mixes letters of ${fault.scripts.join(' and ')}, which look alike`;
  }
}

const made = (authors: readonly string[]): string =>
  authors.length === 0 ? '' : `: ${authors.join(' and ')} made the plan and may not`;

const whoMay = (may: readonly string[]): string => (may.length === 0 ? 'nobody' : may.join(' and '));

const planOrWave = (wave: string | null): string => (wave === null ? 'the plan' : `wave ${wave}`);

export const approvals = {
  'approval.not-listed': ({ by, others }: { by: string; others: string }): Text => ({
    message: `${by} is not an approver of this plan; approvers: ${others}`,
    fix: `ask one of them: ${others}`,
  }),
  'approval.own-plan': ({ by, others }: { by: string; others: string }): Text => ({
    message: `${by} made the plan and may not approve it`,
    fix: `ask one of them: ${others}`,
  }),
  'approval.with-ssh-key': ({ by }: { by: string }): Text => ({
    message: `${by} approves with an SSH key`,
    fix: 'refit approve SAVED --key FILE, at a terminal',
  }),
  'approval.no-approvers': ({
    from,
    file,
    problem,
  }: {
    from: string;
    file: string;
    /** `empty`, or why Refit cannot read the file; null if there is none. */
    problem: 'empty' | { readonly refused: string } | null;
  }): Text => ({
    message: `approvals.from is ${from}, but ${file} ${problem === 'empty' ? 'is empty' : `cannot be read${problem === null ? '' : `: ${problem.refused}`}`}`,
    example: `in ${file}: ${APPROVER}`,
  }),
  'approval.too-few-in-file': ({
    need,
    file,
    may,
    authors,
  }: {
    need: number;
    file: string;
    may: readonly string[];
    authors: readonly string[];
  }): Text => ({
    message: `approvals.need is ${need}, but of the approvers in ${file} only ${whoMay(may)} may approve${made(authors)}`,
    fix: `more approvers in ${file}, or a smaller need`,
  }),
  'approval.too-few-in-run': ({
    need,
    may,
    authors,
    command,
  }: {
    need: number;
    may: readonly string[];
    authors: readonly string[];
    command: string;
  }): Text => ({
    message: `the plan needs ${need} approvals as its run did, but only ${whoMay(may)} may approve${made(authors)}`,
    fix: `${command}   typed by somebody who is not an approver`,
  }),
  'approval.not-a-list': (): Text => ({
    message: 'the file must be a list of names with their keys',
    example: APPROVER,
  }),
  'approval.too-many-approvers': ({ approvers, limit }: { approvers: number; limit: number }): Text => ({
    message: `the file has ${approvers} approvers, more than ${limit}`,
    fix: `keep at most ${limit} approvers`,
  }),
  'approval.not-an-approver': (): Text => ({
    message: 'an approver must be a name and a key',
    example: APPROVER,
  }),
  'approval.not-yaml': (): Text => ({
    message: 'the file is not YAML that Refit can read',
    example: APPROVER,
  }),
  'approval.name-cut-off': (): Text => ({
    message: 'the name ends at a #: the rest of the line is a comment, because # follows a space',
    fix: 'quote the name, or write a space after #',
  }),
  'approval.unknown-key': (): Text => ({
    message: 'an approver has only a name and a key',
    example: APPROVER,
  }),
  'approval.missing-key': ({ key }: { key: string }): Text => ({
    message: `an approver needs a ${key}`,
    example: APPROVER,
  }),
  'approval.bad-name': ({ fault }: { fault: NameFault | null }): Text => ({
    message: `the name of the approver is not valid: ${nameFault(fault)}`,
    example: 'name: wei',
  }),
  /** Of people outside an approvers file. */
  'approval.bad-person': ({ name, fault }: { name: string; fault: NameFault }): Text =>
    `the name ${name} is not valid: ${nameFault(fault)}`,
  'approval.bad-key': ({ number, fault }: { number: number; fault: KeyFault | null }): Text => {
    const { message, ...remedy } =
      fault === null ? { message: 'it is not text', example: APPROVER } : keyFault(fault);
    return { message: `the key of approver ${number} is not valid: ${message}`, ...remedy };
  },
  'approval.same-name': ({ number, other }: { number: number; other: number }): Text => ({
    message: `approver ${number} has the same name as approver ${other}`,
    fix: 'give each approver a name of their own',
  }),
  'approval.similar-name': ({ number, other }: { number: number; other: number }): Text => ({
    message: `the names of approvers ${number} and ${other} look alike, so readers could take one for the other`,
    fix: 'give each approver a name that nobody can mistake for another',
  }),
  'approval.same-key': ({ number, other }: { number: number; other: number }): Text => ({
    message: `approver ${number} has the same key as approver ${other}`,
    fix: 'give each approver a key of their own',
  }),

  'approval.not-json': (): Text => 'it is not JSON',
  'approval.other-format': ({ found, format }: { found: string; format: string }): Text =>
    `its format is ${found}; this version of refit reads ${format}`,
  'approval.not-an-approval': (): Text => 'it is not an approval in this format',
  'approval.not-a-signature': (): Text => 'it is not a signature of a journal',
  'approval.not-a-plan-signature': (): Text => 'it is not a signature of a planner',
  'approval.bytes-changed': ({ command }: { command: string }): Text =>
    `it was changed: its bytes differ from what ${command} writes`,
  'approval.bad-signing-key': ({ fault }: { fault: KeyFault }): Text =>
    `its key is not valid: ${keyFault(fault).message}`,
  'approval.head-forged': (): Text =>
    'forged or changed: its signature does not match its key and its content',

  'approval.unknown-signer': ({ key }: { key: string }): Text =>
    `signed with ${key}, which is not the key of an approver of this plan`,
  'approval.forged': ({ name }: { name: string }): Text =>
    `forged or changed: the signature over its content is not by ${name}`,
  'approval.other-plan': ({ digest, planDigest }: { digest: string; planDigest: string }): Text =>
    `it approves another plan (${digest.slice(0, 8)}, not ${planDigest.slice(0, 8)}): a changed plan needs new approvals`,
  'approval.other-wave': ({ found, wave }: { found: string | null; wave: string | null }): Text =>
    `it approves ${planOrWave(found)}, not ${planOrWave(wave)}`,
  'approval.other-name': ({ by, name }: { by: string; name: string }): Text =>
    `it says ${by}, but it is signed with the key of ${name}`,
  'approval.not-their-key': ({ by, key }: { by: string; key: string }): Text =>
    `it says ${by}, but ${key} is not the key of ${by}`,
  'approval.key-not-listed': ({ key, file }: { key: string; file: string }): Text =>
    `it is signed with ${key}, which is not a key in ${file}`,
  'approval.signs-other-plan': ({ digest, planDigest }: { digest: string; planDigest: string }): Text =>
    `it signs another plan (${digest.slice(0, 8)}, not ${planDigest.slice(0, 8)})`,
  'approval.by-author': ({ by }: { by: string }): Text => `${by} made the plan and may not approve it`,
  'approval.from-future': ({ issuedAt, now }: { issuedAt: string; now: string }): Text =>
    `it was issued at ${issuedAt}, which is in the future; it is ${now}: check the clock of the approver`,
  'approval.too-long': ({ valid, limit }: { valid: number; limit: number }): Text =>
    `it is valid for ${inWords(valid)}, and an approval may be valid for ${inWords(limit)} at most`,
  'approval.expires-before-start': ({
    hours,
    start,
    expires,
  }: {
    hours: number;
    start: string;
    expires: string;
  }): Text => ({
    message: `an approval is valid for ${hours}h unless it says more, and a run can start at ${start} only`,
    fix: `approve with --expires ${expires}`,
  }),
  'approval.expired': ({ expiresAt, now }: { expiresAt: string; now: string }): Text =>
    `expired at ${expiresAt}; it is ${now}`,
  'approval.second-by-same': ({ by }: { by: string }): Text =>
    `it is a second approval by ${by}: each approver counts once`,
  'approval.missing': ({
    wave,
    digest,
    need,
    have,
    missing,
  }: {
    wave: string | null;
    digest: string;
    need: number;
    have: readonly string[];
    missing: readonly string[];
  }): Text => {
    const left = need - have.length;
    const who = missing.length === left ? missing.join(' and ') : `${left} of ${missing.join(', ')}`;
    return `${planOrWave(wave)} (${digest.slice(0, 8)}) needs ${need} ${need === 1 ? 'approval' : 'approvals'} and has ${have.length} (${have.join(', ') || 'none'}); missing: ${who}`;
  },
  'approval.does-not-count': ({ file, reason }: { file: string; reason: Message }, say: Say): Text =>
    `${file} does not count: ${say(reason)}`,
};
