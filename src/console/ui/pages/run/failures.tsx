/** What did not go as planned, with what to do: first the urgent, grouped by their cause. */
import { permits } from '../../../api/roles.ts';
import type { RunView, StepRow } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { say, sayMessage } from '../../language.ts';
import { Copy, OutcomeBadge } from '../../parts/parts.tsx';
import { setQuery } from '../../router.ts';
import { PlanAgain } from './plan-again.tsx';
import { type FailureGroup, groupFailures, haveOneMessage, nextActions } from './run-model.ts';
import { fixOf, WhatToDo } from './what-to-do.tsx';

/** How many instances of a group the page names. The table has all. */
const MOST_NAMED = 5;

export function Failures({
  run,
  steps,
  person,
  onOpen,
}: {
  run: RunView;
  steps: readonly StepRow[];
  person: Person;
  onOpen: (at: number) => void;
}) {
  const groups = groupFailures(steps);
  if (groups.length === 0) return null;
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        {say('run.failures')} <span class="soft">{count}</span>
      </h2>
      {nextActions(run).mayRetry && permits(person.roles, 'plan') && (
        <PlanAgain run={run} person={person} kinds={['retry']} />
      )}
      <ul class="failures">
        {groups.map((group) => (
          <Group key={group.key} group={group} run={run} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  );
}

function Group({ group, run, onOpen }: { group: FailureGroup; run: RunView; onOpen: (at: number) => void }) {
  const { code, outcome, message, rows } = group;
  const named = rows.slice(0, MOST_NAMED);
  const isOne = haveOneMessage(rows);
  const fixes = [...new Set(named.map((row) => fixOf(row, run)))];
  return (
    <li>
      <div class="group-title">
        <OutcomeBadge outcome={outcome} /> {code && <Copy text={code} />}
        <strong>
          {rows.length === 1 ? rows[0]!.name : say('run.failures.count', { count: rows.length })}
        </strong>
      </div>
      {isOne && message && <p class="reason">{sayMessage(message)}</p>}
      {!isOne && (
        <ul class="reasons">
          {named.map((row) => (
            <li key={row.at}>
              <Instance row={row} onOpen={onOpen} />
              {row.message && ` ${sayMessage(row.message)}`}
            </li>
          ))}
        </ul>
      )}
      {fixes.map((fix) => (
        <WhatToDo key={fix} fix={fix} />
      ))}
      <p class="members">
        {isOne && named.map((row) => <Instance key={row.at} row={row} onOpen={onOpen} />)}
        {rows.length > MOST_NAMED && <More group={group} />}
      </p>
    </li>
  );
}

function Instance({ row, onOpen }: { row: StepRow; onOpen: (at: number) => void }) {
  return (
    <button type="button" class="link" onClick={() => onOpen(row.at)}>
      <code>{row.instance}</code> {row.name}
    </button>
  );
}

/** Leads to the steps of the group in the table. */
function More({ group: { outcome, code, rows } }: { group: FailureGroup }) {
  return (
    <button
      type="button"
      onClick={() => {
        setQuery('outcome', outcome);
        setQuery('q', code ?? '');
        document.getElementById('steps')?.scrollIntoView();
      }}
    >
      {say('run.failures.more', { count: rows.length - MOST_NAMED })}
    </button>
  );
}
