/** When a plan is due next, and what it will do then: on the page of the plan, and on its review. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DuePlanView } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { get } from '../../client.ts';
import { say } from '../../language.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { DueAnswers, DueFactsView } from './due-facts.tsx';
import { NoScheduler } from './due-plan.tsx';
import { momentIn } from './in-zone.ts';
import './schedule.css';

/** How often it is read, milliseconds. */
const READ_EVERY = 10_000;
/** While the facts are being found out. */
const READ_SOON = 1_000;

/**
 * Nothing for a plan that is not on schedule.
 * @param name of its file. @param isBrief the page says already what the plan does.
 */
export function DuePanel({
  name,
  person,
  isBrief = false,
}: {
  name: string;
  person: Person;
  isBrief?: boolean;
}) {
  const due = useSignal<DuePlanView | null>(null);
  useEffect(() => {
    const over = new AbortController();
    const keepReading = async (): Promise<void> => {
      while (!over.signal.aborted) {
        if (!document.hidden)
          // Without an answer, the page is as if the plan was not on schedule, or what was read stays.
          await get<DuePlanView | null>(`/schedule/${encodeURIComponent(name)}`, over.signal).then(
            (read) => {
              due.value = read;
            },
            () => undefined,
          );
        const isPlanning = due.value?.facts?.state === 'planning';
        await new Promise((resolve) => setTimeout(resolve, isPlanning ? READ_SOON : READ_EVERY));
      }
    };
    due.value = null;
    void keepReading();
    return () => over.abort();
  }, [name]);
  const plan = due.value;
  if (plan === null) return null;
  return (
    <section class="due-panel" aria-label={say('due.title')}>
      <NextDue plan={plan} />
      {!plan.hasScheduler && <NoScheduler command={plan.startCommand} />}
      {isBrief ? (
        <DueAnswers plan={plan} state={plan} person={person} only={['due.starts', 'due.approval']} />
      ) : (
        <DueFactsView plan={plan} state={plan} person={person} />
      )}
    </section>
  );
}

/** The next due time in the zone of the page, and in that of the plan if it differs. */
export function NextDue({ plan: { next, when } }: { plan: Pick<DuePlanView, 'next' | 'when'> }) {
  if (next === null) return <p class="next">{say('due.next.never')}</p>;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const own = when?.kind === 'cron' ? when.timezone : null;
  const isOther = own !== null && momentIn(next, own) !== momentIn(next, timeZone);
  return (
    <p class="next">
      {say('due.next')}: <Countdown until={next} />
      {isOther && (
        <small class="soft"> {say('due.own-zone', { time: momentIn(next, own), zone: own })}</small>
      )}
    </p>
  );
}
