/** `refit pause|continue|drain|abort|set RUN`: sends a control command to a live run and prints the answer. */
import { closest } from '../../../closest-word.ts';
import { EXIT_COMMAND_REFUSED, RefitError } from '../../../errors.ts';
import type { ControlCommand, ControlSetting } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { controlRun } from '../../../operations/runs/control-run.ts';
import type { RunReader } from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';
import { onRun } from '../../with-run.ts';

/** The settings are sent one after the other. A refused one does not stop the next, because each stands for itself. */
export const set = onRun(async (run, options, terminal, typed) => {
  const commands = settingsFrom(run.name, typed);
  const answers: Answer[] = [];
  for (const command of commands) answers.push(await controlRun(run, command));
  const accepted = answers.every((answer) => answer.accepted);
  const message = answers.map((answer) => answer.message).join('; ');
  const settings = commands.map(({ setting, value }, at) => ({ setting, value, ...answers[at] }));
  await print(terminal, options, {
    text: () => answers.map(answerText).join(''),
    json: commands.length === 1 ? { accepted, message } : { accepted, message, settings },
  });
  return end(run, 'status', accepted, options, terminal);
});

/** Creates a control command without parameters. */
export function controlCommand(
  kind: Exclude<ControlCommand['kind'], 'set'>,
): CommandCode<[string, ...string[]]> {
  return onRun(async (run, options, terminal) => {
    const answer = await controlRun(run, { kind });
    const { accepted, message } = answer;
    await print(terminal, options, { text: () => answerText(answer), json: { accepted, message } });
    return end(run, kind === 'pause' && accepted ? 'continue' : 'status', accepted, options, terminal);
  });
}

type Answer = Awaited<ReturnType<typeof controlRun>>;

function answerText({ accepted, message }: Answer): string {
  return `${accepted ? 'accepted' : 'refused'}: ${escapeControls(message)}\n`;
}

/** Prints the next command. @returns 0 if the run accepted the command, 5 if it refused. */
function end(
  { name }: RunReader,
  word: 'continue' | 'status',
  accepted: boolean,
  options: Options,
  terminal: Terminal,
): number {
  const next = withConnectionOptions(`refit ${word} ${shellQuote(name)}`, options);
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
