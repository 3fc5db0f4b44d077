/** What a person does about a step that did not go as planned: as reports say it, with names of this run. */
import type { RunView, StepRow } from '../../../api/runs.ts';
import { fixFor, say } from '../../language.ts';
import { Copy } from '../../parts/parts.tsx';

/** Where people see instances, tasks and orders of the provider. */
const PROVIDER_CONSOLE = `https://${['console', 'cloud', 'tencent', 'com'].join('.')}/redis`;

/** The fix in words; null: nobody knows one. */
export function fixOf(row: Pick<StepRow, 'outcome' | 'code' | 'message'>, run: RunView): string | null {
  if (row.outcome === 'verified' || row.outcome === null) return null;
  if (row.outcome !== 'unknown') return named(fixFor(row.message, row.code), run);
  const command = run.next.startsWith('refit reconcile') ? run.next : `refit reconcile ${run.id}`;
  return say('run.fix.unknown', { command });
}

/** A fix with the names of this run instead of placeholders. */
function named(fix: string | null, { id, next }: RunView): string | null {
  const [endpoint = ''] = / --endpoint \S+/.exec(next) ?? [];
  return (
    fix
      ?.replace('refit plan PLAN -o SAVED', `refit retry ${id} -o retry.json${endpoint}`)
      .replaceAll(/\bRUN\b/g, id) ?? null
  );
}

/** A command, or the name of the console of the provider. */
const PARTS =
  /(refit [a-z]+(?: [^\s,;，；。]+)*|(?:TencentDB|Tencent Cloud) console|(?:TencentDB|腾讯云) ?控制台)/;
/** A word in a command that stands for a name. */
const PLACEHOLDER = /\b(?:PLAN|SAVED|FILE|HASH|FOLDER)\b/;

/** The same as a line of a page: commands can be copied, and the console of the provider is a link. */
export function WhatToDo({ fix }: { fix: string | null }) {
  if (fix === null) return null;
  return (
    <p class="fix">
      <strong>{say('run.fix')}</strong>{' '}
      {fix.split(PARTS).map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : !part.startsWith('refit ') ? (
          <a key={at} href={PROVIDER_CONSOLE} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : PLACEHOLDER.test(part) ? (
          <code key={at}>{part}</code>
        ) : (
          <Copy key={at} text={part} />
        ),
      )}
    </p>
  );
}
