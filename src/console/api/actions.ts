/** What people did in the console. */

/** `GET /api/actions?most=100`: the newest first. */
export interface ActionList {
  readonly actions: readonly ActionRow[];
  /** Whether the file has older ones. */
  readonly more: boolean;
  /** The file on the host of the console. */
  readonly file: string;
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
