import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/run/build-report.ts';
import { reportHtml } from '../../src/report/run/report-html.ts';
import { marksOf } from '../../src/report/run/run-marks.ts';
import { words } from '../messages/words.ts';
import { fleet, JournalWriter, SITUATIONS, type Situation, savedPlan } from './situations.ts';

const marksIn = ({ saved, entries }: Situation) =>
  marksOf(buildReport(saved, entries)).map(({ at, label }) => `${at.slice(11, 19)} ${label}`);
const pageOf = ({ saved, entries }: Situation) => reportHtml(buildReport(saved, entries));
const BY = { user: 'wei', host: 'ops-1', pid: 4242 };

/** A run of `steps` steps of which every third is refused immediately. */
function refused(steps: number): Situation {
  const saved = savedPlan(fleet(steps));
  const journal = new JournalWriter(saved).start().wave('wave-started', 0);
  for (const [at, { id }] of saved.steps.entries()) {
    journal.after(60).ask(id);
    if (at % 3 !== 1) journal.accept(id).after(120).end(id, 'verified');
    else journal.refuse(id, 'ResourceUnavailable.SaleOut', 'sold out', 'skip').end(id, 'refused');
  }
  return { saved, entries: journal.finish('done', 3).entries };
}

describe('the timeline marks', () => {
  it('a process that died, and the one that resumed the run', () => {
    expect(marksIn(SITUATIONS['a-resumed-run-with-an-unknown']!())).toEqual([
      '02:03:10 died',
      '02:13:10 resumed',
    ]);
  });

  it('a run that stopped by itself and was resumed, which is no death', () => {
    const saved = savedPlan(fleet(2));
    const journal = new JournalWriter(saved)
      .start()
      .after(60)
      .stop('drained', 'drained')
      .finish('drained', 4);
    journal.after(60).start(BY, true);
    expect(marksIn({ saved, entries: journal.entries })).toEqual(['02:01:00 stopped', '02:02:00 resumed']);
  });

  it('control commands, also refused ones', () => {
    const saved = savedPlan(fleet(2));
    const journal = new JournalWriter(saved).start();
    const command = { kind: 'control-command', by: BY, message: words('done') } as const;
    journal.after(5).append({ ...command, command: 'pause', value: null, accepted: true });
    journal.after(5).append({ ...command, command: 'set inFlight', value: 50, accepted: false });
    expect(marksIn({ saved, entries: journal.entries })).toEqual([
      '02:00:05 pause',
      '02:00:10 set inFlight 50 (refused)',
    ]);
    const html = pageOf({ saved, entries: journal.ask(saved.steps[0]!.id).entries });
    expect(html).toContain('<title>02:00:05 pause by wei, accepted: done</title>');
    expect(html).toMatch(/<desc id="timeline-d">[^<]*02:00:10 set inFlight 50 by wei, refused: done<\/desc>/);
  });

  it('nothing in a run of one process', () => {
    expect(marksIn(SITUATIONS['a-small-run-all-verified']!())).toEqual([]);
  });
});

describe('a refused step is visible', () => {
  it('as a bar at least 4 units wide where each step has its line', () => {
    const widths = [
      ...pageOf(refused(9)).matchAll(/<rect class="o refused" x="[^"]+" y="[1-9][^"]*" width="([^"]+)"/g),
    ];
    expect(widths.map(([, width]) => Number(width))).toEqual([4, 4, 4]);
  });

  it('as a tick below the lanes where steps share lanes, and in the count of its wave', () => {
    const html = pageOf(refused(60));
    expect(html.match(/<line class="tick refused"/g)).toHaveLength(20);
    expect(html).toContain('>rest, 59 steps, 20 not verified</text>');
  });
});

describe('a page leaves out empty pictures', () => {
  const html = pageOf(SITUATIONS['a-plan-without-a-journal']!());
  it.each(['timeline-p', 'calls-p', 'durations-p'])('%s of a plan that never ran', (id) => {
    expect(html).not.toContain(`id="${id}"`);
  });
  it('and says nothing in their place', () => {
    for (const text of ['No orders were sent', 'No calls are recorded', 'was not priced'])
      expect(html).not.toContain(text);
  });
});

describe('a report', () => {
  it('shows steps that ended on a host whose clock is behind', () => {
    const saved = savedPlan(fleet(6));
    const journal = new JournalWriter(saved).start().wave('wave-started', 0).after(600);
    for (const { id } of saved.steps) journal.ask(id).accept(id);
    journal.after(-240);
    for (const { id } of saved.steps) journal.end(id, 'verified');
    const page = pageOf({ saved, entries: journal.finish('done', 0).entries });
    expect(page).toContain('id="durations');
    expect(page.slice(0, page.indexOf('<script'))).not.toContain('NaN');
  });
});
