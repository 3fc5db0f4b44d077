/** `refit store export` and `refit store import`: runs of a store as run directories, and the other way round. */
import { RefitError } from '../../../errors.ts';
import { shellQuote } from '../../../next-command.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { exportStoredRun, importRun } from '../../../operations/runs/move-run.ts';
import { openStored } from '../../../operations/runs/open-stored.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

/** @returns 0. */
export const storeExport: CommandCode<[string]> = async ([typed], options, terminal) => {
  const target = await demandStore(options, terminal);
  const { clock } = terminal;
  if (options.out === undefined)
    throw new RefitError(
      'usage',
      '-o is missing: it names the folder to write',
      `refit store export ${shellQuote(typed)}${target.option} -o DIR`,
    );
  const store = await openStored(target, { clock, purpose: 'export' });
  try {
    const exported = await exportStoredRun(store, typed, options.out);
    const { run, directory, head, entries, sameReports } = exported;
    await print(terminal, options, {
      text: () =>
        [
          `run      ${run}   ${entries} entries, head ${head.slice(0, 8)}`,
          `folder   ${directory}`,
          ...(sameReports ? [] : ['reports  rendered again, because another version wrote them']),
          `next     refit audit verify ${shellQuote(directory)}`,
          '',
        ].join('\n'),
      json: exported,
      indent: 2,
    });
    return 0;
  } finally {
    await store.close();
  }
};

/** @returns 0. */
export const storeImport: CommandCode<[string]> = async ([directory], options, terminal) => {
  const target = await demandStore(options, terminal);
  const { clock, env } = terminal;
  const stateDirectory = stateDirectoryOf(env);
  const onNotice = (text: string) => terminal.hint(text);
  const store = await openStored(target, { clock, purpose: 'import', stateDirectory, onNotice });
  try {
    const imported = await importRun(store, directory, { clock, stateDirectory });
    const { run, entries, isOver } = imported;
    const next = `refit ${isOver ? 'report' : 'apply'} ${shellQuote(run)}${target.option}`;
    await print(terminal, options, {
      text: () =>
        [`run      ${run}   ${entries} entries`, `store    ${target.place}`, `next     ${next}`, ''].join(
          '\n',
        ),
      json: { ...imported, store: target.place, next },
      indent: 2,
    });
    return 0;
  } finally {
    await store.close();
  }
};
