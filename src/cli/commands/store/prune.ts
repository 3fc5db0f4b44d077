/** `refit store prune`: removes the journals of runs that ended long ago, and old entries of the schedule log. */
import { hostname } from 'node:os';
import { RefitError } from '../../../errors.ts';
import { userName } from '../../../operations/machine.ts';
import { type PrunedRun, type PrunedSchedule, pruneStore } from '../../../operations/store-admin.ts';
import { parseDuration } from '../../../plan/parse/quantity.ts';
import { sanitize } from '../../../report/document/escape.ts';
import { lineOf } from '../../../schedule/store/stored-log.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

/** @returns 0, also if there was nothing to remove. */
export const storePrune: CommandCode<[]> = async (_args, options, terminal) => {
  const target = await demandStore(options, terminal);
  const olderThan = options.olderThan === undefined ? null : parseDuration(options.olderThan);
  if (olderThan === null)
    throw new RefitError(
      'usage',
      `--older-than ${options.olderThan ?? 'is missing'}: it needs a duration`,
      `refit store prune${target.option} --older-than 180d --keep-failed`,
    );
  const pruned: PrunedRun[] = [];
  const keepsFailed = options.keepFailed ?? false;
  const by = { user: userName(), host: hostname() };
  const schedule = await pruneStore(
    target,
    { olderThan, keepsFailed },
    (run) => pruned.push(run),
    (entries, before) => lineOf({ kind: 'pruned', entries, before, by }),
  );
  const shown = sanitize(pruned);
  await print(terminal, options, {
    text: () => describe(target.place, shown, schedule),
    json: { store: target.place, pruned: shown, schedule },
    indent: 2,
  });
  return 0;
};

function describe(place: string, pruned: readonly PrunedRun[], schedule: PrunedSchedule): string {
  return [
    `store    ${place}`,
    ...pruned.map(({ run, entries, endedAt }) => `removed  ${run}   ${entries} entries, ended ${endedAt}`),
    `pruned   ${pruned.length} runs; their last heads stay on record`,
    `schedule ${schedule.entries} entries of its log, of ${schedule.occurrences} occurrences`,
    '',
  ].join('\n');
}
