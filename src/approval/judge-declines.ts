/**
 * Decides which declines of a plan hold. Pure: other files read the texts. In doubt a decline holds, because it only blocks:
 *
 * | offered                                   | then                                                     |
 * |-------------------------------------------|----------------------------------------------------------|
 * | a decline of this plan                    | holds until its author withdraws it                      |
 * | a decline of another plan, in a file      | does not matter: the file was left from an earlier seal  |
 * | a text that is no decline, or is forged   | holds: anybody who can write there could decline as well |
 * | a withdrawal that is not by the author    | does not count                                           |
 *
 * The author of a signed decline is who has its key. The author of another one is who gives the same name, and in a database
 * has the same login.
 */
import { message } from '../messages/messages.ts';
import type { Decline, DeclineFile, Message, SavedPlan, WithdrawalFile } from '../model.ts';
import { escapeControls } from '../text.ts';
import { type DeclineAsText, declineName, type ReadDecline, readDecline } from './decline-files.ts';
import { approversOf, type Offered } from './judge-approvals.ts';
import { looksLike } from './names.ts';

/** What people offered, judged. */
export interface JudgedDeclines {
  /** The oldest first, with those that were withdrawn. */
  readonly declines: readonly Decline[];
  /** Texts that hold because nobody can read them. */
  readonly damaged: readonly { readonly file: string; readonly reason: Message }[];
  /** Withdrawals that do not count. */
  readonly rejected: readonly { readonly file: string; readonly reason: Message }[];
  /** The sound texts of this plan, to keep with its run. */
  readonly texts: readonly DeclineAsText[];
}

interface Found<Value> extends Omit<ReadDecline, 'value'> {
  readonly value: Value;
  readonly file: string;
  readonly login: string | null;
}

/** @param offered texts from files, and from a database with the login of who stored them. */
export function judgeDeclines(
  saved: Pick<SavedPlan, 'digest' | 'approvals'>,
  offered: readonly Offered[],
): JudgedDeclines {
  const found: Found<DeclineFile>[] = [];
  const withdrawals: Found<WithdrawalFile>[] = [];
  const damaged: { file: string; reason: Message }[] = [];
  const rejected: { file: string; reason: Message }[] = [];
  const texts = new Map<string, DeclineAsText>();
  for (const { file, text, login = null } of offered) {
    const read = readDecline(text);
    if ('reason' in read) {
      (read.isWithdrawal ? rejected : damaged).push({ file, reason: read.reason });
      continue;
    }
    const { value } = read;
    if (value.digest !== saved.digest) {
      const reason = message('decline.other-plan', { digest: value.digest, planDigest: saved.digest });
      // A database keeps them by digest, so nobody left this one behind.
      if (login !== null) ('decline' in value ? rejected : damaged).push({ file, reason });
      continue;
    }
    texts.set(text, { name: declineName(read), text });
    if ('decline' in value) withdrawals.push({ ...read, value, file, login });
    else found.push({ ...read, value, file, login });
  }
  const declines = withoutCopies(found);
  const counting = new Map<Found<DeclineFile>, WithdrawalFile>();
  for (const one of withdrawals) {
    const targets = declines.filter(({ id }) => id === one.value.decline);
    const own = targets.filter((decline) => isByAuthor(decline, one));
    for (const decline of own) if (!counting.has(decline)) counting.set(decline, one.value);
    if (own.length === 0) rejected.push({ file: one.file, reason: rejectionOf(one, targets[0]) });
  }
  return {
    declines: declines
      .map((one) => shown(saved, one, counting.get(one)))
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    damaged,
    rejected,
    texts: [...texts.values()],
  };
}

/** The same text counts once for each login. A file is a copy of what the database has. */
function withoutCopies(found: readonly Found<DeclineFile>[]): Found<DeclineFile>[] {
  const one = new Map(found.map((decline) => [`${decline.id} ${decline.login ?? ''}`, decline]));
  const stored = new Set([...one.values()].flatMap(({ id, login }) => (login === null ? [] : [id])));
  return [...one.values()].filter(({ id, login }) => login !== null || !stored.has(id));
}

function isByAuthor(decline: Found<DeclineFile>, withdrawal: Found<WithdrawalFile>): boolean {
  if (decline.fingerprint !== null) return withdrawal.fingerprint === decline.fingerprint;
  const isSameLogin = decline.login === null || decline.login === withdrawal.login;
  return isSameLogin && decline.value.by === withdrawal.value.by;
}

function rejectionOf(
  { value: { by } }: Found<WithdrawalFile>,
  decline: Found<DeclineFile> | undefined,
): Message {
  if (decline === undefined) return message('decline.nothing-to-withdraw');
  const { fingerprint, login } = decline;
  return message('decline.by-another', { by, author: decline.value.by, fingerprint, login });
}

function shown(
  saved: Pick<SavedPlan, 'approvals'>,
  { value, id, fingerprint, login }: Found<DeclineFile>,
  withdrawal: WithdrawalFile | undefined,
): Decline {
  const { by, at, reason } = value;
  return {
    ...{ id, by, at, reason: escapeControls(reason) },
    signed: fingerprint !== null && mayHaveName(saved, by, fingerprint),
    fingerprint,
    login: login === null ? null : escapeControls(login),
    withdrawn: withdrawal === undefined ? null : { at: withdrawal.at, by: withdrawal.by },
  };
}

/** Whether the approvers of the plan say nothing else about this name and this key. */
export function mayHaveName(
  { approvals }: Pick<SavedPlan, 'approvals'>,
  name: string,
  fingerprint: string,
): boolean {
  const approvers = approvals === undefined ? [] : approversOf(approvals);
  const owner = approvers.find(({ key }) => key.fingerprint === fingerprint);
  return owner === undefined ? !approvers.some((one) => looksLike(one.name, name)) : owner.name === name;
}

/** Lines for a person: the declines that hold, one each; none if nothing does. */
export function holdingDeclines({ declines, damaged }: JudgedDeclines): readonly Message[] {
  return [
    ...declines
      .filter(({ withdrawn }) => withdrawn === null)
      .map((one) => message('decline.holds', { decline: one })),
    ...damaged.map((one) => message('decline.damaged', one)),
  ];
}
