/** Starts saved plans, and continues runs that no process has. The confirmation of the person is the yes. */
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import type { PlanFolder } from '../../../operations/plans/plan-folder.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { openSavedPlan } from '../../../operations/reviews/open-review.ts';
import { reviewSavedPlan } from '../../../operations/reviews/review-saved-plan.ts';
import { previewStart } from '../../../operations/runs/preview-start.ts';
import type { StartedRun, StartView } from '../../api/runs.ts';
import type { ConsoleRequest, Route, RunningConsole } from '../context.ts';
import { runNamed } from './from-request.ts';

export const startRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/starts/:name',
    action: 'see',
    answer: ({ params }, console) => startView(params.name ?? '', console),
  },
  { method: 'POST', path: '/runs', action: 'control', answer: start },
  {
    method: 'POST',
    path: '/runs/:id/go-on',
    action: 'control',
    async answer({ params, body, person }, { runs, starter, host, pid }) {
      const run = await runNamed(runs, params.id);
      await starter.goOn(run, { allowHooks: allowsHooks(body), by: { user: person.name, host, pid } });
      return {};
    },
  },
];

async function startView(name: string, console: RunningConsole): Promise<StartView> {
  const { runs, clock, provider } = console;
  const { env, endpoint = null } = provider.connection;
  const { plan, file } = await openSavedPlan(folderOf(console), name, runs);
  const policy = await readPolicy({ env, named: provider.policy });
  const { review, approvals } = await reviewSavedPlan(plan, file, {
    now: clock.now(),
    policy,
    env,
    endpoint,
  });
  const excluded = new Set(plan.saved.blocked.flatMap(({ findings }) => findings));
  return {
    ...(await previewStart(plan, { policy, clock, runs })),
    store: runs.kind,
    blocking: review.findings
      .filter((one) => one.severity === 'error' && !excluded.has(one))
      .map(({ messageId, params }) => ({ id: messageId, params })),
    missing: approvals
      .filter(({ wave, isEnough }) => wave === null && !isEnough)
      .flatMap(({ lists }) => lists.filter(({ need, have }) => have < need))
      .map(({ need, have, people }) => ({
        ...{ need, have },
        open: people.filter(({ state }) => state === 'open').map(({ name: person }) => person),
      })),
  };
}

async function start({ body, person }: ConsoleRequest, console: RunningConsole): Promise<StartedRun> {
  const { saved: name, digest } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof digest !== 'string')
    throw new RefitError('usage', 'this names no saved plan', 'send {"saved": "saved.json", "digest": "…"}');
  const { starter, runs, host, pid } = console;
  const folder = folderOf(console);
  const { plan } = await openSavedPlan(folder, name, runs);
  if (plan.saved.digest !== digest)
    throw new RefitError(
      'plan-altered',
      `${name} has another digest than the page showed: somebody has replaced the file`,
      'reload the page, and review the plan again',
      {
        about: {
          id: 'refusal.sealed-again',
          params: { before: digest.slice(0, 8), now: plan.saved.digest.slice(0, 8) },
        },
      },
    );
  const by = { user: person.name, host, pid };
  const run = await starter.start({
    ...{ file: folder.pathOf(name), saved: plan.saved, allowHooks: allowsHooks(body), by },
  });
  return { run };
}

/** @throws RefitError `usage` */
function folderOf({ plans }: RunningConsole): PlanFolder {
  if (plans !== null) return plans;
  throw refitError('usage', message('error.no-plan-folder'));
}

function allowsHooks(body: unknown): boolean {
  return (body as { readonly allowHooks?: unknown } | null)?.allowHooks === true;
}
