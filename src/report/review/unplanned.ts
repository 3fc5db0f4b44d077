/** A plan of which only the text was looked at, as a review: its findings, and nothing else to show. */
import { type Finding, type Review, SAVED_PLAN_FORMAT } from '../../model.ts';

/** @param file the plan file, or several. @param next the command to type next. */
export function unplanned(file: string, findings: readonly Finding[], next: string | null): Review {
  const invalid = findings.some(({ severity }) => severity === 'error');
  return {
    verdict: invalid ? 'blocked' : 'no-change',
    unplanned: invalid ? 'invalid' : 'valid',
    findings,
    next,
    plan: {
      format: SAVED_PLAN_FORMAT,
      digest: '',
      name: file,
      change: null,
      owner: null,
      file,
      sealedAt: '',
      expiresAt: '',
      finishBy: null,
      inventory: { source: '', readAt: '', instances: 0 },
      execution: {
        inFlight: 0,
        requestsPerSecond: 0,
        switch: 'now',
        patience: 0,
        haltWhen: { failed: null, unknown: null },
      },
      waves: [],
      steps: [],
      preconditions: [],
      unchanged: [],
      blocked: [],
      findings: [],
      prices: [],
      forecast: { orders: 0, leastSeconds: 0 },
    },
  };
}
