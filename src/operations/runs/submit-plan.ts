/** Submits a saved plan to a store, after the checks that need the person who submits. */
import { hostname } from 'node:os';
import { judgeDeclines } from '../../approval/judge-declines.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Operator, Policy, SavedPlan } from '../../model.ts';
import { effectsOf, effectsOfKind, programEffects } from '../../plan/effects.ts';
import { mustBeCurrent } from '../../plan/may-start.ts';
import { refusalText } from '../../policy/policy-findings.ts';
import type { Approval } from '../../run/apply.ts';
import { declinedBy } from '../../run/demand-approvals.ts';
import { mustAnswer } from '../../run/in-claimed-run.ts';
import { mustShareSafely } from '../../run/patience.ts';
import { folderSignatures } from '../../store/folder/signed-files.ts';
import type { RunSignatures } from '../../store/ports.ts';
import type { PostgresStore } from '../../store/postgres/open-store.ts';
import { openQueue } from '../../store/postgres/queue.ts';
import type { Submission } from '../../store/postgres/runs/submit.ts';
import { continueStopped } from '../../store/postgres/runs/tail.ts';
import { needsOf, queueOf } from '../../store/run-needs.ts';
import { createPolicyAsk } from '../ask-policy.ts';
import type { Connection } from '../connect.ts';
import { userName } from '../machine.ts';
import { mustBeShortPolicy, type PolicyText } from '../read-policy.ts';

/** What the person says who submits a plan. */
export interface SubmitOptions {
  readonly store: PostgresStore;
  readonly saved: SavedPlan;
  /** The path of the saved plan. The signed texts beside it go into the store. Null: it came from stdin. */
  readonly file: string | null;
  readonly connection: Connection;
  readonly policy: Policy;
  readonly policyTexts: readonly PolicyText[];
  readonly allowHooks: boolean;
  /** Asks for approval once; null = not approved. */
  readonly approve: () => Promise<Approval | null>;
  /** Who submits; default: the user of the operating system, from this process. */
  readonly by?: Operator;
  /** False: this process works on the run. Other hosts take it over if this process dies. */
  readonly isForWorkers: boolean;
  /** Receives what the person should know. */
  readonly onNotice: (notice: string) => void;
  /** Joins the transaction that makes the run. */
  readonly onSubmit?: NonNullable<Submission['onSubmit']>;
}

/**
 * Submits a plan.
 * @returns the id of its run.
 * @throws RefitError `already-carried-out` if the store has a run of the plan, `policy-refused`, `not-approved`, and others
 *   as `applyPlan` does before it orders.
 */
export async function submitPlan(options: SubmitOptions): Promise<string> {
  const { store, saved, connection, policy, allowHooks, isForWorkers, onNotice } = options;
  const { cloud, clock } = connection;
  mustBeCurrent(saved, clock.now(), 'SAVED');
  mustBeShortPolicy(options.policyTexts);
  mustShareSafely(saved, { kind: 'database' }, { endpoint: cloud.endpoint, onNotice });
  mustAllowPrograms(saved, allowHooks);
  await mustNotBeDeclined(options);
  const signatures = await offer(options);
  const ask = createPolicyAsk(saved, { read: async () => policy, connection });
  const { refusal } = await ask(signatures);
  if (refusal?.status === 'refused')
    throw refitError(
      'policy-refused',
      message('error.policy-refuses', { reasons: refusal.reasons, undone: 'submitted' }),
    );
  if (refusal !== null) onNotice(`the run waits for signatures: ${refusalText(refusal)}`);
  await mustAnswer(() => cloud, saved.steps);
  const approval = await options.approve();
  if (approval === null)
    throw new RefitError(
      'not-approved',
      `not approved: nothing was submitted (${saved.steps.length} steps, digest ${saved.digest.slice(0, 8)})`,
      'answer "yes" at the prompt, or pass --auto-approve if nobody can answer',
    );
  const queue = isForWorkers ? await openQueue(store.database) : null;
  try {
    await queue?.prepare(queueOf(needsOf(saved, cloud.endpoint)));
    return await store.submit({
      ...{ saved, approval, allowHooks, isForWorkers, policy: options.policyTexts },
      endpoint: cloud.endpoint,
      by: options.by ?? OWN(),
      async onSubmit(queries, run) {
        await queue?.add(queries, run);
        await options.onSubmit?.(queries, run);
      },
    });
  } finally {
    await queue?.close();
  }
}

/** Lets a run that stopped go on. A person says so. @returns false if it has not stopped. */
export function continueRun({ database }: PostgresStore, run: string, by = OWN()): Promise<boolean> {
  return continueStopped(database, run, by);
}

const OWN = (): Operator => ({ user: userName(), host: hostname(), pid: process.pid });

/** @throws RefitError `not-approved` if a person declines the plan, beside its file or in the store. */
async function mustNotBeDeclined({ store, saved, file }: SubmitOptions): Promise<void> {
  const beside = await folderSignatures(file, null).offered('declines');
  const stored = (await store.signaturesOf(saved.digest)?.offered('declines')) ?? [];
  const declined = declinedBy(saved, [...beside, ...stored], file ?? 'SAVED');
  if (declined === null) return;
  throw refitError('not-approved', message('error.declined', declined));
}

/** Puts the signed texts beside a plan into the store. @returns those of the store. */
async function offer({ store, saved, file }: SubmitOptions): Promise<RunSignatures> {
  const stored = store.signaturesOf(saved.digest);
  if (stored === null) return folderSignatures(file, null);
  await offerSigned(store, saved, file);
  return stored;
}

/**
 * Puts the signed texts and the declines beside a plan into the store.
 * @param file the path of the saved plan; null: there are none. @throws RefitError `not-approved` for a decline that Refit cannot read.
 */
export async function offerSigned(
  store: Pick<PostgresStore, 'signaturesOf'>,
  saved: SavedPlan,
  file: string | null,
): Promise<void> {
  const signatures = folderSignatures(file, null);
  const stored = store.signaturesOf(saved.digest);
  if (stored === null) return;
  for (const kind of ['approvals', 'planSignatures'] as const) {
    const files = await signatures.offered(kind);
    if (files.length > 0)
      await stored.keep(
        kind,
        files.map(({ file, text }) => ({ name: nameOf(file), text })),
      );
  }
  const { texts, damaged } = judgeDeclines(saved, await signatures.offered('declines'));
  // The store would not have it, and then nothing would hold the plan.
  for (const one of damaged)
    throw refitError(
      'not-approved',
      message('error.declined', {
        missing: [message('decline.damaged', one)],
        fix: message('fix.remove-damaged'),
      }),
    );
  if (texts.length > 0) await stored.keep('declines', texts);
}

/** The last part of a path. A file beside a plan also carries the name of the plan. */
function nameOf(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.replace(/^.*\.(?:approval|plan-signature)-/, '');
}

/** @throws RefitError `usage` if the plan runs programs that the submitter did not allow. */
function mustAllowPrograms(saved: SavedPlan, allowed: boolean): void {
  const effects = effectsOf(saved);
  if (allowed || programEffects(effects).length === 0) return;
  const commands = effectsOfKind(effects, 'hook', 'gate-command').map(({ command }) =>
    JSON.stringify(command),
  );
  throw refitError('not-approved', message('error.programs-not-allowed', { commands }));
}
