/** `refit pause|continue|drain|abort|set RUN`: sends a control command to a live run and prints the answer. */
import { closest } from '../../../closest-word.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import type { ControlCommand, ControlSetting } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { controlRun } from '../../../operations/control-run.ts';
import { stateDirectoryOf } from '../../../operations/machine.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

/** The settings are sent one after the other. A refused one does not stop the next, because each stands for itself. */
export const set: CommandCode<[string, ...string[]]> = async ([directory, ...typed], options, terminal) => {
  const commands = settingsFrom(directory, typed);
  const answers: Answer[] = [];
  for (const command of commands) answers.push(await send(directory, command, terminal));
  const accepted = answers.every((answer) => answer.accepted);
  const message = answers.map((answer) => answer.message).join('; ');
  const settings = commands.map(({ setting, value }, at) => ({ setting, value, ...answers[at] }));
  await print(terminal, options, {
    text: () => answers.map(answerText).join(''),
    json: commands.length === 1 ? { accepted, message } : { accepted, message, settings },
  });
  return end(directory, 'status', accepted, terminal);
};

/** Creates a control command without parameters. */
export function controlCommand(kind: Exclude<ControlCommand['kind'], 'set'>): CommandCode<[string]> {
  return async ([directory], options, terminal) => {
    const answer = await send(directory, { kind }, terminal);
    const { accepted, message } = answer;
    await print(terminal, options, { text: () => answerText(answer), json: { accepted, message } });
    return end(directory, kind === 'pause' && accepted ? 'continue' : 'status', accepted, terminal);
  };
}

type Answer = Awaited<ReturnType<typeof controlRun>>;

function send(directory: string, command: ControlCommand, { env }: Terminal): Promise<Answer> {
  return controlRun(directory, command, { stateDirectory: stateDirectoryOf(env) });
}

function answerText({ accepted, message }: Answer): string {
  return `${accepted ? 'accepted' : 'refused'}: ${escapeControls(message)}\n`;
}

/** Prints the next command. @returns 0 if the run accepted the command, 5 if it refused. */
function end(directory: string, word: 'continue' | 'status', accepted: boolean, terminal: Terminal): number {
  const next = `refit ${word} ${shellQuote(directory)}`;
  if (!accepted) terminal.err(`  fix: ${next}\n`);
  else terminal.hint(`next    ${next}`);
  return accepted ? 0 : EXIT_COMMAND_REFUSED;
}

type Setting = Extract<ControlCommand, { kind: 'set' }>;

/** Parses `inFlight=5 requestsPerSecond=10`; `inFlight 5` is the same as `inFlight=5`. @throws RefitError `usage` */
function settingsFrom(directory: string, typed: readonly string[]): readonly Setting[] {
  const wrong = (problem: string): RefitError =>
    new RefitError(
      'usage',
      `set ${typed.join(' ')}: ${problem}`,
      `refit set ${shellQuote(directory)} inFlight=5`,
    );
  const words = typed
    .join('=')
    .replace(/=(?==)/g, '')
    .split('=');
  const found: Setting[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name, text = ''] = words.slice(at, at + 2);
    if (name !== 'inFlight' && name !== 'requestsPerSecond') {
      const near = closest(name ?? '', ['inFlight', 'requestsPerSecond']);
      if (near === null) throw wrong('you can set inFlight and requestsPerSecond');
      const command = `refit set ${shellQuote(directory)} ${near}=${text || '5'}`;
      throw new RefitError('usage', `set ${typed.join(' ')}: did you mean ${near}?`, command);
    }
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw wrong(`${name} takes one number`);
    if (found.some(({ setting }) => setting === name)) throw wrong(`${name} is there twice`);
    found.push({ kind: 'set', setting: name satisfies ControlSetting, value: Number(text) });
  }
  return found;
}
