/** What the page of the audit shows. */
import type { AuditAnswer, AuditedRun, FoundStep } from '../../operations/audit/find-steps.ts';

export type { AuditAnswer, AuditedRun, FoundStep };

/** The members of a search, as the query of `GET /api/audit` names them. Times are ISO 8601. */
export const AUDIT_FIELDS = [
  'instance',
  'person',
  'ticket',
  'order',
  'text',
  'outcome',
  'from',
  'to',
] as const;
