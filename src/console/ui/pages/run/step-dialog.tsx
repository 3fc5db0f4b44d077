/** Everything about one step: what it is, and what happened to it entry by entry. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RunView, StepRow, StepTimeline } from '../../../api/runs.ts';
import { get, Refused } from '../../client.ts';
import { quantities, say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Badge, Copy, Fact, OutcomeBadge, Time } from '../../parts/parts.tsx';
import { fixOf, WhatToDo } from './what-to-do.tsx';

export function StepDialog({ run, row, onClose }: { run: RunView; row: StepRow; onClose: () => void }) {
  const { change, size } = quantities();
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
        {row.code && <Copy text={row.code} />}
      </p>
      {row.message && <p>{sayMessage(row.message)}</p>}
      <WhatToDo fix={fixOf(row, run)} />
      <dl class="facts">
        <Fact name={say('run.change')}>{change(row.change, row.after)}</Fact>
        <Fact name={say('run.size')}>
          {size(row.before)} → {size(row.after)}
        </Fact>
        <Fact name={say('run.region')}>{row.region}</Fact>
        <Fact name={say('run.startedAt')}>
          <Time at={row.startedAt} />
        </Fact>
        <Fact name={say('run.endedAt')}>
          <Time at={row.endedAt} />
        </Fact>
        <Fact name={say('run.instance')}>
          <Copy text={row.instance} />
        </Fact>
        {lists.map(
          ([word, texts]) =>
            texts.length > 0 && (
              <Fact key={word} name={say(word)} isWide>
                {texts.map((text) => (
                  <Copy key={text} text={text} />
                ))}
              </Fact>
            ),
        )}
      </dl>
      <p>
        <a href={`/fleet/${encodeURIComponent(row.instance)}`}>{say('run.instance.page')}</a>
      </p>
      <Timeline run={run.id} row={row} />
    </Dialog>
  );
}

/** Reads the entries of the step again when it has changed. */
function Timeline({ run, row }: { run: string; row: StepRow }) {
  const read = useSignal<StepTimeline | Refused | null>(null);
  useEffect(() => {
    const over = new AbortController();
    get<StepTimeline>(`/runs/${encodeURIComponent(run)}/steps/${row.at}`, over.signal).then(
      (timeline) => {
        read.value = timeline;
      },
      (error: unknown) => {
        if (error instanceof Refused) read.value = error;
      },
    );
    return () => over.abort();
  }, [run, row]);
  const now = read.value;
  if (now === null) return null;
  if (now instanceof Refused) return <p class="warn">{now.message}</p>;
  if (now.entries.length === 0) return <p class="soft">{say('step.timeline.none')}</p>;
  return (
    <>
      <h3>{say('step.timeline')}</h3>
      <ol class="timeline">
        {now.entries.map(({ seq, at, message, requestId }) => (
          <li key={seq}>
            <Time at={at} /> <span>{sayMessage(message)}</span>
            {requestId && (
              <small class="soft">
                {say('run.request')} <Copy text={requestId} />
              </small>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
