/** `refit runs`: lists the runs that the user's state knows and those in ./runs, newest first. Reads only. */
import { counted } from '../../../messages/en/quantities.ts';
import { OUTCOMES } from '../../../model.ts';
import { shortPath, stateDirectoryOf } from '../../../operations/machine.ts';
import { openRuns } from '../../../operations/runs/open-runs.ts';
import { type ListedRun, listRuns } from '../../../operations/runs/read-run.ts';
import { table } from '../../../report/document/columns.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { formatLocal } from '../../local-time.ts';
import { withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { placeData } from '../../with-run.ts';

/** How many runs Refit reads without `--all`. */
const NEWEST = 20;

export const runs: CommandCode<[]> = async (_args, options, terminal) => {
  const most = options.all ? Number.POSITIVE_INFINITY : NEWEST;
  const { env, clock } = terminal;
  const store = await openRuns({ store: options.store, env, clock });
  const listed = await listRuns(store, most).finally(() => store.close());
  await print(terminal, options, {
    text: () => describe(listed.runs),
    json: { runs: listed.runs.map(dataOf), more: listed.more },
    indent: 2,
  });
  if (options.format === 'json') return 0;
  if (listed.runs.length === 0)
    terminal.hint(
      store.kind === 'folder'
        ? `no run in ./runs, and none in ${escapeControls(stateDirectoryOf(env))}`
        : 'no run in the store',
    );
  const all = withConnectionOptions('refit runs --all', options);
  if (listed.more > 0) terminal.hint(`and ${counted(listed.more, 'older run')}: ${all}`);
  return 0;
};

function describe(listed: readonly ListedRun[]): string {
  if (listed.length === 0) return 'no runs\n';
  const rows = listed.flatMap((one): string[][] => {
    const { name, run, status, plan, startedAt, since } = one;
    const started = startedAt ?? (since > 0 ? since : null);
    return [
      [
        run?.kind === 'folder' ? shortPath(run.name) : name,
        status,
        plan?.name ?? '',
        started === null ? '' : formatLocal(started),
        outcomeOf(one),
      ],
    ];
  });
  const lines = table(
    rows.map((row) => row.map(escapeControls)),
    [{}, {}, {}, {}, {}],
    Number.POSITIVE_INFINITY,
    '',
  );
  return listed.map((run, at) => `${lines[at]}\n${remarkOn(run)}`).join('');
}

/** `40 verified, 2 failed, exit 3` */
function outcomeOf({ totals, exitCode }: ListedRun): string {
  const counts = totals === null ? [] : OUTCOMES.filter((outcome) => totals[outcome] > 0);
  const words = counts.map((outcome) => `${totals?.[outcome]} ${outcome}`);
  return [...words, ...(exitCode === null ? [] : [`exit ${exitCode}`])].join(', ');
}

function remarkOn({ message, status, isKnown }: ListedRun): string {
  if (message === null) return '';
  const label = status === 'damaged' || status === 'missing' ? status : isKnown ? 'warning' : 'not known';
  return `  ${label}: ${escapeControls(message)}\n`;
}

function dataOf({ since: _, isKnown, name, run, ...facts }: ListedRun): object {
  const place = run === null ? { directory: null } : placeData(run);
  return { name, ...place, ...facts, known: isKnown };
}
