/** What a run asks people before it goes on: who may answer, until when, and what happens without an answer. */
import type { ComponentChildren } from 'preact';
import { permits } from '../../../api/roles.ts';
import type { RunView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { say, sayMessage } from '../../language.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { wavePath } from '../../parts/paths.ts';
import { awaitedApproval, type heldGate } from './run-model.ts';
import { Gate } from './waves.tsx';

/** The gate that holds the run. @param children the buttons of a person who may answer; absent: the person may not. */
export function GateQuestion({
  held: { wave, gate },
  children,
}: {
  held: NonNullable<ReturnType<typeof heldGate>>;
  children?: ComponentChildren;
}) {
  return (
    <section class="question" aria-label={say('gate.question', { wave })}>
      <strong>{say('gate.question', { wave })}</strong>
      <Gate gate={gate} />
      <p>{say('gate.unanswered')}</p>
      {children ?? <p class="soft">{say('control.needsRole')}</p>}
    </section>
  );
}

/** The wave that waits for approvals. */
export function ApprovalQuestion({ run, person }: { run: RunView; person: Person }) {
  const awaited = awaitedApproval(run);
  if (awaited === null) return null;
  const { wave, approval } = awaited;
  const mayApprove = permits(person.roles, 'approve');
  return (
    <section class="question" aria-label={say('awaited.title', { wave })}>
      <strong>{say('awaited.title', { wave })}</strong>
      <p>{sayMessage(approval.missing)}</p>
      <p>
        {say('awaited.until')} <Countdown until={approval.until} />. {say('awaited.unanswered')}
      </p>
      <a class={mayApprove ? 'button primary' : 'button'} href={wavePath(run.id, wave)}>
        {say(mayApprove ? 'wave.approve' : 'wave.review')}
      </a>
    </section>
  );
}
