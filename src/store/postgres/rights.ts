/**
 * Who may do what in a store: one table for the grants, for `store check` and for the documents. The group roles cannot log
 * in: an administrator grants them to people and programs. The owner of the schema, who migrates, may do everything.
 */

/** The group roles, the one with the fewest rights first. */
export const ROLES = [
  'refit_auditor',
  'refit_submitter',
  'refit_scheduler',
  'refit_worker',
  'refit_operator',
] as const;
export type Role = (typeof ROLES)[number];

/** What each role is for, in one line for `store check` and the documents. */
export const PURPOSES: Readonly<Record<Role, string>> = {
  refit_auditor: 'reads and exports',
  refit_submitter: 'submits saved plans and approvals',
  refit_scheduler: 'fires schedules: submits plans that are due',
  refit_worker: 'carries out runs',
  refit_operator: 'controls runs, puts plans on schedule, rebuilds jobs, announces restores',
};

/** Rights on one table beyond SELECT, as GRANT writes them, by role. A role that is missing only reads. */
export interface TableRights {
  readonly table: string;
  readonly grants: Partial<Readonly<Record<Role, readonly string[]>>>;
}

const QUEUES = ['INSERT', 'UPDATE (state, wake_at, wakes_on, waiting)'];
const CLAIMS = ['INSERT', 'UPDATE (run, since)', 'DELETE'];
/** Without the login: the database writes who stores a text. */
const SIGNS = ['INSERT (digest, kind, name, text)', 'UPDATE (text, at)'];
/** What the owner of a run changes. The plan, its digest and who submitted it stay. */
const CARRIES_OUT = `UPDATE (epoch, owner, owner_seen_at, starts, head_seq, head_hash, state, queue, wake_at, wakes_on,
  waiting, exit_code, ended_because, started_at, ended_at, generation, approval, allow_hooks, policy, report, handed_over)`;

const PLANS = ['INSERT', 'UPDATE', 'DELETE'];
const APPENDS = 'INSERT (seq, kind, plan, line, at)';
/** What the holder of an occurrence changes. Its name and due time stay. */
const FIRES = 'UPDATE (source, sealed, run, epoch, owner, owner_seen_at, review, output, ended_at)';

/** Announcing a restore stops every process that works on a run, and asks for more caution. A worker may notice it itself. */
const ANNOUNCES = ['UPDATE (generation, system_identifier, timeline, journal_table)'];

/** Without the time: schedulers skip what was due before it. */
const RECORDS = ['INSERT (generation, reason, announced_by, host, system_identifier, timeline)'];

/** The history of use is no evidence: who collects it may also remove what is older than it is kept. */
const COLLECTS = ['INSERT', 'UPDATE (first, peaks)'];
const OBSERVES = ['INSERT', 'UPDATE (seen_until)'];

/** Every table of the schema. Nobody gets UPDATE or DELETE on the journal. */
export const RIGHTS: readonly TableRights[] = [
  { table: 'migrations', grants: {} },
  {
    table: 'store',
    grants: { refit_scheduler: ANNOUNCES, refit_worker: ANNOUNCES, refit_operator: ANNOUNCES },
  },
  {
    table: 'restorations',
    grants: { refit_scheduler: RECORDS, refit_worker: RECORDS, refit_operator: RECORDS },
  },
  {
    table: 'runs',
    grants: {
      refit_submitter: QUEUES,
      // A scheduler announces a restore before it fires, and that ends the claim of every process.
      refit_scheduler: [...QUEUES, 'UPDATE (epoch)'],
      refit_worker: ['INSERT', CARRIES_OUT],
      refit_operator: [...QUEUES, 'UPDATE (epoch)'],
    },
  },
  { table: 'journal', grants: { refit_worker: ['INSERT'] } },
  { table: 'prunes', grants: {} },
  {
    // A run has its instances from its submission on. A trigger keeps those of runs that are not over.
    table: 'instances',
    grants: {
      refit_submitter: CLAIMS,
      refit_scheduler: CLAIMS,
      refit_worker: CLAIMS,
      refit_operator: CLAIMS,
    },
  },
  {
    table: 'signatures',
    grants: { refit_submitter: SIGNS, refit_scheduler: SIGNS, refit_worker: SIGNS, refit_operator: SIGNS },
  },
  {
    // Without asked_by: the database writes who asks. Who asked removes the request. The journal has the record.
    table: 'control',
    grants: {
      refit_operator: ['INSERT (run, epoch, request)', 'DELETE'],
      refit_worker: ['UPDATE (taken_at, answer, answered_at)'],
    },
  },
  { table: 'in_flight', grants: { refit_worker: ['INSERT', 'UPDATE'] } },
  {
    // Who collects the history of use takes slots, too.
    table: 'lanes',
    grants: {
      refit_scheduler: ['INSERT', 'UPDATE'],
      refit_worker: ['INSERT', 'UPDATE', 'DELETE'],
      refit_operator: ['INSERT', 'UPDATE'],
    },
  },
  { table: 'workers', grants: { refit_worker: ['INSERT', 'UPDATE', 'DELETE'] } },
  { table: 'logs', grants: { refit_worker: ['INSERT'] } },
  {
    // A trigger keeps what a person put from schedulers: they write the plans of their folders.
    table: 'schedule_plans',
    grants: { refit_scheduler: PLANS, refit_operator: PLANS },
  },
  {
    table: 'schedule_head',
    grants: { refit_scheduler: ['UPDATE (seq)'], refit_operator: ['UPDATE (seq)'] },
  },
  {
    // Without login: the database writes who appends.
    table: 'schedule_log',
    grants: { refit_scheduler: [APPENDS], refit_operator: [APPENDS] },
  },
  { table: 'schedule_occurrences', grants: { refit_scheduler: ['INSERT', FIRES] } },
  {
    table: 'schedule_requests',
    // The time is that of the database: it names the occurrence.
    grants: { refit_scheduler: ['DELETE'], refit_operator: ['INSERT (id, plan, asked_by)', 'DELETE'] },
  },
  {
    table: 'schedulers',
    grants: {
      refit_scheduler: ['INSERT (id, host, pid, version, folder)', 'UPDATE (seen_at)', 'DELETE'],
    },
  },
  {
    table: 'usage',
    grants: {
      refit_scheduler: [...COLLECTS, 'DELETE'],
      refit_worker: COLLECTS,
      refit_operator: [...COLLECTS, 'DELETE'],
    },
  },
  {
    table: 'usage_sizes',
    grants: {
      refit_scheduler: [...OBSERVES, 'DELETE'],
      refit_worker: OBSERVES,
      refit_operator: [...OBSERVES, 'DELETE'],
    },
  },
];

