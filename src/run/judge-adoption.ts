import { iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { JournalEvent, Message, SavedPlan } from '../model.ts';
import { carriedOutElsewhere } from '../store/folder/claim-run.ts';
import type { RunSnapshot, RunTrust } from '../store/ports.ts';
import { formatApplyCommand, formatReconcileCommand } from './apply-again.ts';

/** Why this user's state does not vouch for a run; null: it does, or the run has not started. Pure. */
export function whyNotTrusted(trust: RunTrust | null): Message | null {
  switch (trust?.kind) {
    case 'unknown':
      return message('trust.unknown');
    case 'elsewhere':
      return message('trust.elsewhere', { directory: trust.run.directory, at: trust.run.at });
    case 'behind':
      return message('trust.behind', { ends: trust.ends, seen: trust.seen });
    case 'extended':
      return message('trust.extended', { ends: trust.ends, seen: trust.seen });
    case 'changed':
      return message('trust.changed', { seen: trust.seen });
    case 'restored':
      return message('trust.restored', { generation: trust.generation });
    default:
      return null;
  }
}

/** The members of a run that the decision needs. */
type JudgedRun = Pick<RunSnapshot, 'kind' | 'name' | 'saved' | 'first' | 'trust'>;

/**
 * Refuses a run that the state does not vouch for, unless the user adopts it.
 * @param reported the head in the run's report, if the journal does not have it.
 * @returns why the run has to be adopted; null: nothing has to be.
 * @throws RefitError `run-unknown`, `already-carried-out` or `journal-broken`
 */
export function mayAdopt(
  run: JudgedRun,
  isAdopting: boolean,
  reported: string | null = null,
): Message | null {
  const { name, trust, saved } = run;
  const reason =
    whyNotTrusted(trust) ?? (reported === null ? null : message('trust.report-ahead', { head: reported }));
  if (reason === null) return null;
  // A plan is carried out once. Without a journal there is nothing to adopt.
  const isOther = trust?.kind === 'elsewhere';
  // Somebody has announced the restore, so the run may go on: it reads every open step before it orders.
  if (trust?.kind === 'restored') return reason;
  if (isAdopting && !(isOther && !trust.hasJournal)) return reason;
  const adopt = `${formatApplyCommand(run)} --adopt`;
  if (isOther) throw carriedOutElsewhere(saved, trust.run);
  if (trust?.kind === 'unknown') {
    throw refitError('run-unknown', message('error.run-not-known', { name, reason, command: adopt }));
  }
  throw refitError(
    'journal-broken',
    message('error.run-not-trusted', {
      name,
      reason,
      command: formatReconcileCommand(run),
      next: 'reconcile',
    }),
  );
}

/**
 * The entry of an adoption. An order of any open step may have left since the plan was sealed.
 * @param providerNow the provider's time, milliseconds since 1970 UTC.
 */
export function adoptedEvent(
  { sealedAt: since }: Pick<SavedPlan, 'sealedAt'>,
  reason: Message,
  { by, providerNow }: { readonly by: string; readonly providerNow: number },
): JournalEvent {
  return { kind: 'adopted', by, reason, since, providerAt: iso(providerNow) };
}

/** Refuses to control a run, or to plan from it. `doing`: the command that was typed, without an option. */
export function mustBeTrusted(run: RunSnapshot, doing: string, canAdopt: boolean): void {
  const reason = whyNotTrusted(run.trust);
  if (reason === null) return;
  if (run.trust?.kind === 'restored')
    throw refitError(
      'store-restored',
      message('error.run-not-trusted', {
        ...{ name: run.name, reason, command: formatApplyCommand(run), next: 'continue' },
      }),
    );
  throw refitError(
    run.trust?.kind === 'unknown' ? 'run-unknown' : 'journal-broken',
    message('error.run-not-trusted', {
      ...{ name: run.name, reason, next: canAdopt ? 'repeat' : 'control' },
      command: `${canAdopt ? doing : formatApplyCommand(run)} --adopt`,
    }),
  );
}
