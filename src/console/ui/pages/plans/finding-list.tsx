/** The findings of the text, below the editor. */
import type { EditorFinding } from '../../../api/plans.ts';
import { say } from '../../language.ts';
import { Badge } from '../../parts/parts.tsx';
import type { createChecker } from './plan-edit.ts';

/** The colours of severities. */
export const SEVERITY_TONES = { error: 'failed', warning: 'warning', note: 'live' } as const;

export function FindingList({
  checker: { checked, isChecking, fault },
  onOpen,
  onFix,
}: {
  checker: ReturnType<typeof createChecker>;
  onOpen: (finding: EditorFinding) => void;
  onFix: (finding: EditorFinding) => void;
}) {
  const now = checked.value;
  const countOf = (severity: EditorFinding['severity']) =>
    now?.findings.filter((one) => one.severity === severity).length ?? 0;
  const summary =
    now === null
      ? ''
      : now.found === 0
        ? say('editor.valid')
        : say('editor.counts', { errors: countOf('error'), warnings: countOf('warning') });
  return (
    <section aria-label={say('editor.findings')}>
      <p class="soft" role="status">
        {fault.value !== ''
          ? fault.value
          : isChecking.value && now === null
            ? say('editor.checking')
            : summary}
      </p>
      {now !== null && now.found > 0 && (
        <ul class="finding-list">
          {now.findings.map((finding, at) => (
            <li key={at}>
              <Badge tone={SEVERITY_TONES[finding.severity]} text={finding.severityName} />{' '}
              {finding.line !== null && (
                <button type="button" class="link where" onClick={() => onOpen(finding)}>
                  {say('editor.line', { line: finding.line })}
                </button>
              )}
              <code>{finding.code}</code>
              <p>{finding.message}</p>
              {finding.replacement !== null ? (
                <button type="button" onClick={() => onFix(finding)}>
                  {say('editor.apply', { text: finding.replacement })}
                </button>
              ) : (
                <Remedy finding={finding} />
              )}
            </li>
          ))}
        </ul>
      )}
      {now !== null && now.found > now.findings.length && (
        <p class="soft">{say('editor.more', { count: now.found - now.findings.length })}</p>
      )}
    </section>
  );
}

/** What the person can do, or an example. */
export function Remedy({ finding: { fix, example } }: { finding: Pick<EditorFinding, 'fix' | 'example'> }) {
  if (fix !== null) return <code>{say('editor.fix', { text: fix })}</code>;
  return example === null ? null : <code>{say('editor.example', { text: example })}</code>;
}
