/** Describes events of a run as messages, for screens, notifications and lost entries. */
import { message } from '../messages/messages.ts';
import type { JournalEvent, Message, SavedPlan } from '../model.ts';
import { formatOperator } from './fold-run.ts';

type StepEvent = Extract<JournalEvent, { readonly step: string }>;

/** The message of an event of a step; null: only counted. @param step the step id, or what names it to the reader. */
export function describeStepEvent(event: StepEvent, step: string): Message | null {
  switch (event.kind) {
    case 'intent':
      return message('event.intent', { step });
    case 'accepted': {
      const { order, requestId, sentAt } = event;
      return message('event.accepted', { step, order, requestId, sentAt });
    }
    case 'refused':
      return message('event.refused', { step, code: event.code, next: event.next });
    case 'no-answer':
      return message('event.no-answer', { step, reason: event.reason, sentAt: event.sentAt });
    case 'resolved': {
      const { executed, order, evidence } = event;
      return message('event.resolved', { step, executed, order, evidence });
    }
    case 'deferred':
      return message('event.deferred', { step, window: event.window });
    case 'began':
      return event.warning && message('event.began', { step, warning: event.warning });
    case 'step-ended':
      return message('event.step-ended', { step, outcome: event.outcome, cause: event.message });
    case 'instance-read':
    case 'not-sent':
    case 'billed':
      return null;
  }
}

/** The message of an event of the whole run; null: only counted. */
export function describeRunEvent(
  event: Exclude<JournalEvent, StepEvent>,
  saved: Pick<SavedPlan, 'waves' | 'steps'>,
): Message | null {
  switch (event.kind) {
    case 'run-started': {
      const { purpose, resumed, plan, digest, cutOff } = event;
      const doing = purpose ?? (resumed ? 'resume' : 'apply');
      const by = formatOperator(event.by);
      return message('event.run-started', { doing, plan, digest, steps: saved.steps.length, by, cutOff });
    }
    case 'adopted':
      return message('event.adopted', { by: event.by, reason: event.reason });
    case 'approved': {
      if (event.how === 'policy') return message('event.approved-for-policy', { by: event.by });
      if (event.how !== 'signatures') return null;
      const wave = event.wave === null ? null : (saved.waves[event.wave]?.name ?? '');
      return message('event.approved', { wave, by: event.by });
    }
    case 'approval-awaited':
      return message('event.approval-awaited', { until: event.until, missing: event.message });
    case 'wave-started': {
      const steps = saved.waves[event.wave]?.steps.length ?? 0;
      return message('event.wave-started', { ...waveOf(event, saved), steps });
    }
    case 'wave-ended':
      return message('event.wave-ended', waveOf(event, saved));
    case 'gate': {
      const { name: wave, judge, outcome, shadow, message: judged, next } = event;
      return message('event.gate', { wave, judge, outcome, shadow, judged, next });
    }
    case 'control-command': {
      const { command, value, accepted, message: answer } = event;
      const by = formatOperator(event.by);
      return message('event.control-command', { by, command, value, accepted, answer });
    }
    case 'notified': {
      const { to, event: about, ok, message: cause } = event;
      return ok ? null : message('event.not-notified', { to, event: about, cause });
    }
    case 'rested': {
      const { until, wakesOn, reason } = event;
      return message('event.rested', { until, wakesOn, reason });
    }
    case 'handed-over':
      return message('event.handed-over', {
        place: event.place,
        run: event.run,
        by: formatOperator(event.by),
      });
    case 'stopping':
      return message('event.stopping', { because: event.because, reason: event.message });
    case 'run-ended':
      return message('event.run-ended', { because: event.because, exitCode: event.exitCode });
    case 'identity':
    case 'lock-taken-over':
    case 'calls':
      return null;
  }
}

/** How people name a wave: its number from 1, and its name. */
export function waveOf(
  { wave, name }: Extract<JournalEvent, { kind: 'wave-started' | 'wave-ended' }>,
  { waves }: Pick<SavedPlan, 'waves'>,
) {
  return { number: wave + 1, of: waves.length, name };
}
