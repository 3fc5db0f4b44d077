/** What a person does about a step that did not go as planned: as reports say it. */
import type { RunView, StepRow } from '../../../api/runs.ts';
import { fixFor, say } from '../../language.ts';

/** The fix in words; null: nobody knows one. */
export function fixOf(row: Pick<StepRow, 'outcome' | 'code' | 'message'>, run: RunView): string | null {
  if (row.outcome === 'verified' || row.outcome === null) return null;
  if (row.outcome !== 'unknown') return fixFor(row.message, row.code);
  const command = run.next.startsWith('refit reconcile') ? run.next : `refit reconcile ${run.id}`;
  return say('run.fix.unknown', { command });
}

/** The same as a line of a page. */
export function WhatToDo({ fix }: { fix: string | null }) {
  if (fix === null) return null;
  return (
    <p class="fix">
      <strong>{say('run.fix')}</strong> {fix}
    </p>
  );
}
