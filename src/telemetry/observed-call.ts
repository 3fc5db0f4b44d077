/** One call that left, as its client reports it. `CallRecord` of the client fits. */
export interface ObservedCall {
  readonly action: string;
  /** When it left, and when its answer was there; milliseconds since 1970 UTC. */
  readonly at: number;
  readonly until: number;
  /** `limited`: refused by the request limit. `unusable`: no answer, or one that proves nothing. */
  readonly result: 'ok' | 'refused' | 'limited' | 'unusable';
  readonly code: string | null;
  readonly requestId: string | null;
}
