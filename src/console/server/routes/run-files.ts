/** What people do with one run besides controlling it: its steps, its report, its evidence, and plans made from it. */
import { RefitError } from '../../../errors.ts';
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { examineRun } from '../../../operations/audit/examine-run.ts';
import { planAgain } from '../../../operations/plans/plan-again.ts';
import { loadWords, renderReport } from '../../../operations/render.ts';
import { reportRun } from '../../../operations/runs/read-run.ts';
import { stepTimeline } from '../../../operations/runs/step-timeline.ts';
import { escapeControls } from '../../../text.ts';
import {
  type PlannedAgain,
  REPORT_FILES,
  type ReportFile,
  type StepTimeline,
  type VerifiedRun,
} from '../../api/runs.ts';
import type { ConsoleContext, ConsoleRequest, Route } from '../context.ts';
import { numberFrom, runNamed } from './from-request.ts';

export const runFileRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/runs/:id/steps/:at',
    action: 'see',
    async answer({ params }, { runs }): Promise<StepTimeline> {
      const at = numberFrom(params.at);
      if (at === null)
        throw new RefitError('usage', 'this address names no step', 'open the page of the run');
      const { entries } = await stepTimeline(await runNamed(runs, params.id), at);
      return {
        entries: entries.map(({ kind: _, order, requestId, ...row }) => ({
          ...row,
          order: order && escapeControls(order),
          requestId: requestId && escapeControls(requestId),
        })),
      };
    },
  },
  { method: 'GET', path: '/runs/:id/report', action: 'see', answer: sendReport },
  {
    method: 'GET',
    path: '/runs/:id/verify',
    action: 'see',
    answer: async ({ params }, { runs }) => verified(await examineRun(await runNamed(runs, params.id))),
  },
  {
    method: 'GET',
    path: '/runs/:id/evidence',
    action: 'see',
    async answer({ params, file }, { runs }) {
      const run = await runNamed(runs, params.id);
      // The package that packs is loaded for this only.
      const { evidenceOf } = await import('../../../operations/audit/export-run.ts');
      const { pieces } = await evidenceOf(run);
      await file({ type: 'application/gzip', saveAs: `${run.id}.tar.gz`, body: pieces(true) });
    },
  },
  { method: 'POST', path: '/runs/:id/plan', action: 'plan', answer: makePlan },
];

const TYPES: Readonly<Record<ReportFile, readonly [type: string, extension: string]>> = {
  html: ['text/html; charset=utf-8', 'html'],
  json: ['application/json; charset=utf-8', 'json'],
  csv: ['text/csv; charset=utf-8', 'csv'],
  markdown: ['text/markdown; charset=utf-8', 'md'],
};

/** The report in a format. A page is shown, in the language of the person; the others are saved. */
async function sendReport({ params, query, file }: ConsoleRequest, { runs }: ConsoleContext): Promise<void> {
  const format = REPORT_FILES.find((one) => one === query.format);
  if (format === undefined)
    throw new RefitError('usage', 'this is no format of a report', `one of ${REPORT_FILES.join(', ')}`);
  const run = await runNamed(runs, params.id);
  const words = await loadWords(query.language === 'zh' ? 'zh' : 'en');
  const { report, page } = await reportRun(run, words);
  const body = renderReport(format === 'html' ? page : report, format, { directory: run.name, words });
  const [type, extension] = TYPES[format];
  const policy = format === 'html' ? policyOf(body) : undefined;
  const saveAs = format === 'html' ? null : `${run.id}.${extension}`;
  await file({ type, saveAs, body, ...(policy === undefined ? {} : { policy }) });
}

/** The policy that a page of ours holds: its style and script, by their hashes. */
function policyOf(page: string): string | undefined {
  const start = page.slice(0, 2_000);
  return /<meta http-equiv="Content-Security-Policy" content="([^"<>\n]+)">/.exec(start)?.[1];
}

function verified({ audit }: Awaited<ReturnType<typeof examineRun>>): VerifiedRun {
  const { sound, head, entries, ended, digest, faults, warnings, notTrusted, signed } = audit;
  const shown = (texts: readonly string[]) => texts.map(escapeControls);
  return {
    ...{ sound, head, entries, ended, digest, notTrusted },
    ...{ faults: shown(faults), warnings: shown(warnings), signed: shown(signed) },
  };
}

/** Blocking reasons that a page shows. */
const MOST_REASONS = 20;

async function makePlan(
  { params, body, person }: ConsoleRequest,
  { runs, plans, provider, clock }: ConsoleContext,
): Promise<PlannedAgain> {
  const { kind } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'rollback' && kind !== 'retry')
    throw new RefitError('usage', 'this is no kind of plan', 'send {"kind": "rollback"} or retry');
  const run = await runNamed(runs, params.id);
  if (plans === null) throw refitError('usage', message('error.no-plan-folder'));
  const connection = { ...provider.connection, clock };
  const options = { folder: plans, connection, policy: provider.policy, user: person.name };
  const { review, saved } = await planAgain(kind, run, options);
  const found = [...review.findings, ...review.plan.blocked.flatMap(({ findings }) => findings)];
  const errors = found.filter(({ severity }) => severity === 'error');
  return {
    ...{ saved, verdict: review.verdict, steps: review.plan.steps.length },
    reasons: errors
      .slice(0, MOST_REASONS)
      .map(({ messageId, params: values }) => ({ id: messageId, params: values })),
  };
}
