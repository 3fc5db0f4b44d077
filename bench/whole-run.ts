/** A run directory of an ended run with only verified steps, for benchmarks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iso } from '../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../src/journal/chain.ts';
import { message } from '../src/messages/messages.ts';
import { JOURNAL_FORMAT, type JournalEvent, type Step } from '../src/model.ts';
import { encodeSavedPlan } from '../src/plan/saved/seal-plan.ts';
import { RUN_FILES } from '../src/store/folder/run-files.ts';
import { savedPlanOf } from './saved-plan.ts';

const BEGAN = Date.parse('2026-11-01T00:00:00.000Z');
/** Milliseconds between two orders, and from an order to its end. */
const APART = 55;
const TAKES = 60_000;

/** Creates the folder with plan and journal. */
export async function wholeRun(folder: string, steps: number): Promise<void> {
  mkdirSync(folder);
  const plan = savedPlanOf(steps);
  const by = { user: 'bench', host: 'bench', pid: 1 };
  const endpoint = 'http://127.0.0.1:1';
  const events: readonly (readonly [number, JournalEvent])[] = [
    [
      0,
      {
        kind: 'run-started',
        format: JOURNAL_FORMAT,
        plan: plan.name,
        digest: plan.digest,
        resumed: false,
        cutOff: 0,
        by,
        endpoint,
        version: '0.1.0',
      },
    ],
    [0, { kind: 'approved', how: 'auto-approve', by: 'bench' }],
    [0, { kind: 'wave-started', wave: 0, name: plan.waves[0]!.name }],
    ...plan.steps.flatMap(lifeOf).sort(([a], [b]) => a - b),
    [steps * APART + TAKES, { kind: 'wave-ended', wave: 0, name: plan.waves[0]!.name }],
    [steps * APART + TAKES, { kind: 'run-ended', because: 'done', exitCode: 0 }],
  ];
  let end: ChainEnd = EMPTY_CHAIN;
  const lines = events.map(([after, event]) => {
    const { entry, line } = sealLine(end, iso(BEGAN + after), event);
    end = { seq: entry.seq, hash: entry.hash };
    return `${line}\n`;
  });
  writeFileSync(join(folder, RUN_FILES.plan), encodeSavedPlan(plan));
  writeFileSync(join(folder, RUN_FILES.journal), lines.join(''));
}

/** The journal entries of a verified step, with milliseconds since the start of the run. */
function lifeOf({ id: step, before, after }: Step, n: number): (readonly [number, JournalEvent])[] {
  const at = n * APART;
  const requestId = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
  const what = 'read back at the planned size';
  return [
    [at, { kind: 'instance-read', step, status: 'running', size: before }],
    [at, { kind: 'intent', step, attempt: 1, size: after }],
    [at + 20, { kind: 'accepted', step, attempt: 1, order: `2026${n}`, requestId, sentAt: iso(BEGAN + at) }],
    [
      at + TAKES,
      {
        kind: 'step-ended',
        step,
        outcome: 'verified',
        code: null,
        message: message('run.call-failed', { error: what }),
        size: after,
        billed: null,
      },
    ],
  ];
}
