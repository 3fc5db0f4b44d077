/** `refit reconcile RUN`: resolves unknown outcomes of a run by reading. It orders nothing. */
import { given } from '../../../given.ts';
import { counted } from '../../../messages/en/quantities.ts';
import { shellQuote } from '../../../next-command.ts';
import { readHeadSigner } from '../../../operations/audit/sign-run.ts';
import { formatStartCommand, type ReconcileEnd, reconcileRun } from '../../../operations/run-plan.ts';
import type { RunReader } from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { noteTrust } from '../../note-trust.ts';
import { type Options, withConnectionOptions, withSigningOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { createRunView } from '../../run-view/run-view.ts';
import { onSignals } from '../../signals.ts';
import { telemetryFor, watchRun } from '../../telemetry.ts';
import { onRun, placeData } from '../../with-run.ts';

export const reconcile = onRun(
  async (run, options, terminal) => {
    const saved = await run.readPlan();
    const signing = await readHeadSigner(options, terminal);
    // A reconcile starts nothing that it must wait for, so one signal is enough.
    const signals = onSignals(
      terminal,
      () => undefined,
      'stopping: nothing was ordered, and the journal has every result so far',
    );
    const view = createRunView(terminal, saved);
    const telemetry = await telemetryFor(options, terminal);
    const watch = watchRun(telemetry, view);
    try {
      const end = await reconcileRun(run, {
        env: terminal.env,
        endpoint: options.endpoint ?? null,
        leave: signals.drain,
        ...given({ onCall: watch.onCall }),
        ...watch.events,
        onNotice: (text) => terminal.err(`${escapeControls(text)}\n`),
        ...signing,
      });
      view.close();
      const unknown = end.steps.filter(({ outcome }) => outcome === 'unknown').length;
      const next = withConnectionOptions(nextAfter(end, unknown, run, options), options);
      await print(terminal, options, {
        text: () => describeEnd(end, unknown, next),
        json: {
          plan: { name: end.saved.name, digest: end.saved.digest },
          ...placeData(run),
          steps: end.steps,
          unknown,
          totals: end.report.totals,
          head: end.report.head,
          exitCode: end.exitCode,
          next,
        },
      });
      noteTrust(end.notTrusted, run, options, terminal);
      return end.exitCode;
    } finally {
      view.close();
      signals.close();
      await watch.close(signals.drain.aborted);
    }
  },
  { claims: true },
);

function nextAfter(
  { report, notTrusted }: ReconcileEnd,
  unknown: number,
  place: RunReader,
  options: Options,
): string {
  const run = shellQuote(place.name);
  if (unknown > 0) return withSigningOptions(`refit reconcile ${run}`, options);
  if (report.totals['not-run'] === 0) return `refit report ${run}`;
  const adopt = notTrusted === null ? '' : ' --adopt';
  return withSigningOptions(`${formatStartCommand(place, '')}${adopt}`, options);
}

function describeEnd({ saved, steps }: ReconcileEnd, unknown: number, next: string): string {
  const name = `${escapeControls(saved.name)} (${saved.digest.slice(0, 8)})`;
  if (steps.length === 0) return `${name}: no outcome is unknown\nnext: ${next}\n`;
  const lines = [
    `${name}: ${counted(steps.length, 'outcome')} ${steps.length === 1 ? 'was' : 'were'} unknown, ${unknown === 0 ? 'none is' : `${unknown} still ${unknown === 1 ? 'is' : 'are'}`}; nothing was ordered`,
    ...steps.map(({ step, outcome, orders, message }) => {
      const numbers = orders.length === 0 ? '' : `order ${orders.map(escapeControls).join(', ')}: `;
      return `  ${(outcome === 'not-run' ? 'not run' : outcome).padEnd(8)}  ${step}  ${numbers}${escapeControls(message)}`;
    }),
    `next: ${next}`,
  ];
  return `${lines.join('\n')}\n`;
}
