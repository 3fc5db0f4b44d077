/** Every step of a run, in a table of any length. */
import { OUTCOMES, type Outcome } from '../../../../model.ts';
import type { StepRow } from '../../../api/runs.ts';
import { quantities, say } from '../../language.ts';
import { LongTable } from '../../parts/long-table.tsx';
import { Badge, OutcomeBadge, Time } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import { filterSteps } from './run-model.ts';

/** The state of a step in the language shown. */
const stateOf = ({ outcome, phase }: StepRow): string =>
  say(outcome === null ? `phase.${phase}` : `outcome.${outcome}`);

export function Steps({
  steps,
  waves,
  onOpen,
}: {
  steps: readonly StepRow[];
  waves: readonly string[];
  onOpen: (at: number) => void;
}) {
  const outcome = query('outcome');
  const wave = /^\d{1,6}$/.test(query('wave')) ? Number(query('wave')) : null;
  const rows = filterSteps(steps, { text: query('q'), outcome, wave }, stateOf);
  const counts = new Map<string, number>();
  for (const row of steps) {
    const key = row.outcome ?? (row.phase === 'waiting' ? null : 'open');
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const { change } = quantities();
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say('run.steps')}</h2>
      <div class="tools">
        <label>
          {say('run.filter')}
          <input
            type="search"
            value={query('q')}
            placeholder={say('run.filter.placeholder')}
            onInput={({ currentTarget }) => setQuery('q', currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && setQuery('q', '')}
          />
        </label>
        <div class="chips" role="group" aria-label={say('runs.outcome')}>
          {['', 'open', ...OUTCOMES]
            .filter((one) => one === '' || counts.has(one))
            .map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={outcome === one}
                onClick={() => setQuery('outcome', one)}
              >
                {one === ''
                  ? say('run.all')
                  : one === 'open'
                    ? say('run.inFlight')
                    : say(`outcome.${one as Outcome}`)}{' '}
                <span class="soft">{one === '' ? steps.length : counts.get(one)}</span>
              </button>
            ))}
          {wave !== null && (
            <button type="button" aria-pressed="true" onClick={() => setQuery('wave', '')}>
              {say('run.wave')}: {waves[wave] ?? ''} ✕
            </button>
          )}
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="soft">{say('run.none')}</p>
      ) : (
        <LongTable
          label={say('run.steps')}
          rows={rows}
          isTall
          keyOf={({ at }) => at}
          onOpen={({ at }) => onOpen(at)}
          columns={[
            {
              id: 'state',
              title: say('run.phase'),
              cell: ({ phase, outcome: ended }) =>
                ended === null ? (
                  <Badge tone={phase === 'waiting' ? 'skipped' : 'live'} text={say(`phase.${phase}`)} />
                ) : (
                  <OutcomeBadge outcome={ended} />
                ),
            },
            {
              id: 'instance',
              title: say('run.instance'),
              cell: ({ instance, name, ...row }) => (
                <>
                  <code>{instance}</code> <span class="soft">{name}</span>
                  <small class="narrow soft">
                    {change(row.change, row.after)} · {waves[row.wave]}
                  </small>
                  <small class="narrow soft">
                    <code>{row.orders.at(-1) ?? ''}</code>
                  </small>
                </>
              ),
            },
            { id: 'change', title: say('run.change'), cell: (row) => change(row.change, row.after) },
            { id: 'wave', title: say('run.wave'), cell: ({ wave: at }) => waves[at] ?? '' },
            {
              id: 'order',
              title: say('run.orders'),
              cell: ({ orders }) => <code>{orders.at(-1) ?? ''}</code>,
            },
            { id: 'ended', title: say('run.endedAt'), cell: ({ endedAt }) => <Time at={endedAt} /> },
          ]}
        />
      )}
    </section>
  );
}
