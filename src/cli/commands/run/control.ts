/** `refit pause|continue|drain|abort|set RUN`: sends a control command to a live run and prints the answer. */
import { closest } from '../../../closest-word.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import type { ControlCommand, ControlSetting } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { controlRun } from '../../../operations/control-run.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import type { Options } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

export const set: CommandCode<[string, ...string[]]> = ([directory, ...typed], options, terminal) =>
  control(directory, settingFrom(directory, typed), options, terminal);

/** Creates a control command without parameters. */
export function controlCommand(kind: Exclude<ControlCommand['kind'], 'set'>): CommandCode<[string]> {
  return ([directory], options, terminal) => control(directory, { kind }, options, terminal);
}

/** @returns 0 if the run accepted the command, 5 if it refused. */
async function control(
  directory: string,
  command: ControlCommand,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { accepted, message } = await controlRun(directory, command, {
    stateDirectory: stateDirectoryOf(terminal.env),
  });
  const text = () => `${accepted ? 'accepted' : 'refused'}: ${escapeControls(message)}\n`;
  await print(terminal, options, { text, json: { accepted, message } });
  const next = `refit ${command.kind === 'pause' && accepted ? 'continue' : 'status'} ${shellQuote(directory)}`;
  if (!accepted) terminal.err(`  fix: ${next}\n`);
  else terminal.hint(`next    ${next}`);
  return accepted ? 0 : EXIT_COMMAND_REFUSED;
}

/** Parses `inFlight=5` or `inFlight 5`. @throws RefitError `usage` */
function settingFrom(directory: string, typed: readonly string[]): ControlCommand {
  const [name = '', text = '', ...more] =
    typed.length === 1 ? (typed[0] ?? '').split(/=(.*)/s).slice(0, 2) : typed;
  const wrong = (problem: string): RefitError =>
    new RefitError(
      'usage',
      `set ${typed.join(' ')}: ${problem}`,
      `refit set ${shellQuote(directory)} inFlight=5`,
    );
  if (name !== 'inFlight' && name !== 'requestsPerSecond') {
    const near = closest(name, ['inFlight', 'requestsPerSecond']);
    if (near === null) throw wrong('you can set inFlight and requestsPerSecond');
    const command = `refit set ${shellQuote(directory)} ${near}=${text || '5'}`;
    throw new RefitError('usage', `set ${typed.join(' ')}: did you mean ${near}?`, command);
  }
  if (more.length > 0 || !/^-?\d+(\.\d+)?$/.test(text)) throw wrong(`${name} takes one number`);
  return { kind: 'set', setting: name satisfies ControlSetting, value: Number(text) };
}
