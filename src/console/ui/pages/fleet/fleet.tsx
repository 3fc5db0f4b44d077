/** The fleet: what there is, how full it is, and where. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { escapeControls } from '../../../../text.ts';
import type {
  FleetGroups,
  FleetMapView,
  FleetRow,
  FleetTotals,
  FleetValuesView,
} from '../../../api/fleet.ts';
import type { Person } from '../../../api/session.ts';
import { Refused } from '../../client.ts';
import { quantities, say } from '../../language.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Empty, Fact, Problem } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { sumText } from './figures.ts';
import { FILTER_WORDS, Filters } from './filters.tsx';
import './fleet.css';
import { filterQuery, LIST_FILTERS, toggleFilter, USE_CHOICES } from './fleet-address.ts';
import { GroupTable } from './groups.tsx';
import { FleetTreemap } from './map.tsx';
import { PlanThese } from './plan-these.tsx';
import { FleetTable, keyOf } from './rows.tsx';
import { SourceBar } from './source.tsx';
import { useAnswer } from './use-answer.ts';
import { Use } from './use-mark.tsx';
import { useReading } from './use-reading.ts';
import { useFleetRows } from './use-rows.ts';

export function FleetPage({ person }: PageProps) {
  usePageTitle(say('nav.fleet'));
  const { view, read } = useReading();
  if (view === undefined) return <p class="loading" aria-busy="true" />;
  if (view instanceof Refused) return <Problem error={view} />;
  return (
    <>
      <div class="title">
        <h1>{say('nav.fleet')}</h1>
      </div>
      <SourceBar view={view} person={person} read={read} />
      {view.reading !== null ? (
        <Fleet id={view.reading.id} person={person} />
      ) : (
        view.inProgress === null && (
          <Empty title="fleet.empty.title" text="fleet.empty.text" command="refit inventory -o fleet.json" />
        )
      )}
    </>
  );
}

/** @param id of the reading. */
function Fleet({ id, person }: { id: number; person: Person }) {
  const filters = filterQuery();
  const values = useAnswer<FleetValuesView>(`/fleet/values?id=${id}`);
  const known = values instanceof Refused ? null : (values?.values ?? null);
  const sort = query('sort');
  const path = `/fleet?${new URLSearchParams([...filters, ['sort', sort || 'id']])}`;
  const rows = useFleetRows(path, id);
  const picked = useSignal<ReadonlyMap<string, FleetRow>>(new Map());
  useEffect(() => {
    picked.value = new Map();
  }, [id]);
  const onPick = (chosen: readonly FleetRow[], isPicked: boolean): void => {
    const next = new Map(picked.value);
    for (const row of chosen) {
      if (isPicked) next.set(keyOf(row), row);
      else next.delete(keyOf(row));
    }
    picked.value = next;
  };
  return (
    <>
      <Filters values={known} />
      {rows.fault !== null && <Problem error={rows.fault} />}
      {rows.totals !== null && <Totals totals={rows.totals} />}
      <Groups id={id} filters={filters} values={values instanceof Refused ? undefined : values} />
      <h2>{say('fleet.instances')}</h2>
      {rows.totals !== null && rows.count === 0 ? (
        <p class="soft">{say('fleet.none')}</p>
      ) : (
        <FleetTable rows={rows} picked={picked.value} onPick={onPick} />
      )}
      <PlanThese
        {...{ person, count: rows.count, path, picked: picked.value, values: known }}
        onClear={() => (picked.value = new Map())}
      />
    </>
  );
}

function Totals({ totals }: { totals: FleetTotals }) {
  const { instances, memory, used, measured, measuredInstances } = totals;
  const { count } = quantities();
  return (
    <dl class="facts">
      <Fact name={say('fleet.instances')}>{count(instances)}</Fact>
      <Fact name={say('fleet.memory')}>{sumText(memory)}</Fact>
      <Fact name={say('fleet.used')}>{measuredInstances === 0 ? '–' : sumText(used)}</Fact>
      <Fact name={say('fleet.use')}>
        <Use use={measured === 0 ? null : used / measured} />{' '}
        <small class="soft">
          {measuredInstances < instances && say('fleet.use.of', { count: count(measuredInstances) })}
        </small>
      </Fact>
    </dl>
  );
}

/** Ways to group, besides by a tag. */
const GROUPS = ['profile', 'region', 'zone', 'edition', 'type', 'status'] as const;

function Groups({
  id,
  filters,
  values,
}: {
  id: number;
  filters: URLSearchParams;
  values: FleetValuesView | undefined;
}) {
  const by = query('group') || 'region';
  const isMap = query('view') === 'map';
  const search = new URLSearchParams([...filters, ['by', by], ['id', String(id)]]);
  const groups = useAnswer<FleetGroups>(`/fleet/groups?${search}`);
  const map = useAnswer<FleetMapView>(isMap ? `/fleet/map?${search}` : null);
  const tags = values?.values.tagKeys ?? [];
  const word = by.startsWith('tag:')
    ? escapeControls(by.slice('tag:'.length))
    : say(FILTER_WORDS[GROUPS.find((one) => one === by) ?? 'region']);
  const onGroup = (value: string | null): void => {
    if (value === null) return;
    if (by.startsWith('tag:')) toggleFilter('tag', `${by.slice('tag:'.length)}=${value}`);
    else {
      const name = LIST_FILTERS.find((one) => one === by);
      if (name !== undefined) toggleFilter(name, value);
    }
  };
  return (
    <>
      <div class="fleet-view">
        <h2>{say('fleet.groups', { by: word })}</h2>
        <div class="controls">
          <label>
            {say('fleet.groupBy')}
            <select value={by} onChange={({ currentTarget }) => setQuery('group', currentTarget.value)}>
              {GROUPS.map((one) => (
                <option key={one} value={one}>
                  {say(FILTER_WORDS[one])}
                </option>
              ))}
              {by.startsWith('tag:') && !tags.some(({ value }) => by === `tag:${value}`) && (
                <option value={by}>{word}</option>
              )}
              {tags.map(({ value }) => (
                <option key={`tag:${value}`} value={`tag:${value}`}>
                  {say('fleet.tag')}: {escapeControls(value)}
                </option>
              ))}
            </select>
          </label>
          <div class="chips" role="group" aria-label={say('fleet.view')}>
            <button type="button" aria-pressed={!isMap} onClick={() => setQuery('view', '')}>
              {say('fleet.view.table')}
            </button>
            <button type="button" aria-pressed={isMap} onClick={() => setQuery('view', 'map')}>
              {say('fleet.view.map')}
            </button>
          </div>
        </div>
      </div>
      {groups instanceof Refused && <Problem error={groups} />}
      {isMap && map !== undefined && !(map instanceof Refused) && (
        <FleetTreemap
          map={map}
          by={by}
          onGroup={(value, band) => {
            onGroup(value);
            setQuery('use', USE_CHOICES.at(band)!);
          }}
        />
      )}
      {groups !== undefined && !(groups instanceof Refused) && (
        <GroupTable by={word} name={by} groups={groups} onOpen={onGroup} />
      )}
    </>
  );
}
