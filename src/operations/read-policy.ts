/**
 * Reads the policy of the person who applies: the system's file, the user's file, and the file that a command names. Each
 * can only demand more.
 */
import { lstat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RefitError } from '../errors.ts';
import { mustBeOwnFolder } from '../files/check-folder.ts';
import { readFileIfPresent, readRegularFile } from '../files/open-file.ts';
import { SUBJECTS } from '../files/subjects.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { Finding, Policy } from '../model.ts';
import { shellQuote } from '../next-command.ts';
import { decodePlan } from '../plan/parse/decode-plan.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { NO_POLICY, tighten } from '../policy/tighten.ts';
import { escapeControls } from '../report/document/escape.ts';

/** The policy of the machine. No variable of the environment can hide it. */
export const SYSTEM_POLICY = '/etc/refit/policy.yaml';

/** Where policies are. */
export interface PolicyOptions {
  /** Gives the folder of the user's policy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file of `--policy`. */
  readonly named?: string | null;
  /** The policy of the machine; another file only in tests. */
  readonly systemFile?: string;
}

/** A file of a policy as text: the policy itself, or a list of people that it names. */
export interface PolicyText {
  readonly kind: 'policy' | 'approvers';
  /** Absolute. */
  readonly file: string;
  readonly text: string;
}

/** The files of a policy as read. */
export interface PolicyReading {
  /** Null if a file is not valid. */
  readonly policy: Policy | null;
  readonly findings: readonly Finding[];
}

/** The user's policy: `$XDG_CONFIG_HOME/refit/policy.yaml`, else `~/.config/refit/policy.yaml`. */
export function userPolicyOf(env: PolicyOptions['env']): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'refit', 'policy.yaml');
}

/** @throws FileRefused, RefitError `policy-invalid` if a file is there and cannot be read, or if the named file is missing. */
export async function readPolicyFiles(
  { env, named = null, systemFile = SYSTEM_POLICY }: PolicyOptions,
  onText: (text: PolicyText) => void = () => undefined,
): Promise<PolicyReading> {
  let policy: Policy = NO_POLICY;
  const findings: Finding[] = [];
  const usual = [systemFile, userPolicyOf(env)];
  for (const file of named === null ? usual : [...usual, named]) {
    const bytes = await readBytes(file, file === named);
    if (bytes === null) continue;
    const parsed = await parseBytes(bytes, file, async (beside) => {
      const text = (await readTrusted(beside, 'approvers'))?.toString('utf8') ?? null;
      if (text !== null) onText({ kind: 'approvers', file: resolve(beside), text });
      return text;
    });
    findings.push(...parsed.findings);
    if (parsed.policy === null) continue;
    policy = tighten(policy, parsed.policy);
    onText({ kind: 'policy', file: resolve(file), text: Buffer.from(bytes).toString('utf8') });
  }
  return { policy: findings.length > 0 ? null : policy, findings };
}

/** The policy that holds. @throws RefitError `policy-invalid` if a file is not valid. */
export async function readPolicy(options: PolicyOptions): Promise<Policy> {
  return demandValid(await readPolicyFiles(options), options.named);
}

/** The policy that holds, and its files as texts. Another host makes the same policy of them. @throws as `readPolicy` does. */
export async function readPolicyTexts(
  options: PolicyOptions,
): Promise<{ readonly policy: Policy; readonly texts: readonly PolicyText[] }> {
  const texts: PolicyText[] = [];
  const policy = demandValid(await readPolicyFiles(options, (text) => texts.push(text)), options.named);
  return { policy, texts };
}

/** Bytes of the texts that a submitter may send, and of what a worker parses of them: a list counts each time it is named. */
const MOST_SENT = 256 * 1_024;
const MOST_PARSED = 4 * MOST_SENT;

/** Refuses texts that would keep a worker busy for longer than its lease. @throws RefitError `policy-invalid` */
export function mustBeShortPolicy(texts: readonly PolicyText[]): void {
  demandAtMost(
    MOST_SENT,
    texts.reduce((sum, { text }) => sum + text.length, 0),
  );
}

function demandAtMost(most: number, length: number): void {
  if (length <= most) return;
  throw new RefitError(
    'policy-invalid',
    `the policy of the submitter and its lists of people are too long: ${length} characters, and workers read ${most}`,
    'remove what does not concern these plans: refit policy check',
  );
}

/** The policy of texts that another host read. @throws RefitError `policy-invalid` */
export async function policyOfTexts(texts: readonly PolicyText[]): Promise<Policy> {
  mustBeShortPolicy(texts);
  let policy: Policy = NO_POLICY;
  let parsed = 0;
  for (const { kind, file, text } of texts) {
    if (kind !== 'policy') continue;
    const people = async (beside: string) => {
      const list =
        texts.find((one) => one.kind === 'approvers' && one.file === resolve(beside))?.text ?? null;
      parsed += list?.length ?? 0;
      demandAtMost(MOST_PARSED, parsed);
      return list;
    };
    policy = tighten(policy, demandValid(await parseBytes(Buffer.from(text), file, people), file));
  }
  return policy;
}

/** @throws RefitError `policy-invalid` if a file is not valid: half a policy would permit too much. */
function demandValid({ policy, findings }: PolicyReading, typed: string | null | undefined): Policy {
  if (policy !== null) return policy;
  const { location, messageId: id, params } = findings[0]!;
  const at =
    location === null ? '' : `${escapeControls(location.file)}:${location.line}:${location.column}: `;
  const named = typed ? ` --policy ${shellQuote(typed)}` : '';
  throw refitError(
    'policy-invalid',
    message('error.policy-invalid', {
      ...{ at, reason: { id, params }, more: findings.length - 1 },
      command: `refit policy check${named}`,
    }),
  );
}

async function parseBytes(
  bytes: Uint8Array,
  file: string,
  readPeople: (file: string) => Promise<string | null>,
): Promise<PolicyReading> {
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { policy: null, findings };
  return parsePolicy(text, file, async (from) => {
    const beside = isAbsolute(from) ? from : join(dirname(file), from);
    return { file: beside, text: await readPeople(beside) };
  });
}

/**
 * Reads a file that nobody else can write to or replace. A link is followed, because the keeper of the policy made it.
 * @returns null if it is not there. @throws FileRefused
 */
async function readTrusted(file: string, subject: 'policy' | 'approvers'): Promise<Buffer | null> {
  const bytes = await readFileIfPresent(file, { subject, links: 'follow', isTrusted: true });
  // A link whose target is gone must not hide a policy.
  if (bytes === null && (await lstat(file).catch(() => null)) !== null)
    return readRegularFile(file, { subject, links: 'follow' });
  if (bytes !== null) await mustBeOwnFolder(dirname(file), `the folder of ${SUBJECTS[subject].name}`);
  return bytes;
}

/** @returns null if the file is not there and need not be. @throws RefitError */
async function readBytes(file: string, mustExist: boolean): Promise<Uint8Array | null> {
  const bytes = await readTrusted(file, 'policy');
  if (bytes !== null || !mustExist) return bytes;
  throw new RefitError(
    'policy-invalid',
    `the policy ${escapeControls(file)} cannot be read: no such file or folder; nothing was done`,
    `ls -l ${shellQuote(file)}`,
  );
}
