/** `refit schedule put|remove|enable|disable|run-now` on a store. */
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import { shellQuote } from '../../../next-command.ts';
import { userName } from '../../../operations/machine.ts';
import { readInput, STDIO } from '../../../operations/named-files.ts';
import { withSchedule } from '../../../operations/runs/schedule-store.ts';
import { offerSigned } from '../../../operations/runs/submit-plan.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { isPlanName } from '../../../schedule/plan-file.ts';
import { fileNamed } from '../../../schedule/read-schedule.ts';
import { formatScheduleEvent, scheduleEventJson } from '../../../schedule/schedule-entry.ts';
import {
  planToPut,
  putOnSchedule,
  readStoredSchedule,
  removeFromSchedule,
  requestStoredRun,
  switchOnSchedule,
} from '../../../schedule/store/read-stored.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { demandStore } from '../store/demand-store.ts';
import { printSwitch } from './print-schedule.ts';
import type { WhichPlan } from './which-schedule.ts';

type InStore = Extract<WhichPlan, { kind: 'store' }>;

const self = () => ({ user: userName(), host: hostname() });

/** @returns 0, also if the store has this text already. */
export const schedulePut: CommandCode<[string]> = async ([file], options, terminal) => {
  const target = await demandStore(options, terminal);
  const text = (await readInput(file, 'any-plan')).toString('utf8');
  const name = nameFor(file, options.name, text);
  const { schedule, saved } = planToPut(name, text, file);
  await withSchedule(target, terminal.clock, async (database, store) => {
    if (saved !== null) await offerSigned(store, saved, file === STDIO ? null : file);
    const done = await putOnSchedule(database, { name, text, by: self() });
    const { state, now } = await readStoredSchedule(database);
    const open = state.plans.get(name)?.open ?? null;
    await print(terminal, options, {
      text: () => `${escapeControls(`${name}: ${PUT[done]}`)}\n`,
      json: {
        plan: name,
        result: done,
        schedule,
        digest: saved?.digest ?? null,
        at: new Date(now).toISOString(),
      },
    });
    if (open !== null) terminal.hint(`${name}: the occurrence due at ${open.due} keeps the plan that it has`);
    terminal.hint(`next    ${withConnectionOptions('refit schedule next', options)}   shows when it is due`);
  });
  return 0;
};

const PUT = {
  put: 'put on schedule; earlier due times do not count',
  replaced: 'replaced the plan of this name; if its schedule changed, earlier due times do not count',
  same: 'the store has this text already',
} as const;

/** The name in the store: that of the file, with the extension of what it is. @throws RefitError `usage` */
function nameFor(file: string, named: string | undefined, text: string): string {
  const extension = /^\uFEFF?\s*\{/.test(text) ? '.json' : '.yaml';
  const typed = named ?? (file === STDIO ? undefined : basename(file));
  if (typed === undefined)
    throw new RefitError(
      'usage',
      'stdin has no name, and a plan on schedule needs one',
      'refit schedule put - --name nightly',
    );
  if (!isPlanName(typed))
    throw new RefitError(
      'usage',
      `${typed} cannot be the name of a plan on schedule: use letters, digits, dots, dashes and _, and begin with a letter or a digit`,
      `refit schedule put ${shellQuote(file)} --name nightly`,
    );
  const has = /\.(ya?ml|json)$/i.exec(typed)?.[0].toLowerCase();
  if (has === undefined) return `${typed}${extension}`;
  if ((has === '.json') === (extension === '.json')) return typed;
  const right = typed.replace(/\.[^.]+$/, extension);
  throw new RefitError(
    'usage',
    `${typed}: the text is ${extension === '.json' ? 'JSON, a saved plan' : 'YAML, a plan'}, and the name says ${has}`,
    `refit schedule put ${shellQuote(file)} --name ${shellQuote(right)}`,
  );
}

/** @returns 0. @throws RefitError `usage` without such a plan. */
export const scheduleRemove: CommandCode<[string]> = async ([word], options, terminal) => {
  const target = await demandStore(options, terminal);
  await withSchedule(target, terminal.clock, async (database) => {
    const { view, state } = await readStoredSchedule(database);
    const { name } = fileNamed(word, view, null);
    const removed = await removeFromSchedule(database, name, self());
    const open = state.plans.get(name)?.open ?? null;
    await print(terminal, options, {
      text: () =>
        `${escapeControls(name)}${removed ? ' is not on schedule any more' : ' was removed already'}\n`,
      json: { plan: name, removed },
    });
    if (open?.run)
      terminal.hint(`its run continues: ${withConnectionOptions(`refit status ${open.run}`, options)}`);
  });
  return 0;
};

/** @returns 0. */
export async function switchInStore(
  { target, name: word }: InStore,
  enabled: boolean,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  await withSchedule(target, terminal.clock, async (database) => {
    const { view } = await readStoredSchedule(database);
    const { name: plan } = fileNamed(word, view, null);
    const changed = await switchOnSchedule(database, plan, enabled, self());
    await printSwitch({ plan, enabled, changed }, options, terminal);
  });
  return 0;
}

/** @returns 0 if a scheduler accepted, else the code of a refusal. */
export async function runNowInStore(
  { target, name: word }: InStore,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  return await withSchedule(target, terminal.clock, async (database) => {
    const { view } = await readStoredSchedule(database);
    const file = fileNamed(word, view, null);
    if (file.kind !== 'scheduled')
      throw new RefitError('usage', `${file.name} cannot start: ${file.message}`, file.fix);
    const answer = await requestStoredRun(database, file.name, self(), terminal.clock);
    await print(terminal, options, {
      text: () => `${escapeControls(formatScheduleEvent(answer))}\n`,
      json: scheduleEventJson(answer),
    });
    if (answer.kind !== 'refused')
      terminal.hint(
        `next    ${withConnectionOptions(`refit schedule log ${shellQuote(file.name)}`, options)}   names its run`,
      );
    return answer.kind === 'refused' ? EXIT_COMMAND_REFUSED : 0;
  });
}
