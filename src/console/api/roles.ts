/** Who may do what in the console. The server refuses by this table, and the pages show only what it permits. */

/** What a person may be. One person can have several. */
export const ROLES = ['viewer', 'author', 'approver', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a person can do in the console, and the roles that permit it. An admin may do everything. */
export const ACTIONS = {
  /** See plans, runs, the fleet, the schedule and reports. */
  see: ['viewer', 'author', 'approver', 'operator', 'admin'],
  /** Write plans, make dry runs and seal. */
  plan: ['author', 'admin'],
  /** Approve and decline saved plans and waves. */
  approve: ['approver', 'admin'],
  /** Start a run; pause, continue, drain, abort and set it; answer its gates. */
  control: ['operator', 'admin'],
  /** Invite people and register their passkeys. */
  manage: ['admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Action = keyof typeof ACTIONS;

/** Whether one of the roles permits an action. */
export function permits(roles: readonly Role[], action: Action): boolean {
  const allowed: readonly Role[] = ACTIONS[action];
  return roles.some((role) => allowed.includes(role));
}
