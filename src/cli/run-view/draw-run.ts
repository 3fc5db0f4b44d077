/**
 * Draws a run as lines of a screen. Pure: picture and screen size in, lines out. No line is wider than the screen, so
 * that no terminal wraps a line that Refit draws over.
 */

import { counted, duration, quotes } from '../../messages/en/quantities.ts';
import { textOf } from '../../messages/messages.ts';
import type { PictureStep, PictureWave, RunPicture } from '../../operations/picture/run-picture.ts';
import { formatTimeLeft } from '../../operations/picture/time-left.ts';
import { cells, clip, pad, table, wrap } from '../../report/document/columns.ts';
import { type Ink, OUTCOME_SIGNS } from '../../report/document/ink.ts';
import { formatLocalTime, localTimeOfDay } from '../local-time.ts';
import { describeCondition } from '../progress/describe-condition.ts';

/** The screen, and which events it shows. */
export interface DrawOptions {
  readonly columns: number;
  readonly rows: number;
  readonly inks: Ink;
  /** Show every event. Without it, only routine events: the view prints the others above the picture. */
  readonly everyEvent: boolean;
  /** Wall clock, ms since 1970 UTC. */
  readonly now: number;
}

const LABEL = 10;
const WAVES = 6;
const IN_FLIGHT = 6;
const EVENTS = 6;
const WAITS = 4;

/** The lines of a run, at most `rows`, each at most `columns` cells. */
export function drawRun(picture: RunPicture, options: DrawOptions): string[] {
  const { columns, rows, inks } = options;
  const head = [
    inks.bold(clip(headline(picture), columns)),
    ...(picture.condition === null ? [] : [inks.yellow(clip(describeCondition(picture.condition), columns))]),
  ];
  const facts = factLines(picture, options);
  const room = (used: number) => Math.max(0, rows - used);
  const waves = waveLines(
    picture,
    columns,
    inks,
    Math.min(WAVES, Math.max(1, room(head.length + facts.length))),
  );
  const top = [...head, ...waves, ...facts];
  const shown = picture.events.filter(({ isRoutine }) => options.everyEvent || isRoutine);
  // Steps in flight and events share the remaining rows. Each has a heading, and each gets rows.
  const left = room(top.length);
  const forEvents = Math.min(shown.length, EVENTS, Math.max(0, Math.floor(left / 2) - 1));
  const forSteps = Math.min(
    picture.inFlight.length,
    IN_FLIGHT,
    left - (forEvents > 0 ? forEvents + 1 : 0) - 1,
  );
  const lines = [
    ...top,
    ...(forSteps > 0 ? stepLines(picture, options, forSteps) : []),
    ...(forEvents > 0 ? ['events', ...eventLines(shown.slice(-forEvents), columns, inks)] : []),
  ];
  return lines.slice(0, Math.max(1, rows));
}

/** Elapsed time in whole seconds: a picture that is drawn four times a second must not flicker. */
function formatElapsed(ms: number): string {
  return ms < 1000 ? '0 s' : duration(ms);
}

function headline({ name, change, elapsed, timeLeft, timeLeftReason, steps }: RunPicture): string {
  const done = steps.ended === steps.of;
  return [
    name,
    ...(change === null ? [] : [change]),
    formatElapsed(elapsed),
    ...(timeLeft === null || done ? [] : [formatTimeLeft(timeLeftReason, duration(timeLeft))]),
  ].join(' · ');
}

/** `✓ 3 waves ended, 40 steps`, then the current and next waves, then `and 5 more waves, 120 steps`. */
function waveLines({ waves }: RunPicture, columns: number, inks: Ink, most: number): string[] {
  const first = waves.findIndex(({ status }) => status !== 'ended');
  const endedCount = waves.length <= most ? 0 : first < 0 ? waves.length : first;
  const summed = (some: readonly PictureWave[]) =>
    counted(
      some.reduce((sum, { steps }) => sum + steps, 0),
      'step',
    );
  const before = waves.slice(0, endedCount);
  const room = Math.max(1, most - (before.length > 0 ? 1 : 0));
  const rest = waves.slice(endedCount);
  const shown = rest.length <= room ? rest : rest.slice(0, Math.max(1, room - 1));
  const after = rest.slice(shown.length);
  const name = Math.min(
    Math.max(0, ...shown.map((wave) => cells(wave.name))),
    Math.max(8, Math.floor(columns / 4)),
  );
  const digits = Math.max(0, ...shown.map(({ steps }) => `${steps}/${steps}`.length));
  const lines = [
    ...(before.length > 0
      ? [
          `${inks.green('✓')}${clip(` ${counted(before.length, 'wave')} ended, ${summed(before)}`, columns - 1)}`,
        ]
      : []),
    ...shown.map((wave) => waveLine(wave, { name, digits, columns, inks })),
    ...(after.length > 0
      ? [inks.dim(clip(`  and ${counted(after.length, 'more wave')}, ${summed(after)}`, columns))]
      : []),
  ];
  return lines.slice(0, most);
}

