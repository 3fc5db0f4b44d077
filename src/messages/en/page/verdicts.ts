/** The verdicts of runs and plan reviews in English. */
import type { EndedBecause } from '../../../model.ts';
import { count, counted } from '../quantities.ts';

type Early = Exclude<EndedBecause, 'done'>;

export const verdicts = {
  verified: 'VERIFIED',
  notAllVerified: 'NOT ALL VERIFIED',
  notStarted: 'NOT STARTED',
  notEnded: 'NOT ENDED',
  unknown: 'UNKNOWN',
  /** Why a run ended early, as a verdict. */
  ended: {
    halted: 'HALTED',
    drained: 'DRAINED',
    'finish-by': 'OUT OF TIME',
    'not-approved': 'NOT APPROVED',
    'policy-refused': 'REFUSED BY POLICY',
    reconciled: 'WORK LEFT',
    'window-closed': 'WINDOW CLOSED',
  } satisfies Record<Early, string>,
  /** The same as a clause, for a run that says no more. */
  causes: {
    halted: 'a threshold or gate halted the run',
    drained: 'the run was stopped after its orders in flight ended',
    'finish-by': 'the finishBy time was reached',
    'not-approved': 'the next wave is not approved',
    'policy-refused': 'the policy refuses the plan',
    reconciled: 'the process died; refit reconcile resolved the unanswered orders',
    'window-closed': 'the window closed',
  } satisfies Record<Early, string>,
  outcome: (number: number, name: string): string => `${count(number)} ${name}`,
  verifiedOf: (verified: number, steps: number): string =>
    `${count(verified)} of ${counted(steps, 'step')} verified`,
  withWarning: (steps: number): string => `${counted(steps, 'step')} with a warning`,
  hasNotStarted: (steps: number): string =>
    `the run has not started; 0 of ${counted(steps, 'step')} have run`,
  inProgress: 'the run is in progress, or its process died',
  noEndYet: (ordered: number): string => `${count(ordered)} ordered, no end recorded yet`,

  ready: 'READY',
  blocked: 'BLOCKED',
  nothingLeft: 'NOTHING TO DO',
  noChange: 'NO CHANGE',
  valid: 'VALID',
  invalid: 'INVALID',
  planned: (steps: number, instances: number): string =>
    `${counted(steps, 'step')} on ${counted(instances, 'instance')}`,
  excluded: (planned: string, blocked: number): string =>
    `${planned}, ${counted(blocked, 'blocked target')} excluded`,
  notSealed: (errors: number): string => `${counted(errors, 'error')}; no plan was sealed`,
  allBlocked: (blocked: number, unchanged: number): string =>
    `${counted(blocked, 'blocked target')} left out${unchanged === 0 ? '' : `, ${counted(unchanged, 'target')} unchanged`}; no plan was sealed`,
  nothingToApply: 'every target already has the requested size; nothing to apply',
  nothingPlanned: 'no errors in the plan file; nothing is planned yet',
  notPlanned: (errors: number): string => `${counted(errors, 'error')} in the plan file; nothing was planned`,
};
