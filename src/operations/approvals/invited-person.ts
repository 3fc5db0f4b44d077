/** Checks the name of a person whom somebody invites to the console. */
import { looksLike, nameFault } from '../../approval/names.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';

/**
 * A name that the lists of approvers accept, too.
 * @param typed what the person typed. @param known names of people who are signed in or invited.
 * @throws RefitError `usage` if it is no name, or if readers may take it for another person's.
 */
export function invitedName(typed: unknown, known: readonly string[]): string {
  const name = typeof typed === 'string' ? typed.trim().slice(0, 200) : '';
  const fault = name === '' ? null : nameFault(name);
  if (name === '') throw refitError('usage', message('error.no-name'));
  if (fault !== null)
    throw refitError(
      'usage',
      message('error.bad-name', {
        fault: message('approval.bad-person', { name: name.slice(0, 100), fault }),
      }),
    );
  const other = known.find((one) => one !== name && looksLike(one, name));
  if (other === undefined) return name;
  throw refitError('usage', message('error.similar-name', { name, other }));
}
