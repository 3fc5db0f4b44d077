/** Who must approve the plan and its waves, who has, who still may, and who planned it. */
import { useSignal } from '@preact/signals';
import type { ApprovalView } from '../../../api/reviews.ts';
import { permits } from '../../../api/roles.ts';
import { say, sayTime } from '../../language.ts';
import { KeyOf } from '../../parts/amounts.tsx';
import { Badge, Copy, Time } from '../../parts/parts.tsx';
import { refusalText, sayRefusal } from '../../parts/say-refusal.ts';
import { query } from '../../router.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { firstToSign } from './next-step.tsx';
import type { Reviewing } from './reviewing.ts';

type People = ApprovalView['lists'][number]['people'];

export function Approvals(reviewing: Reviewing) {
  const { view } = reviewing;
  const named = query('wave');
  const sorted = [...view.approvals].sort(
    (a, b) => Number(b.wave === named && named !== '') - Number(a.wave === named && named !== ''),
  );
  return (
    <section aria-labelledby="approvals">
      <h2 id="approvals">{say('approvals.title')}</h2>
      {sorted.length === 0 && <p class="soft">{say('approvals.none')}</p>}
      {sorted.map((one) => (
        <Approval key={one.wave ?? ''} approval={one} reviewing={reviewing} />
      ))}
      {view.plannedBy.map(({ name, verified, fingerprint, signedAt }) => (
        <p key={fingerprint} class="soft">
          {say('approvals.planner')} <strong>{name}</strong>, <Time at={signedAt} />{' '}
          {!verified && <span class="warn">{say('approvals.planner.unverified')}</span>}
          <KeyOf fingerprint={fingerprint} />
        </p>
      ))}
      {view.notes.length > 0 && (
        <details>
          <summary>{say('review.notes')}</summary>
          <ul>
            {view.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Approval({ approval, reviewing }: { approval: ApprovalView; reviewing: Reviewing }) {
  const { wave, lists, isEnough, recordedBy, rejected } = approval;
  const [need, have] = lists.reduce(
    ([all, got], list) => [all + list.need, got + Math.min(list.have, list.need)],
    [0, 0],
  );
  const hasSsh = lists.some(({ people }) =>
    people.some(({ state, keys }) => state === 'open' && keys.some(({ kind }) => kind === 'ssh')),
  );
  const isOver = isEnough || recordedBy !== null;
  return (
    <div class={isOver ? 'approval enough' : 'approval'}>
      <h3>
        {wave === null ? say('approvals.plan') : say('approvals.wave', { wave })}{' '}
        <Badge
          tone={isOver ? 'verified' : 'warning'}
          text={say('approvals.count', { have: have!, need: need! })}
        />
      </h3>
      {recordedBy !== null && <p>{say('approvals.recorded', { by: recordedBy })}</p>}
      {lists.map(({ rule, need: own, people }) => (
        <div key={rule ?? ''}>
          {rule !== null && (
            <p class="soft">
              {say('approvals.policy', { rule })} ({own})
            </p>
          )}
          <PeopleList people={people} />
        </div>
      ))}
      <Yours approval={approval} reviewing={reviewing} />
      {hasSsh && !isOver && (
        <p class="soft">
          {say('approvals.command')} <Copy text={approval.command} />
        </p>
      )}
      {rejected.length > 0 && (
        <details>
          <summary>
            {say('approvals.rejected')} · {rejected.length}
          </summary>
          <ul>
            {rejected.map(({ file, reason }) => (
              <li key={file}>
                <code>{file}</code>: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const STATES = {
  approved: ['approvals.approved', 'verified'],
  open: ['approvals.open', 'skipped'],
  author: ['approvals.author', 'not-run'],
} as const;

function PeopleList({ people }: { people: People }) {
  return (
    <ul class="people-list">
      {people.map(({ name, state, keys, approval }) => (
        <li key={name}>
          <span class="who-name">{name}</span>
          <Badge tone={STATES[state][1]} text={say(STATES[state][0])} />
          <small class="soft">
            {approval === null ? (
              [...new Set(keys.map(({ kind }) => say(`approvals.${kind}`)))].join(say('list'))
            ) : (
              <>
                {say('approvals.until')} <Time at={approval.expiresAt} />
                <KeyOf fingerprint={approval.key} />
              </>
            )}
          </small>
        </li>
      ))}
    </ul>
  );
}

/** What the person who looks can do about it, or why not. */
function Yours({ approval, reviewing }: { approval: ApprovalView; reviewing: Reviewing }) {
  const { person } = reviewing;
  const isAsking = useSignal(false);
  const { you, wave } = approval;
  const own = approval.lists.flatMap(({ people }) => people.filter(({ name }) => name === person.name));
  const given = own.find(({ state }) => state === 'approved')?.approval ?? null;
  const isListed = own.some(({ state }) => state !== 'author');
  const isBySsh = own.some(
    ({ state, keys }) => state === 'open' && keys.length > 0 && keys.every(({ kind }) => kind === 'ssh'),
  );
  // The declines at the top say why nobody approves now.
  if (reviewing.view.stage === 'declined') return null;
  // The button above is for this one.
  if (firstToSign(reviewing)?.wave === wave) return null;
  if (!isListed) {
    const isAuthor = own.length > 0;
    if (you.may) return null;
    return (
      <p class="soft">
        {isAuthor ? sayRefusal(you).message : say('approvals.notListed', { name: person.name })}
      </p>
    );
  }
  if (!permits(person.roles, 'approve')) return <p class="soft">{say('approvals.role')}</p>;
  return (
    <p class="yours">
      {given !== null && <span>{say('approvals.you', { time: sayTime(given.expiresAt).text })} </span>}
      {you.may ? (
        <button type="button" onClick={() => (isAsking.value = true)}>
          {given !== null
            ? say('approve.again')
            : wave === null
              ? say('approve.open')
              : say('approve.wave.open', { wave })}
        </button>
      ) : (
        <span class="soft">
          {isBySsh ? say('approvals.bySsh') : refusalText(you)}{' '}
          <a href="/passkey">{say('approvals.register')}</a>. {say('approvals.register.then')}
        </span>
      )}
      {isAsking.value && (
        <ApproveDialog
          {...reviewing}
          approval={approval}
          onApproved={() => undefined}
          onClose={() => (isAsking.value = false)}
        />
      )}
    </p>
  );
}
