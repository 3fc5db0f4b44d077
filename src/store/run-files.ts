/** The names of a run's files. Imports nothing, so that it loads fast. */

/** The files of a run directory. */
export const RUN_FILES = {
  plan: 'plan.json',
  journal: 'journal.jsonl',
  report: 'report.json',
  page: 'report.html',
  lock: 'lock.json',
  /** A folder with the approvals of the run and its waves. */
  approvals: 'approvals',
  /** A folder with the approvals that the policy of the person who applied required, if there are any. */
  policyApprovals: 'policy-approvals',
  /** A folder with the signatures of people who planned the saved plan, if there are any. */
  planSignatures: 'plan-signatures',
  /** A folder with the declines of the plan and their withdrawals, if there are any. */
  declines: 'declines',
  /** A folder with signatures over the head of the journal, if there are any. */
  signatures: 'signatures',
  /** The output and results of hooks, and the results of webhooks, if the plan has any. */
  hooks: 'hooks.log',
  notifications: 'notifications.log',
  /** Exists while a process carries out the run. */
  control: 'control.sock',
} as const;
