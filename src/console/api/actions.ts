/** What people did in the console. */

/**
 * The members of a search, as the query of `GET /api/actions` names them. `person` and `about` are parts of texts, in any case:
 * of the name, and of a run, a plan or another value. `action` is a kind, or an address with its method.
 */
export const ACTION_FIELDS = ['person', 'about', 'action', 'kind'] as const;

/** `GET /api/actions?most=100`: the newest first. */
export interface ActionList {
  readonly actions: readonly ActionRow[];
  /** Whether the file has older ones that match. */
  readonly more: boolean;
  /** The file on the host of the console. */
  readonly file: string;
}

/** How an action ended. Who signed in or out has done it. */
export function resultOf(kind: ActionRow['kind']): 'done' | 'failed' | 'refused' {
  if (kind === 'failed') return kind;
  return kind === 'refused' || kind === 'sign-in-refused' ? 'refused' : 'done';
}

export interface ActionRow {
  readonly seq: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly kind: 'sign-in' | 'sign-in-refused' | 'sign-out' | 'done' | 'failed' | 'refused' | 'continued';
  readonly person: string | null;
  /** The address of the browser. */
  readonly from: string | null;
  /** Such as `POST /runs/:id/control`. */
  readonly action: string | null;
  readonly values: readonly { readonly name: string; readonly value: string }[];
  /** The code of a refusal; null: there was none. */
  readonly code: string | null;
  readonly hash: string;
}
