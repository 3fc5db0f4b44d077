/** The instances of the fleet as a table of any length, with boxes to choose some. */
import { useRef } from 'preact/hooks';
import type { FleetRow } from '../../../api/fleet.ts';
import { quantities, say } from '../../language.ts';
import { LongTable } from '../../parts/long-table.tsx';
import { go, query, setQuery } from '../../router.ts';
import type { WordId } from '../../words/en.ts';
import { instanceAddress } from './fleet-address.ts';
import { Use } from './use-mark.tsx';
import type { FleetRows } from './use-rows.ts';

/** The same for an instance in all readings. */
export const keyOf = ({ id, profile, region }: Pick<FleetRow, 'id' | 'profile' | 'region'>): string =>
  `${profile}\n${region}\n${id}`;

export function FleetTable({
  rows,
  picked,
  onPick,
}: {
  rows: FleetRows;
  picked: ReadonlyMap<string, FleetRow>;
  onPick: (rows: readonly FleetRow[], isPicked: boolean) => void;
}) {
  const last = useRef(0);
  const { size, memory } = quantities();
  const pick = (at: number, isRange: boolean, isPicked: boolean): void => {
    const [from, to] = isRange ? [Math.min(at, last.current), Math.max(at, last.current)] : [at, at];
    last.current = at;
    const chosen: FleetRow[] = [];
    for (let one = from; one <= to; one++) {
      const row = rows.rowAt(one);
      if (row !== undefined) chosen.push(row);
    }
    onPick(chosen, isPicked);
  };
  return (
    <LongTable
      label={say('fleet.instances')}
      look="fleet-table"
      rows={rows}
      keyOf={keyOf}
      onOpen={(row) => go(instanceAddress(row))}
      columns={[
        {
          id: 'pick',
          title: '',
          header: <span class="skip">{say('fleet.pick.column')}</span>,
          cell: (row, at) => (
            <label onClick={(event) => event.stopPropagation()}>
              <input
                type="checkbox"
                aria-label={say('fleet.pick', { instance: row.id })}
                checked={picked.has(keyOf(row))}
                onClick={(event) => pick(at, event.shiftKey, event.currentTarget.checked)}
              />
            </label>
          ),
        },
        {
          ...sortable('name', 'fleet.instance'),
          cell: (row) => (
            <>
              <code>{row.id}</code> <span class="soft">{row.name}</span>
            </>
          ),
        },
        { ...sortable('zone', 'fleet.zone'), id: 'where', cell: ({ zone, region }) => zone || region },
        { ...sortable('edition', 'fleet.edition'), cell: ({ edition }) => edition },
        { ...sortable('memoryPerShard', 'fleet.size'), id: 'size', cell: (row) => size(row.size) },
        { ...sortable('memory', 'fleet.memory'), cell: (row) => memory(row.memory) },
        { ...sortable('use', 'fleet.use'), cell: ({ use }) => <Use use={use} /> },
        { ...sortable('status', 'fleet.status'), cell: ({ status }) => say(`fleet.status.${status}`) },
      ]}
    />
  );
}

/** A column that sorts: upwards, downwards, and then by id again. Figures begin with the largest. */
function sortable(by: string, word: WordId) {
  const now = query('sort');
  const isFigure = by === 'memory' || by === 'use' || by === 'memoryPerShard';
  const [first, second] = isFigure ? [`-${by}`, by] : [by, `-${by}`];
  const next = now === first ? second : now === second ? '' : first;
  const sorted = now === by ? 'ascending' : now === `-${by}` ? 'descending' : 'none';
  return {
    ...{ id: by, title: say(word) },
    sorted: sorted as 'ascending' | 'descending' | 'none',
    header: (
      <button type="button" onClick={() => setQuery('sort', next)}>
        {say(word)} {sorted === 'ascending' ? '▲' : sorted === 'descending' ? '▼' : ''}
      </button>
    ),
  };
}
