/**
 * Reviews of saved plans: of a file of the folder of plans, and of the plan of a run. People approve, decline and withdraw here.
 * Every request that does so names the digest that the page showed.
 */
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { declinePlan, withdrawDecline } from '../../../operations/approvals/decline-plan.ts';
import {
  finishPasskeyApproval,
  preparePasskeyApproval,
} from '../../../operations/approvals/passkey-approval.ts';
import { expiryWarnings } from '../../../operations/approve-plan.ts';
import { comparePlans } from '../../../operations/reviews/compare-plans.ts';
import { openPlanOfRun, openSavedPlan } from '../../../operations/reviews/open-review.ts';
import { listRuns } from '../../../operations/runs/read-run.ts';
import { escapeControls } from '../../../text.ts';
import { HOUR } from '../../../units.ts';
import type {
  ApprovalTextView,
  ApprovedView,
  ComparableView,
  PlanComparison,
  ReviewAnswer,
} from '../../api/reviews.ts';
import type { ConsoleRequest, Route, RunningConsole } from '../context.ts';
import { policyOf, type Reviewed, reviewView } from '../review-view.ts';
import { membersOf, runNamed } from './from-request.ts';
import { folderOf } from './plan-requests.ts';

/** Opens the plan that an address names. */
type Open = (request: ConsoleRequest, context: RunningConsole) => Promise<Reviewed>;

const openFile: Open = async ({ params }, context) => ({
  ...(await context.record.reviews.ofFile(folderOf(context), params.name ?? '')),
  run: null,
  onRecord: () => null,
});

/** To look at it: the run is followed, because pages ask again and again. */
const followRun: Open = async ({ params }, { runs, record }) => {
  const run = await runNamed(runs, params.id);
  return { ...(await record.reviews.ofRun(run)), run: run.id };
};

/** For a decision: everything is read again. */
const openRun: Open = async ({ params }, { runs }) => {
  const run = await runNamed(runs, params.id);
  return { ...(await openPlanOfRun(run, runs)), run: run.id, onRecord: () => null };
};

/** How many runs a plan can be compared with. */
const MOST_RUNS = 20;

function lookingAt(base: string, open: Open): readonly Route[] {
  return [
    {
      method: 'GET',
      path: base,
      action: 'see',
      async answer(request, context): Promise<ReviewAnswer> {
        const { person, query } = request;
        const language = query.language === 'zh' ? 'zh' : 'en';
        const reviewed = await open(request, context);
        return await reviewView(reviewed, context, { person, language, shown: query.shown });
      },
    },
    {
      method: 'GET',
      path: `${base}/others`,
      action: 'see',
      async answer(request, context): Promise<ComparableView> {
        const { file } = await open(request, context);
        const files = (await context.plans?.files()) ?? [];
        const { runs } = await listRuns(context.runs, MOST_RUNS);
        return {
          plans: files.flatMap(({ name, kind }) =>
            kind === 'saved-plan' && !file.endsWith(name) ? [name] : [],
          ),
          runs: runs.flatMap(({ run, plan }) =>
            run === null || plan === null ? [] : [{ id: run.id, plan: escapeControls(plan.name) }],
          ),
        };
      },
    },
    {
      method: 'GET',
      path: `${base}/diff`,
      action: 'see',
      async answer(request, context): Promise<PlanComparison> {
        const { plan, run, language } = request.query;
        const { plan: now } = await open(request, context);
        const { plan: earlier } =
          typeof run === 'string'
            ? await openPlanOfRun(await runNamed(context.runs, run), context.runs)
            : await openSavedPlan(folderOf(context), String(plan ?? ''), context.runs);
        return await comparePlans(earlier.saved, now.saved, language === 'zh' ? 'zh' : 'en');
      },
    },
  ];
}

