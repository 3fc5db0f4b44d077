/** The thread of `dry-run-apart.ts`: plans against one inventory, and ends. */
import { systemClock } from '../../clock.ts';
import { answerFrom } from '../in-thread.ts';
import { readWithin } from '../plans/edit-plans.ts';
import { openPlanFolder } from '../plans/plan-folder.ts';
import { dryRunOfInventory } from '../plans/plan-in-folder.ts';
import { inWordsOf, type ThreadDryRun } from './dry-run-apart.ts';

void answerFrom(async ({ request, planning, now, language, ...given }: ThreadDryRun) => {
  const folder = await openPlanFolder(given.folder);
  const ahead = now - systemClock.now();
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const options = { ...planning, clock, readNamed: readWithin(folder) };
  return await inWordsOf(await dryRunOfInventory(folder, request, options), {
    ...{ text: request.text, changes: request.changes, language, now },
  });
});