/** Rights on the tables of pg-boss. Jobs are hints, so a submitter may add some, and only workers take them. */
export const JOB_RIGHTS: Partial<Readonly<Record<Role, readonly string[]>>> = {
  refit_submitter: ['SELECT'],
  refit_scheduler: ['SELECT'],
  refit_worker: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  refit_operator: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

/** Roles that only add jobs. */
const SUBMITS = 'refit_submitter, refit_scheduler';

/** The schema of pg-boss. It holds nothing that is not in `refit.runs`. */
export const JOBS_SCHEMA = 'refit_jobs';

/** The statement that creates one role. */
export function createRole(role: Role): string {
  return `CREATE ROLE ${role} NOLOGIN`;
}

/** The statements that give every role exactly its rights. They can run again, and then take back what is too much. */
export function grantStatements(): string {
  const roles = ROLES.join(', ');
  const tables = RIGHTS.flatMap(({ table, grants }) => [
    `REVOKE ALL ON refit.${table} FROM PUBLIC, ${roles}`,
    `GRANT SELECT ON refit.${table} TO ${roles}`,
    ...Object.entries(grants).map(
      ([role, rights]) => `GRANT ${rights.join(', ')} ON refit.${table} TO ${role}`,
    ),
  ]);
  const jobs = Object.entries(JOB_RIGHTS).flatMap(([role, rights]) => [
    `GRANT USAGE ON SCHEMA ${JOBS_SCHEMA} TO ${role}`,
    `GRANT ${rights.join(', ')} ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} TO ${role}`,
  ]);
  return [
    `REVOKE ALL ON SCHEMA refit, ${JOBS_SCHEMA} FROM PUBLIC, ${roles}`,
    `GRANT USAGE ON SCHEMA refit TO ${roles}`,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA refit FROM PUBLIC, ${roles}`,
    `GRANT EXECUTE ON FUNCTION refit.carries_out() TO ${roles}`,
    ...tables,
    `REVOKE ALL ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} FROM PUBLIC, ${roles}`,
    ...jobs,
    `GRANT INSERT ON ${JOBS_SCHEMA}.job, ${JOBS_SCHEMA}.job_common, ${JOBS_SCHEMA}.queue TO ${SUBMITS}`,
    // Where each process of pg-boss says that it lives.
    `GRANT INSERT, UPDATE, DELETE ON ${JOBS_SCHEMA}.instance TO ${SUBMITS}`,
    // pg-boss runs the statements of one table, and checks the version in the other one.
    `REVOKE INSERT, UPDATE, DELETE ON ${JOBS_SCHEMA}.bam, ${JOBS_SCHEMA}.version FROM ${SUBMITS}, refit_operator`,
    // It puts these names into its statements as they are, and workers run those.
    `ALTER TABLE ${JOBS_SCHEMA}.queue DROP CONSTRAINT IF EXISTS refit_names, ADD CONSTRAINT refit_names CHECK (
      name ~ '^[A-Za-z0-9_-]{1,100}$' AND table_name ~ '^[a-z0-9_]{1,63}$' AND policy ~ '^[a-z_]{1,40}$')`,
  ].join(';\n');
}
