/** The filters of the fleet. They are in the address, so a link shows what you see. */
import { escapeControls } from '../../../../text.ts';
import type { FleetValues } from '../../../api/fleet.ts';
import { quantities, say } from '../../language.ts';
import { query, queryAll, setQuery } from '../../router.ts';
import type { WordId } from '../../words/en.ts';
import { clearFilters, LIST_FILTERS, type ListFilter, toggleFilter, USE_CHOICES } from './fleet-address.ts';

/** The names of filters in words. */
export const FILTER_WORDS = {
  ...{ profile: 'fleet.profile', region: 'fleet.region', zone: 'fleet.zone', edition: 'fleet.edition' },
  ...{ type: 'fleet.type', status: 'fleet.status', tag: 'fleet.tag' },
} as const satisfies Readonly<Record<ListFilter, WordId>>;

const STATUSES = ['initialising', 'processing', 'running', 'isolated', 'deleting', 'unrecognised'] as const;
const TYPES = ['cluster', 'standard', 'standalone'] as const;

/** A value of a filter or of a group: in words if it is one of Refit, otherwise as the provider has it. */
export function valueText(name: string, value: string): string {
  const status = STATUSES.find((one) => name === 'status' && one === value);
  if (status !== undefined) return say(`fleet.status.${status}`);
  const type = TYPES.find((one) => name === 'type' && one === value);
  return type === undefined ? escapeControls(value) : say(`fleet.type.${type}`);
}

export function Filters({ values }: { values: FleetValues | null }) {
  const { count } = quantities();
  return (
    <>
      <div class="fleet-filters">
        <label>
          {say('fleet.search')}
          <input
            type="search"
            value={query('q')}
            maxLength={200}
            placeholder={say('fleet.search.placeholder')}
            onInput={({ currentTarget }) => setQuery('q', currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && setQuery('q', '')}
          />
          <small>{say('fleet.search.hint')}</small>
        </label>
        {LIST_FILTERS.map((name) => {
          const choices = values?.[name === 'tag' ? 'tags' : name] ?? [];
          // A choice between one thing is none.
          if (choices.length < 2 && queryAll(name).length === 0) return null;
          return (
            <label key={name}>
              {say(FILTER_WORDS[name])}
              <select
                value=""
                onChange={({ currentTarget }) => {
                  const chosen = currentTarget.value;
                  currentTarget.value = '';
                  if (chosen !== '') toggleFilter(name, chosen);
                }}
              >
                <option value="">{say('fleet.any')}</option>
                {choices.map(({ value, instances }) => (
                  <option key={value} value={value}>
                    {queryAll(name).includes(value) ? '✓ ' : ''}
                    {valueText(name, value)} ({count(instances)})
                  </option>
                ))}
              </select>
            </label>
          );
        })}
        <label>
          {say('fleet.use')}
          <select value={query('use')} onChange={({ currentTarget }) => setQuery('use', currentTarget.value)}>
            <option value="">{say('fleet.any')}</option>
            {USE_CHOICES.map((range) => (
              <option key={range} value={range}>
                {rangeText(range)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Chips />
    </>
  );
}

/** What filters now; a click removes one. */
function Chips() {
  const chosen = LIST_FILTERS.flatMap((name) => queryAll(name).map((value) => ({ name, value })));
  if (chosen.length === 0 && query('use') === '') return null;
  return (
    <div class="fleet-chips" role="group" aria-label={say('fleet.filters')}>
      {chosen.map(({ name, value }) => {
        const text = `${say(FILTER_WORDS[name])}: ${valueText(name, value)}`;
        return (
          <button
            key={`${name} ${value}`}
            type="button"
            title={say('fleet.remove', { filter: text })}
            onClick={() => toggleFilter(name, value)}
          >
            {text} ×
          </button>
        );
      })}
      {query('use') !== '' && (
        <button type="button" onClick={() => setQuery('use', '')}>
          {say('fleet.use')}: {rangeText(query('use'))} ×
        </button>
      )}
      <button type="button" class="link" onClick={clearFilters}>
        {say('fleet.clear')}
      </button>
    </div>
  );
}

function rangeText(range: string): string {
  if (range === 'unknown') return say('fleet.use.unknown');
  return range.endsWith('-') ? `≥ ${range.slice(0, -1)} %` : `${range.replace('-', '–')} %`;
}
