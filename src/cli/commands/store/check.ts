/** `refit store check`: checks schema, identity, roles, rights, jobs and clock of a store. It only reads. */
import { checkStore, type StoreExamination } from '../../../operations/store-admin.ts';
import { sanitize } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import { demandStore } from './demand-store.ts';

const MARKS = { ok: '✓', warning: '!', fault: '✗' } as const;

/** @returns 0 without a fault, else 1. */
export const storeCheck: CommandCode<[]> = async (_args, options, terminal) => {
  const found = sanitize(await checkStore(await demandStore(options, terminal)));
  const healthy = found.checks.every(({ state }) => state !== 'fault');
  await print(terminal, options, { text: () => describe(found), json: { healthy, ...found }, indent: 2 });
  return healthy ? 0 : 1;
};

function describe({ place, checks }: StoreExamination): string {
  const width = Math.max(...checks.map(({ subject }) => subject.length));
  return [
    `store ${place}`,
    ...checks.flatMap(({ subject, state, message, fix }) => [
      `  ${MARKS[state]} ${subject.padEnd(width)}  ${message}`,
      ...(fix === null ? [] : [`    ${' '.repeat(width)}  fix: ${fix}`]),
    ]),
    '',
  ].join('\n');
}