function waveLine(
  wave: PictureWave,
  { name, digits, columns, inks }: { name: number; digits: number; columns: number; inks: Ink },
): string {
  const note = waveNote(wave);
  const label = pad(clip(wave.name, name), name);
  const count = pad(`${wave.ended}/${wave.steps}`, digits, 'right');
  const room = Math.min(BAR, columns - 2 - name - 2 - 1 - digits - 2 - NOTE);
  const text = note === '' ? '' : `  ${clip(note, NOTE)}`;
  const mark = MARKS[wave.status];
  const line = `${mark} ${label}  ${room < 6 ? '' : bar(wave, room, inks)}${room < 6 ? '' : ' '}${count}${text}`;
  return room < 6 ? clip(line, columns) : line;
}

/** The most cells of a bar, and of the note beside it. */
const BAR = 60;
const NOTE = 15;
const MARKS: Readonly<Record<PictureWave['status'], string>> = {
  waiting: ' ',
  running: '▸',
  soaking: '…',
  ended: '✓',
};

function waveNote({ status, notVerified, inProgress }: PictureWave): string {
  if (notVerified > 0) return `${notVerified} not verified`;
  if (status === 'soaking') return 'soaking';
  return inProgress > 0 ? `${inProgress} in progress` : '';
}

/** `━` ended, `╍` in progress, `─` queued. */
function bar({ steps, ended, notVerified, inProgress }: PictureWave, width: number, inks: Ink): string {
  const share = (of: number) => (steps === 0 ? 0 : (width * of) / steps);
  const full = Math.floor(share(ended));
  // A failure is always visible, however small its share.
  const bad = notVerified === 0 ? 0 : Math.min(full, Math.max(1, Math.round(share(notVerified))));
  const moving = Math.min(width - full, Math.ceil(share(inProgress)));
  return [
    inks.green('━'.repeat(full - bad)),
    inks.red('━'.repeat(bad)),
    inks.blue('╍'.repeat(moving)),
    inks.dim('─'.repeat(width - full - moving)),
  ].join('');
}

/** Counts, rate, money and waits, each with its label. */
function factLines(picture: RunPicture, { columns, now }: DrawOptions): string[] {
  const { steps, rate, slots, money, waits } = picture;
  const ended = Object.entries(picture.outcomes).filter(([, count]) => count > 0);
  const parts = [
    ended.length === 0 ? 'none ended' : ended.map(([outcome, count]) => `${count} ${outcome}`).join(', '),
    ...(steps.inProgress > 0 ? [`${steps.inProgress} in progress`] : []),
    ...(steps.remaining > 0 ? [`${steps.remaining} queued`] : []),
  ];
  const windows =
    steps.deferred === 0
      ? []
      : [`${steps.deferred} wait for maintenance windows; next opens ${formatLocalTime(picture.opensAt)}`];
  // Duration and reason come first: a narrow screen cuts the end of the line.
  const waited = waits.map(({ reason, steps: many, step, since, limit }) => {
    const who = many === 0 ? '' : many === 1 ? `, ${step}` : `, ${many} steps`;
    return `${formatElapsed(now - Date.parse(since))} of at most ${duration(limit)} for ${textOf(reason)}${who}`;
  });
  const all = [...windows, ...waited];
  const listed =
    all.length <= WAITS ? all : [...all.slice(0, WAITS - 1), `and ${all.length - WAITS + 1} more`];
  const planned = quotes(money.planned);
  const rows: [string, string[]][] = [
    ['steps', [parts.join(' · ')]],
    [
      'rate',
      [
        `${rate.orders.toFixed(1)} of ${formatLimit(rate.limit)} orders/s · ${slots.taken} of ${formatLimit(slots)} slots in use`,
        ...rate.slowed.map(({ action, rate: slow }) => `${action} at ${slow}/s for now`),
      ],
    ],
    ['cost', planned === '' ? [] : [`${quotes(money.verified) || 'nothing'} of ${planned}`]],
    ['waiting', listed],
  ];
  return rows.flatMap(([label, lines]) =>
    lines.map((line, at) => `${pad(at === 0 ? label : '', LABEL)}${clip(line, columns - LABEL)}`),
  );
}