function approving(base: string, open: Open): readonly Route[] {
  return [
    {
      method: 'POST',
      path: `${base}/approval`,
      action: 'approve',
      async answer(request, context): Promise<ApprovalTextView> {
        const { hours, key } = membersOf(request.body);
        const { plan, file } = await openShown(request, context, open);
        const policy = await policyOf(context);
        const { text, content, options } = await preparePasskeyApproval(plan, file, {
          ...asked(request, context),
          ...{ expires: hoursFrom(hours) * HOUR, policy },
          key: typeof key === 'string' ? key : undefined,
        });
        const span = { now: context.clock.now(), expires: hoursFrom(hours) * HOUR, policy };
        const warnings = content.wave === null ? expiryWarnings(plan.saved, span, '') : [];
        return {
          ...{ text, by: content.by, expiresAt: content.expiresAt, options },
          // The end of a sentence may name a command, which is none here.
          warnings: warnings.map((one) => escapeControls(one.replace(/; to cover the start:.*$/s, ''))),
        };
      },
    },
    {
      method: 'POST',
      path: `${base}/approved`,
      action: 'approve',
      async answer(request, context): Promise<ApprovedView> {
        const { text, credential } = membersOf(request.body);
        const { plan, file } = await openShown(request, context, open);
        const policy = await policyOf(context);
        const answer = { text: typeof text === 'string' ? text : '', credential };
        const approving = { ...asked(request, context), policy };
        const { approval, path, stored } = await finishPasskeyApproval(plan, file, answer, approving);
        const { by, key, expiresAt } = approval;
        return { by, key, expiresAt, place: escapeControls(path ?? stored ?? '') };
      },
    },
  ];
}

/** Declines are by name, as `refit decline` without a key. */
function declining(base: string, open: Open): readonly Route[] {
  return [
    {
      method: 'POST',
      path: `${base}/decline`,
      action: 'approve',
      async answer(request, context) {
        const { reason } = membersOf(request.body);
        const { plan, file } = await openShown(request, context, open);
        const said = {
          ...(await authorOf(request, context)),
          reason: typeof reason === 'string' ? reason : '',
        };
        await declinePlan(plan, file, said);
        return {};
      },
    },
    {
      method: 'POST',
      path: `${base}/withdraw`,
      action: 'approve',
      async answer(request, context) {
        const { id } = membersOf(request.body);
        const { plan, file } = await openShown(request, context, open);
        if (typeof id !== 'string') throw new RefitError('usage', 'this names no decline', 'reload the page');
        await withdrawDecline(plan, file, { ...(await authorOf(request, context)), id });
        return {};
      },
    },
  ];
}

export const reviewRoutes: readonly Route[] = [
  ...lookingAt('/reviews/:name', openFile),
  ...lookingAt('/runs/:id/review', followRun),
  ...[approving, declining].flatMap((routes) => [
    ...routes('/reviews/:name', openFile),
    ...routes('/runs/:id/review', openRun),
  ]),
];

/** The plan, if it is still the one that the page showed. @throws RefitError `not-approved` if somebody sealed it again. */
async function openShown(request: ConsoleRequest, context: RunningConsole, open: Open): Promise<Reviewed> {
  const reviewed = await open(request, context);
  const { digest } = membersOf(request.body);
  const now = reviewed.plan.saved.digest;
  if (digest === now) return reviewed;
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new RefitError('usage', 'the request does not say which digest the page showed', 'reload the page');
  throw new RefitError(
    'not-approved',
    `the plan was sealed again: the page showed ${digest.slice(0, 8)}, and now it is ${now.slice(0, 8)}`,
    'reload the page, and review the plan again',
    { about: { id: 'refusal.sealed-again', params: { before: digest.slice(0, 8), now: now.slice(0, 8) } } },
  );
}

function asked({ person, body }: ConsoleRequest, { clock, address }: RunningConsole) {
  const { wave } = membersOf(body);
  const named = typeof wave === 'string' ? wave : undefined;
  return { by: person.name, wave: named, now: clock.now(), address: address() };
}

async function authorOf({ person }: ConsoleRequest, context: RunningConsole) {
  const { env } = context.provider.connection;
  return { as: person.name, env, now: context.clock.now(), policy: await policyOf(context) };
}

/** The most that any policy allows is a week; the operation judges the rest. */
function hoursFrom(typed: unknown): number {
  if (typeof typed === 'number' && Number.isInteger(typed) && typed >= 1 && typed <= 168) return typed;
  throw refitError('usage', message('error.approval-hours'));
}
