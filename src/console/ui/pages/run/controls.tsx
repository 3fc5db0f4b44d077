/** The buttons that control a live run. Each says what will happen before it does. */
import { useSignal } from '@preact/signals';
import { permits } from '../../../api/roles.ts';
import type { ControlAnswerView, ControlRequest, RunView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { post, Refused } from '../../client.ts';
import { say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { usePageCommands } from '../../parts/page-commands.ts';
import { refusalText } from '../../parts/say-refusal.ts';
import type { WordId } from '../../words/en.ts';
import { GateQuestion } from './questions.tsx';
import { hearsCommands, heldGate } from './run-model.ts';

type Command = ControlRequest['command'];

export function RunControls({ run, person }: { run: RunView; person: Person }) {
  const asked = useSignal<Command | null>(null);
  const answer = useSignal<ControlAnswerView | Refused | 'awaited' | null>(null);
  const held = heldGate(run);
  const isPaused = run.picture.condition?.kind === 'paused';
  const isHeard = hearsCommands(run);
  const may = isHeard && permits(person.roles, 'control');
  const commands: readonly Command[] = may ? [isPaused ? 'continue' : 'pause', 'set', 'drain', 'abort'] : [];
  usePageCommands(
    commands.map((command) => ({
      text: say(`control.${command}.ask`),
      run: () => {
        asked.value = command;
      },
    })),
  );
  if (!may)
    return (
      <>
        {isHeard && held && <GateQuestion held={held} />}
        {/* A process that died leaves the question of what became of the command. */}
        {answer.value !== null && <Answer answer={answer.value} />}
      </>
    );
  const send = async (request: ControlRequest): Promise<void> => {
    asked.value = null;
    answer.value = 'awaited';
    try {
      answer.value = await post<ControlAnswerView>(`/runs/${encodeURIComponent(run.id)}/control`, request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer.value = error;
    }
  };
  const button = (command: Command, word: WordId) => (
    <button
      key={word}
      type="button"
      class={command === 'abort' ? 'danger' : ''}
      onClick={() => {
        asked.value = command;
      }}
    >
      {say(word)}
    </button>
  );
  return (
    <div class="controls" role="group" aria-label={say('control.title')}>
      {held && (
        <GateQuestion held={held}>
          {button('continue', 'gate.release')} {button('drain', 'gate.stop')}
        </GateQuestion>
      )}
      {commands
        .filter((command) => held === null || (command !== 'continue' && command !== 'drain'))
        .map((command) => button(command, `control.${command}`))}
      <Answer answer={answer.value} />
      {asked.value === 'set' && (
        <SetDialog run={run} onSend={(request) => void send(request)} onClose={() => (asked.value = null)} />
      )}
      {asked.value !== null && asked.value !== 'set' && (
        <ConfirmDialog
          command={asked.value}
          run={run}
          onSend={(request) => void send(request)}
          onClose={() => (asked.value = null)}
        />
      )}
    </div>
  );
}

/** What the run or the server said last. */
function Answer({ answer }: { answer: ControlAnswerView | Refused | 'awaited' | null }) {
  if (answer === null) return <output />;
  if (answer === 'awaited') return <output>{say('control.awaited')}</output>;
  if (answer instanceof Refused) return <output class="warn">{refusalText(answer)}</output>;
  const { accepted, message } = answer;
  return (
    <output class={accepted ? '' : 'warn'}>
      {say(accepted ? 'control.accepted' : 'control.refused', { message: sayMessage(message) })}
    </output>
  );
}

interface Asking {
  readonly run: RunView;
  readonly onSend: (request: ControlRequest) => void;
  readonly onClose: () => void;
}

function ConfirmDialog({
  command,
  run,
  onSend,
  onClose,
}: Asking & { readonly command: Exclude<Command, 'set'> }) {
  const { steps, slots, rate } = run.picture;
  const held = heldGate(run);
  const values = { inFlight: slots.taken, waiting: steps.remaining, rate: rate.limit.now };
  return (
    <Dialog
      title={say(`control.${command}.ask`)}
      action={say(`control.${command}`)}
      isDangerous={command === 'abort'}
      onAct={() => onSend({ command })}
      onClose={onClose}
    >
      <p>{say(`control.${command}.effect`, values)}</p>
      {command === 'continue' && held && <p>{say('gate.release.effect', { wave: held.wave })}</p>}
    </Dialog>
  );
}

function SetDialog({ run, onSend, onClose }: Asking) {
  const { slots, rate } = run.picture;
  const setting = useSignal<'inFlight' | 'requestsPerSecond'>('inFlight');
  const value = useSignal(slots.now);
  const approved = setting.value === 'inFlight' ? slots.approved : rate.limit.approved;
  return (
    <Dialog
      title={say('control.set.ask')}
      action={say('control.set')}
      onAct={() => onSend({ command: 'set', setting: setting.value, value: value.value })}
      onClose={onClose}
    >
      <fieldset>
        {(['inFlight', 'requestsPerSecond'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="setting"
              checked={setting.value === one}
              onChange={() => {
                setting.value = one;
                value.value = one === 'inFlight' ? slots.now : rate.limit.now;
              }}
            />
            {say(one === 'inFlight' ? 'control.inFlight' : 'control.rate')}
          </label>
        ))}
        <input
          type="number"
          min="1"
          max={approved}
          value={value.value}
          aria-label={say(setting.value === 'inFlight' ? 'control.inFlight' : 'control.rate')}
          onInput={({ currentTarget }) => {
            value.value = Number(currentTarget.value);
          }}
        />
      </fieldset>
      <p class="soft">{say('control.set.effect', { approved })}</p>
    </Dialog>
  );
}
