/** Checks the name of a person whom somebody invites to the console. */
import { looksLike, nameFault } from '../../approval/names.ts';
import { RefitError } from '../../errors.ts';
import { message, textOf } from '../../messages/messages.ts';
import { escapeControls } from '../../text.ts';

/**
 * A name that the lists of approvers accept, too.
 * @param typed what the person typed. @param known names of people who are signed in or invited.
 * @throws RefitError `usage` if it is no name, or if readers may take it for another person's.
 */
export function invitedName(typed: unknown, known: readonly string[]): string {
  const name = typeof typed === 'string' ? typed.trim().slice(0, 200) : '';
  const fault = name === '' ? null : nameFault(name);
  if (name === '') throw new RefitError('usage', 'the invitation has no name', 'type the name: wei');
  if (fault !== null)
    throw new RefitError(
      'usage',
      escapeControls(textOf(message('approval.bad-person', { name: name.slice(0, 100), fault }))),
      'use the name that the lists of approvers have: wei',
    );
  const other = known.find((one) => one !== name && looksLike(one, name));
  if (other === undefined) return name;
  throw new RefitError(
    'usage',
    `${name} looks like ${escapeControls(other)}, who is here already`,
    'use the same name for one person, and another name for somebody else',
  );
}
