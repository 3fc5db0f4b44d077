/** Every change of a plan, as a table of any length with filters in the address. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ReviewView } from '../../../api/reviews.ts';
import { say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { type LongColumn, LongTable } from '../../parts/long-table.tsx';
import { query, setQuery, showIfWanted } from '../../router.ts';

type Row = readonly string[];
/** A row with its place in the plan. */
type KeyedRow = { readonly row: Row; readonly key: number };

/** The columns of the table, if the plan has them, in this order. The rest is in the dialog of a row. */
const SHOWN = ['wave', 'instance', 'region', 'change', 'rollback', 'price'];
/** What a search looks at. */
const SEARCHED = ['instance', 'name', 'region', 'group', 'terraform', 'change'];

export function Changes({ page: { changes, waves } }: { page: ReviewView['page'] }) {
  const opened = useSignal<Row | null>(null);
  const [find, inWave] = [query('find').toLowerCase(), query('in')];
  const at = useMemo(() => new Map(changes?.columns.map(({ id }, index) => [id, index])), [changes]);
  const rows = useMemo(() => {
    const keyed = (changes?.rows ?? []).map((row, key) => ({ row, key }));
    const columns = SEARCHED.flatMap((id) => at.get(id) ?? []);
    const waveAt = at.get('wave');
    return keyed.filter(
      ({ row }) =>
        (inWave === '' || waveAt === undefined || row[waveAt] === inWave) &&
        (find === '' || columns.some((column) => row[column]!.toLowerCase().includes(find))),
    );
  }, [changes, find, inWave, at]);
  if (changes === null)
    return (
      <section>
        <h2>{say('review.changes')}</h2>
        <p class="soft">{say('review.changes.noSteps')}</p>
      </section>
    );
  const columns = SHOWN.flatMap((id): LongColumn<KeyedRow>[] => {
    const index = at.get(id);
    if (index === undefined) return [];
    const { title } = changes.columns[index]!;
    if (id !== 'instance') return [{ id, title, cell: ({ row }) => <Amounts text={row[index] ?? ''} /> }];
    const nameAt = at.get('name') ?? -1;
    return [
      {
        ...{ id, title },
        cell: ({ row }) => (
          <>
            {row[nameAt] && <strong>{row[nameAt]}</strong>} <code>{row[index]}</code>
          </>
        ),
      },
    ];
  });
  return (
    <section class="changes" id="changes" ref={showIfWanted}>
      <h2>{say('review.changes')}</h2>
      <div class="tools">
        <label>
          {say('review.changes.find')}
          <input
            type="search"
            value={query('find')}
            placeholder={say('review.changes.placeholder')}
            onInput={({ currentTarget }) => setQuery('find', currentTarget.value)}
          />
        </label>
        {waves.length > 1 && (
          <label>
            {say('review.wave')}
            <select value={inWave} onChange={({ currentTarget }) => setQuery('in', currentTarget.value)}>
              <option value="">{say('review.changes.all')}</option>
              {waves.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <span class="soft" role="status">
          {rows.length === 0
            ? say('review.changes.none')
            : say('review.changes.count', { shown: rows.length, all: changes.of })}
        </span>
      </div>
      <LongTable
        label={say('review.changes')}
        rows={rows}
        columns={columns}
        keyOf={({ key }) => key}
        onOpen={({ row }) => (opened.value = row)}
        wraps
      />
      {changes.note && <p class="soft">{changes.note}</p>}
      {opened.value !== null && (
        <Dialog
          title={opened.value[at.get('instance')!] ?? ''}
          action={null}
          onClose={() => (opened.value = null)}
        >
          <dl class="all-facts">
            {changes.columns.map(({ id, title }, index) =>
              opened.value![index] === '' ? null : (
                <div key={id}>
                  <dt>{title}</dt>
                  <dd>{opened.value![index]}</dd>
                </div>
              ),
            )}
          </dl>
        </Dialog>
      )}
    </section>
  );
}
