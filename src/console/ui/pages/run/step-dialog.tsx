/** Everything about one step. */
import type { StepRow } from '../../../api/runs.ts';
import { quantities, say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Badge, Copy, Fact, OutcomeBadge, Time } from '../../parts/parts.tsx';

export function StepDialog({ row, onClose }: { row: StepRow; onClose: () => void }) {
  const { change } = quantities();
  const lists = [
    ['run.orders', row.orders],
    ['run.request', row.requestIds],
  ] as const;
  return (
    <Dialog title={`${row.instance} ${row.name}`} action={null} onClose={onClose}>
      <p>
        {row.outcome === null ? (
          <Badge tone="live" text={say(`phase.${row.phase}`)} />
        ) : (
          <OutcomeBadge outcome={row.outcome} />
        )}{' '}
        {row.code && <code>{row.code}</code>}
      </p>
      {row.message && <p>{sayMessage(row.message)}</p>}
      <dl class="facts">
        <Fact name={say('run.change')}>{change(row.change, row.after)}</Fact>
        <Fact name={say('run.startedAt')}>
          <Time at={row.startedAt} />
        </Fact>
        <Fact name={say('run.endedAt')}>
          <Time at={row.endedAt} />
        </Fact>
        {lists.map(
          ([word, texts]) =>
            texts.length > 0 && (
              <Fact key={word} name={say(word)}>
                {texts.map((text) => (
                  <Copy key={text} text={text} />
                ))}
              </Fact>
            ),
        )}
      </dl>
    </Dialog>
  );
}
