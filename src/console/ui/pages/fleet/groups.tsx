/** The groups of the fleet as a table. Beside the map, it says the same to screen readers. */
import type { FleetGroups } from '../../../api/fleet.ts';
import { quantities, say } from '../../language.ts';
import { sumText } from './figures.ts';
import { valueText } from './filters.tsx';
import { Use } from './use-mark.tsx';

/** The value of a group as people see it. @param name what the groups have in common, as in the address. */
export const groupName = (name: string, value: string | null): string =>
  value === null ? say('fleet.noTag') : value === '' ? say('fleet.emptyValue') : valueText(name, value);

/** @param by what the groups have in common, in words. @param name the same, as in the address. @param onOpen filters by a group; absent for one without a value. */
export function GroupTable({
  by,
  name,
  groups: { groups, more },
  onOpen,
}: {
  by: string;
  name: string;
  groups: FleetGroups;
  onOpen: (value: string | null) => void;
}) {
  const { count } = quantities();
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <section class="fleet-groups" aria-label={say('fleet.groups', { by })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{by}</th>
              <th scope="col" class="number">
                {say('fleet.instances')}
              </th>
              <th scope="col" class="number">
                {say('fleet.memory')}
              </th>
              <th scope="col">{say('fleet.use')}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.value ?? '\n'}>
                <td>
                  {group.value === null ? (
                    <span class="soft">{groupName(name, null)}</span>
                  ) : (
                    <button type="button" class="link" onClick={() => onOpen(group.value)}>
                      {groupName(name, group.value)}
                    </button>
                  )}
                </td>
                <td class="number">{count(group.instances)}</td>
                <td class="number">{sumText(group.memory)}</td>
                <td>
                  <Use use={group.measured === 0 ? null : group.used / group.measured} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more > 0 && <p class="soft">{say('fleet.groups.more', { count: count(more) })}</p>}
    </>
  );
}
