import type { CalendarEvent } from '../../../api/schedule.ts';

/** The colours of the results of due times. */
export const EVENT_TONES: Readonly<Record<CalendarEvent['state'], string>> = {
  coming: 'live',
  continues: 'live',
  running: 'live',
  postponed: 'warning',
  done: 'verified',
  failed: 'failed',
  missed: 'warning',
  disabled: 'skipped',
  refused: 'refused',
  undecided: 'warning',
};
