/** What did not go as planned, with what to do: first the urgent, grouped by their cause. */
import type { StepRow } from '../../../api/runs.ts';
import { say, sayMessage, sayWithFix } from '../../language.ts';
import { Copy, OutcomeBadge } from '../../parts/parts.tsx';
import { setQuery } from '../../router.ts';
import { type FailureGroup, groupFailures } from './run-model.ts';

/** How many instances of a group the page names. The table has all. */
const MOST_NAMED = 5;

export function Failures({ steps, onOpen }: { steps: readonly StepRow[]; onOpen: (at: number) => void }) {
  const groups = groupFailures(steps);
  if (groups.length === 0) return null;
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        {say('run.failures')} <span class="soft">{count}</span>
      </h2>
      <ul class="failures">
        {groups.map((group) => (
          <Group key={group.key} group={group} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  );
}

function Group({ group, onOpen }: { group: FailureGroup; onOpen: (at: number) => void }) {
  const { code, outcome, message, rows } = group;
  const more = rows.length - MOST_NAMED;
  return (
    <li>
      <div class="group-title">
        <OutcomeBadge outcome={outcome} /> {code && <Copy text={code} />}
        <strong>
          {rows.length === 1 ? rows[0]!.name : say('run.failures.count', { count: rows.length })}
        </strong>
      </div>
      {message && <p class="reason">{rows.length === 1 ? sayWithFix(message) : sayMessage(message)}</p>}
      <p class="members">
        {rows.slice(0, MOST_NAMED).map(({ at, instance }) => (
          <button key={at} type="button" class="link" onClick={() => onOpen(at)}>
            <code>{instance}</code>
          </button>
        ))}
        {more > 0 && (
          <button
            type="button"
            onClick={() => {
              setQuery('outcome', outcome);
              setQuery('q', code ?? '');
              document.getElementById('steps')?.scrollIntoView();
            }}
          >
            {say('run.failures.more', { count: more })}
          </button>
        )}
      </p>
    </li>
  );
}