/** A limit now, with the approved one if it differs. */
export function formatLimit({ now, approved }: { readonly now: number; readonly approved: number }): string {
  return now === approved ? `${now}` : `${now} (approved ${approved})`;
}

/** On a narrower screen a step shows only its instance and change. */
const NARROW = 56;

const PHASES: Readonly<Record<PictureStep['phase'], string>> = {
  waiting: 'waiting',
  ordering: 'ordering',
  unanswered: 'no answer',
  following: 'following',
  ended: 'ended',
};

function stepLines(
  { inFlight, steps }: RunPicture,
  { columns, inks, now }: DrawOptions,
  most: number,
): string[] {
  const shown = inFlight.slice(0, most);
  const rest = steps.inProgress - shown.length;
  const rows = shown.map(({ instance, name, change, phase, since }) => [
    instance,
    columns < NARROW ? '' : PHASES[phase],
    { text: formatElapsed(now - Date.parse(since)), paint: inks.dim },
    change,
    name,
  ]);
  const layout = [{}, {}, { align: 'right' as const }, {}, { minWidth: 6, optional: true }];
  const lines = table(rows, layout, columns, '  ');
  return [`in flight${rest > 0 ? `, the ${shown.length} longest of ${steps.inProgress}` : ''}`, ...lines].map(
    (line) => (cells(line) > columns ? clip(line, columns) : line),
  );
}

function eventLines(events: RunPicture['events'], columns: number, inks: Ink): string[] {
  return events.map(({ at, text, outcome }) => {
    const shown = clip(text, columns - 11);
    const [sign, colour] = outcome === null ? ['', 'dim' as const] : OUTCOME_SIGNS[outcome];
    const painted = shown.startsWith(sign) ? inks[colour](sign) + shown.slice(sign.length) : shown;
    return `  ${inks.dim(localTimeOfDay(at))} ${painted}`;
  });
}

/** The picture as one line, for logs and for SIGUSR1. */
export function formatRunLine(picture: RunPicture): string {
  const { steps, timeLeft, timeLeftReason, outcomes, opensAt } = picture;
  const at = picture.waves.findLastIndex(({ status }) => status !== 'waiting');
  const ended = Object.entries(outcomes).filter(([, count]) => count > 0);
  const who =
    steps.deferred === 1
      ? '1 waits for its window, which'
      : `${steps.deferred} wait for their windows, the next`;
  const parts = [
    at < 0 ? '' : `wave ${at + 1}/${picture.waves.length} ${picture.waves[at]!.name}`,
    `${steps.ended} of ${steps.of} ended`,
    ended.map(([outcome, count]) => `${count} ${outcome}`).join(', '),
    `${steps.inProgress} in progress`,
    steps.deferred === 0 ? '' : `${who} opens ${formatLocalTime(opensAt)}`,
    steps.remaining > 0 ? `${steps.remaining} queued` : '',
    `${picture.rate.orders.toFixed(1)} orders/s`,
    quotes(picture.money.verified),
    timeLeft !== null && steps.ended < steps.of ? formatTimeLeft(timeLeftReason, duration(timeLeft)) : '',
    picture.condition === null ? '' : describeCondition(picture.condition),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Wraps a line that stays above the picture. `paint` colours the sign at its start. */
export function wrapKeptLine(text: string, columns: number, paint: (first: string) => string): string[] {
  const [first = '', ...more] = wrap(text, columns - 2, '').flatMap((line) =>
    splitLongWord(line, columns - 2),
  );
  return [paint(first), ...more.map((line) => `  ${line}`)];
}

/** Splits a word that is longer than a line, such as a path or a code. */
function splitLongWord(line: string, width: number): string[] {
  if (cells(line) <= width) return [line];
  const pieces: string[] = [];
  let rest = line;
  while (cells(rest) > width) {
    const head = clip(rest, width).slice(0, -1);
    if (head === '') break;
    pieces.push(head);
    rest = rest.slice(head.length);
  }
  return [...pieces, rest];
}
