/** Why a plan cannot be applied yet, and what comes next: declines first, then the next command, approving and declining. */
import { useSignal } from '@preact/signals';
import type { ApprovalView, ApprovedView, DeclineView } from '../../../api/reviews.ts';
import { permits } from '../../../api/roles.ts';
import { say } from '../../language.ts';
import { Copy, Time } from '../../parts/parts.tsx';
import { query } from '../../router.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { DeclineDialog, WithdrawDialog } from './decline-dialogs.tsx';
import type { Reviewing } from './reviewing.ts';

/** The declines that hold, in red, and those that were withdrawn. */
export function Declines(reviewing: Reviewing) {
  const { view } = reviewing;
  const asked = useSignal<DeclineView | null>(null);
  if (view.declines.length === 0 && view.damaged.length === 0) return null;
  return (
    <div class="declines">
      {view.declines.map((one) => (
        <div key={one.id} class={one.withdrawn === null ? 'decline' : 'decline withdrawn'}>
          <p role={one.withdrawn === null ? 'alert' : undefined}>
            <strong>
              {say(one.withdrawn === null ? 'review.declined.by' : 'review.declined.withdrawn', {
                by: one.by,
                reason: one.reason,
              })}
            </strong>
          </p>
          <p class="soft">
            <Time at={one.withdrawn?.at ?? one.at} /> ·{' '}
            {one.fingerprint === null ? say('review.declined.unsigned') : say('review.declined.signed')}
            {one.fingerprint !== null && <Copy text={one.fingerprint} />}
          </p>
          {one.isYours && permits(reviewing.person.roles, 'approve') && (
            <button type="button" onClick={() => (asked.value = one)}>
              {say('withdraw.open')}
            </button>
          )}
        </div>
      ))}
      {view.damaged.map((text) => (
        <p key={text} class="decline" role="alert">
          {say('review.declined.damaged', { text })}
        </p>
      ))}
      {asked.value !== null && (
        <WithdrawDialog {...reviewing} decline={asked.value} onClose={() => (asked.value = null)} />
      )}
    </div>
  );
}

/** Whether the approvals below show this command. */
const isBelow = ({ stage, approvals }: Reviewing['view'], command: string): boolean =>
  stage === 'unapproved' && approvals.some((one) => command.startsWith(one.command));

/** What happens next, with the buttons of the person. */
export function NextStep(reviewing: Reviewing) {
  const { view, person, base } = reviewing;
  const approving = useSignal<ApprovalView | null>(null);
  const done = useSignal<ApprovedView | null>(null);
  const first = firstToSign(reviewing);
  return (
    <section class="next-step" aria-labelledby="next-step">
      <h2 id="next-step">{say('review.next')}</h2>
      <p>{nextText(reviewing)}</p>
      {view.run === null && view.next !== null && !isBelow(view, view.next) && (
        <p>
          <Copy text={view.next} />
        </p>
      )}
      <div class="controls">
        {first !== null && (
          <button type="button" class="primary" onClick={() => (approving.value = first)}>
            {first.wave === null ? say('approve.open') : say('approve.wave.open', { wave: first.wave })}
          </button>
        )}
        {view.stage === 'ready' && view.run === null && permits(person.roles, 'control') && (
          <a class="button primary" href={`/runs/start?saved=${base.slice('/reviews/'.length)}`}>
            {say('review.start')}
          </a>
        )}
      </div>
      <p class="good" role="status">
        {done.value !== null && (
          <>
            {say('approve.done', { by: done.value.by, key: done.value.key })}{' '}
            <small>{say('approve.kept', { place: done.value.place })}</small>
          </>
        )}
      </p>
      {approving.value !== null && (
        <ApproveDialog
          {...reviewing}
          approval={approving.value}
          onApproved={(approved) => {
            done.value = approved;
          }}
          onClose={() => (approving.value = null)}
        />
      )}
    </section>
  );
}

/** The way to object, after everything that a person should have read. */
export function DeclineStep(reviewing: Reviewing) {
  const { view, person } = reviewing;
  const isDeclining = useSignal(false);
  const isOpen = view.stage !== 'declined' && view.stage !== 'no-change';
  if (!permits(person.roles, 'approve') || !isOpen) return null;
  return (
    <div class="controls">
      <button type="button" class="danger" onClick={() => (isDeclining.value = true)}>
        {say('decline.open')}
      </button>
      {isDeclining.value && <DeclineDialog {...reviewing} onClose={() => (isDeclining.value = false)} />}
    </div>
  );
}

/** The wave of the address, else the first that this person has not approved; null: there is nothing. */
export function firstToSign({ view, person }: Reviewing): ApprovalView | null {
  if (!permits(person.roles, 'approve')) return null;
  const named = query('wave');
  const open = view.approvals.filter(
    ({ you, lists }) =>
      you.may &&
      lists.some(({ people }) => people.some(({ name, state }) => name === person.name && state === 'open')),
  );
  return open.find(({ wave }) => wave === named) ?? open.find(({ isEnough }) => !isEnough) ?? open[0] ?? null;
}

/** What the wave of the address needs; null: the address names none. */
function waveText({ approvals }: Reviewing['view']): string | null {
  const named = query('wave');
  const approval = approvals.find(({ wave }) => wave !== null && wave === named);
  if (approval === undefined) return null;
  if (approval.isEnough) return say('review.next.wave.enough', { wave: named });
  const open = approval.lists.filter(({ need, have }) => have < need).flatMap(({ people }) => people);
  const missing = [...new Set(open.flatMap(({ name, state }) => (state === 'open' ? [name] : [])))];
  return say('review.next.wave', { wave: named, missing: missing.join(say('list')) });
}

function nextText({ view }: Pick<Reviewing, 'view'>): string {
  if (view.run !== null && view.stage !== 'declined') return waveText(view) ?? say('review.next.run');
  if (view.stage !== 'unapproved') return say(`review.next.${view.stage}`);
  const lists = view.approvals.find(({ wave }) => wave === null)?.lists ?? [];
  const [short] = lists.filter(({ need, have }) => have < need);
  const open = short?.people.filter(({ state }) => state === 'open').map(({ name }) => name) ?? [];
  const count = short === undefined ? 0 : short.need - short.have;
  const missing = open.join(say('list'));
  return count === open.length
    ? say('review.next.unapproved', { missing })
    : say('review.next.unapproved.count', { count, missing });
}
