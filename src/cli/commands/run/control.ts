/** `refit pause|continue|drain|abort|set RUN`: tells the live process of a run something, and says what it answered. */
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import type { ControlCommand, ControlSetting } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { controlRun } from '../../../operations/control-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import type { Options } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

export const set: CommandCode<[string, ...string[]]> = ([directory, ...typed], options, terminal) =>
  control(directory, settingFrom(directory, typed), options, terminal);

/** The command that says one word to a live run. */
export function controlCommand(kind: Exclude<ControlCommand['kind'], 'set'>): CommandCode<[string]> {
  return ([directory], options, terminal) => control(directory, { kind }, options, terminal);
}

/** @returns 0 where it was done, 5 where it was refused. */
async function control(
  directory: string,
  command: ControlCommand,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { accepted, what } = await controlRun(directory, command);
  const text = () => `${accepted ? 'accepted' : 'refused'}: ${escapeControls(what)}\n`;
  await print(terminal, options, { text, json: { accepted, what } });
  const next = `refit ${command.kind === 'pause' && accepted ? 'continue' : 'status'} ${shellQuote(directory)}`;
  if (!accepted) terminal.err(`  fix: ${next} shows how it goes on\n`);
  else terminal.hint(`next    ${next}`);
  return accepted ? 0 : EXIT_COMMAND_REFUSED;
}

/** `inFlight=5`, or the same in two words. @throws RefitError `usage` */
function settingFrom(directory: string, typed: readonly string[]): ControlCommand {
  const [name = '', text = '', ...more] =
    typed.length === 1 ? (typed[0] ?? '').split(/=(.*)/s).slice(0, 2) : typed;
  const wrong = (what: string): RefitError =>
    new RefitError(
      'usage',
      `set ${typed.join(' ')}: ${what}`,
      `refit set ${shellQuote(directory)} inFlight=5`,
    );
  if (name !== 'inFlight' && name !== 'requestsPerSecond')
    throw wrong('what can be set is inFlight and requestsPerSecond');
  if (more.length > 0 || !/^-?\d+(\.\d+)?$/.test(text)) throw wrong(`${name} takes one number`);
  return { kind: 'set', setting: name satisfies ControlSetting, value: Number(text) };
}
