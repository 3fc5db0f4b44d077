/** Controls a live run. The run decides, and its journal records who asked. */
import { RefitError } from '../../../errors.ts';
import type { ControlCommand } from '../../../model.ts';
import { controlRun } from '../../../operations/runs/control-run.ts';
import type { ControlAnswerView } from '../../api/runs.ts';
import type { Route } from '../context.ts';
import { runNamed } from './from-request.ts';

export const controlRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/runs/:id/control',
    action: 'control',
    async answer({ params, body, person }, { runs, host, pid }): Promise<ControlAnswerView> {
      const command = commandFrom(body);
      const run = await runNamed(runs, params.id);
      const by = { user: person.name, host, pid };
      const { accepted, messageId, params: values } = await controlRun(run, command, { by });
      return { accepted, message: { id: messageId, params: values } };
    },
  },
];

/** @throws RefitError `usage` */
function commandFrom(body: unknown): ControlCommand {
  const { command, setting, value } = (body ?? {}) as Readonly<Record<string, unknown>>;
  switch (command) {
    case 'pause':
    case 'continue':
    case 'drain':
    case 'abort':
      return { kind: command };
    case 'set':
      if ((setting === 'inFlight' || setting === 'requestsPerSecond') && typeof value === 'number')
        return { kind: 'set', setting, value };
      break;
    default:
  }
  throw new RefitError(
    'usage',
    'this is no control command',
    'send {"command": "pause"}, continue, drain, abort, or set with setting and value',
  );
}
