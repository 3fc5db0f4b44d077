/** A run of many steps with twenty in flight and one failure per hundred. */
import { fleet, JournalWriter, type Situation, savedPlan } from './situations.ts';

export function longRun(steps: number): Situation {
  const saved = savedPlan(
    fleet(steps).map((own) => ({ ...own, changes: [{ memoryPerShard: 8192, price: 412 }] })),
  );
  const journal = new JournalWriter(saved).start().wave('wave-started', 0);
  const ids = saved.steps.map(({ id }) => id);
  const end = (at: number) => {
    const id = ids[at]!;
    if (at % 100 === 99)
      journal.end(id, 'failed', {
        what: 'the order ended, the size is the old one',
        size: saved.steps[at]!.before,
      });
    else journal.end(id, 'verified');
  };
  ids.forEach((id, at) => {
    if (at === 1) {
      journal.after(150);
      end(0);
      journal.wave('wave-ended', 0).wave('wave-started', 1);
    }
    if (at > 20) {
      journal.after(5 + ((at * 7) % 5));
      end(at - 20);
    } else journal.after(0.055);
    journal.ask(id).accept(id);
    if (at % 10 === 0) journal.reads(10);
  });
  for (let at = Math.max(1, ids.length - 20); at < ids.length; at++) {
    journal.after(7);
    end(at);
  }
  journal.wave('wave-ended', 1).finish('done', 3);
  return { saved, entries: journal.entries };
}
