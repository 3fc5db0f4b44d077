/** "Plan these": opens the editor of plans with a selector, or with the chosen instances. It says which. */

import { useSignal } from '@preact/signals';
import { selectorOf, selectorYaml } from '../../../../operations/fleet/selector-of-filter.ts';
import { escapeControls } from '../../../../text.ts';
import type { FleetPage, FleetRow, FleetValues } from '../../../api/fleet.ts';
import { permits } from '../../../api/roles.ts';
import type { Person } from '../../../api/session.ts';
import { get, Refused } from '../../client.ts';
import { quantities, say } from '../../language.ts';
import { sayRefusal } from '../../parts/say-refusal.ts';
import { go } from '../../router.ts';
import { filterOfAddress } from './fleet-address.ts';

/** Instances that fit into an address. */
export const MOST_IDS = 200;

/** What a plan can name. The provider also lists instances with other ids. */
const TARGET_ID = /^crs-[a-z0-9]{8,32}$/;

type Named = Pick<FleetRow, 'id' | 'region' | 'profile'>;

export function PlanThese({
  person,
  count,
  path,
  picked,
  values,
  onClear,
}: {
  person: Person;
  /** How many instances the filters keep. */
  count: number;
  /** The address of their rows. */
  path: string;
  picked: ReadonlyMap<string, Named>;
  /** What the fleet has; null: not known yet. */
  values: FleetValues | null;
  onClear: () => void;
}) {
  const fault = useSignal<string | null>(null);
  const { count: figure } = quantities();
  if (values === null || (count === 0 && picked.size === 0)) return null;
  const filter = filterOfAddress();
  const regions = values.region.map(({ value }) => value);
  const selector = picked.size === 0 ? selectorOf(filter, regions) : null;
  const accounts = filter.profile.length > 0 ? filter.profile : values.profile.map(({ value }) => value);
  const chosen = picked.size === 0 ? count : picked.size;
  const reason = !permits(person.roles, 'plan')
    ? say('fleet.plan.mayNot')
    : picked.size === 0 && accounts.length > 1
      ? say('fleet.plan.accounts')
      : selector === null && chosen > MOST_IDS
        ? say('fleet.plan.tooMany', { most: MOST_IDS })
        : null;
  const open = async (): Promise<void> => {
    if (selector !== null) return go(addressOf({ select: JSON.stringify(selector), ...profileOf(accounts) }));
    try {
      const named =
        picked.size > 0 ? [...picked.values()] : (await get<FleetPage>(`${path}&limit=${MOST_IDS}`)).rows;
      const known = named.filter(({ id }) => TARGET_ID.test(id));
      const problem = problemOf(known);
      if (problem !== null) fault.value = problem;
      else go(idsAddress(known));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fault.value = sayRefusal(error).message;
    }
  };
  return (
    <section class="plan-these" aria-label={say('fleet.plan')}>
      <button type="button" class="primary" disabled={reason !== null} onClick={() => void open()}>
        {say('fleet.plan')}
      </button>
      <span>
        {picked.size > 0
          ? say('fleet.plan.picked', { count: figure(picked.size) })
          : selector !== null
            ? say('fleet.plan.selector', { count: figure(count) })
            : say('fleet.plan.ids', { count: figure(count) })}
      </span>
      {selector !== null && (
        <code class="selector">
          {['select:', ...selectorYaml(selector).split('\n')].map(escapeControls).join('\n  ')}
        </code>
      )}
      {picked.size > 0 && (
        <button type="button" class="link" onClick={onClear}>
          {say('fleet.plan.clear')}
        </button>
      )}
      <span class="warn" role="status">
        {reason ?? fault.value ?? ''}
      </span>
    </section>
  );
}

const addressOf = (values: Readonly<Record<string, string>>): string =>
  `/plans/new?${new URLSearchParams(values)}`;

/** A plan needs no word for the profile `default`. */
const profileOf = ([profile, ...more]: readonly string[]): { profile?: string } =>
  profile === undefined || profile === 'default' || more.length > 0 ? {} : { profile };

function problemOf(named: readonly Named[]): string | null {
  if (named.length === 0) return say('fleet.plan.none');
  return new Set(named.map(({ profile }) => profile)).size > 1 ? say('fleet.plan.accounts') : null;
}

/** Of one region by their ids; of several, as a selector. */
function idsAddress(named: readonly Named[]): string {
  const ids = named.map(({ id }) => id);
  const regions = [...new Set(named.map(({ region }) => region))].sort();
  const profile = profileOf([named[0]!.profile]);
  if (regions.length === 1) return addressOf({ region: regions[0]!, ids: ids.join(','), ...profile });
  return addressOf({ select: JSON.stringify({ ids, regions }), ...profile });
}
