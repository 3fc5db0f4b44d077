/**
 * A live run on the terminal: a reader of the journal like any other. On a terminal a few lines drawn over in place;
 * elsewhere a line for each change of state and a heartbeat, so that a log stays readable.
 */
import { AS_PLANNED, beginReplay, isLimitCode, type Replay, saySteerer, totals } from '../journal.ts';
import type { JournalEntry, PriceSum, RunState, SavedPlan, Step } from '../model.ts';
import { sumPrices } from '../money.ts';
import { soakOf } from '../plan/waves.ts';
import { clip, wrap } from '../report/columns.ts';
import { visible } from '../report/escape.ts';
import { ink, OUTCOME_SIGNS } from '../report/ink.ts';
import { change, counted, duration, hours, quotes, takenOver, timeOfDay } from '../report/quantities.ts';
import { isTailLockCode } from '../run/after-refusal.ts';
import type { Terminal } from './terminal.ts';

export interface RunView {
  start(run: { readonly directory: string; readonly entries: readonly JournalEntry[] }): void;
  entry(entry: JournalEntry): void;
  /** One line of how it goes on, also where nothing else is told. */
  status(): void;
  close(): void;
}

/** The terminal is drawn this often, in milliseconds. */
const DRAW_EVERY = 200;
/** A log gets a line at least this often. */
const HEARTBEAT = 10_000;
/** The same while nothing is under way and all that is left waits for its maintenance window, hours as a rule. */
const SLOW_HEARTBEAT = 600_000;
/** A refusal by limit is told for so long, in milliseconds: about what it takes the rate to come back. */
const LIMIT_TOLD = 10_000;
const BAR = 40;
const LATEST = 4;

export function openRunView(terminal: Terminal, saved: SavedPlan): RunView {
  const board = beginBoard(saved, terminal);
  if (terminal.quiet) return silent(terminal, board);
  return terminal.live ? drawn(terminal, board) : told(terminal, board);
}

/** What both views know: counted entry by entry, never searched. */
function beginBoard(saved: SavedPlan, terminal: Terminal) {
  const replay: Replay = beginReplay(saved);
  const steps = new Map(saved.steps.map((step) => [step.id, step]));
  const latest: string[] = [];
  const accepted: number[] = [];
  const durations: number[] = [];
  const verified: Step[] = [];
  let wave: number | null = null;
  let began = terminal.clock.now();
  let stopping = '';
  let steered: RunState['steered'] = AS_PLANNED;
  let limitMetAt = Number.NEGATIVE_INFINITY;
  const inks = ink(terminal.color.err);

  /** One line for what an entry says, or null for what only the bars show. */
  const line = (entry: JournalEntry): string | null => {
    switch (entry.kind) {
      case 'run-started':
        return `${entry.purpose === 'reconcile' ? 'reconciling' : entry.resumed ? 'going on with' : 'carrying out'} ${visible(entry.plan)} (${entry.digest.slice(0, 8)}), ${saved.steps.length} steps${entry.cutOff > 0 ? `; a torn entry of ${entry.cutOff} bytes was cut off` : ''}`;
      case 'approved':
        return entry.how === 'signatures'
          ? `${entry.wave === null ? 'the plan' : `wave ${visible(saved.waves[entry.wave]?.name ?? '')}`} is approved by ${visible(entry.by)}`
          : null;
      case 'approval-awaited':
        return `waits for approval until ${entry.until}: ${visible(entry.what)}`;
      case 'lock-taken-over':
        return visible(takenOver([entry.from]));
      case 'wave-started':
        return `wave ${entry.wave + 1} of ${saved.waves.length} (${visible(entry.name)}) begins: ${counted(saved.waves[entry.wave]?.steps.length ?? 0, 'step')}`;
      case 'wave-ended':
        return `wave ${entry.wave + 1} of ${saved.waves.length} (${visible(entry.name)}) is settled${soakIn(entry.wave) > 0 ? `; it soaks for ${duration(soakIn(entry.wave))}` : ''}`;
      case 'gate':
        return `gate after wave ${visible(entry.name)}: ${entry.judge} ${entry.outcome}${entry.shadow ? ' (shadow)' : ''}, ${visible(entry.what)}${entry.next === 'pause' ? '; paused until somebody tells it to continue' : ''}`;
      case 'steered':
        return `${visible(saySteerer(entry.by))}: ${entry.command}${entry.value === null ? '' : ` ${entry.value}`} ${entry.accepted ? 'accepted' : 'refused'}, ${visible(entry.what)}`;
      case 'told':
        return entry.ok ? null : `${visible(entry.to)} was not told (${entry.event}): ${visible(entry.what)}`;
      case 'stopping':
        return `stopping (${entry.because}): ${visible(entry.what)}`;
      case 'refused':
        return isLimitCode(entry.code)
          ? null
          : `${entry.step}: refused, ${visible(entry.code)} (${entry.next})`;
      case 'no-answer':
        return `${entry.step}: no answer (${visible(entry.why)}); it is settled by reading`;
      case 'settled':
        return `${entry.step}: ${entry.landed ? 'had landed' : 'had not landed'}, ${visible(entry.evidence)}`;
      case 'deferred':
        return `${describe(entry.step)}: accepted, waits for its window ${hours(entry.window)}`;
      case 'began':
        return entry.warning === null ? null : `${describe(entry.step)}: ${entry.warning}`;
      case 'step-ended':
        return `${OUTCOME_SIGNS[entry.outcome][0]} ${describe(entry.step)}${entry.outcome === 'verified' ? '' : `: ${entry.outcome}, ${visible(entry.what)}`}`;
      default:
        return null;
    }
  };
  /** Milliseconds to wait after a wave; the last one's soak is not waited for. */
  const soakIn = (index: number) => soakOf(saved.waves, index);
  /** When the wave that was begun last was settled, ms since 1970 UTC; null while it goes on. */
  let settledAt: number | null = null;
  /** When the soak that goes on now is over, ms since 1970 UTC; null where none does. */
  const soakingUntil = (): number | null => {
    if (wave === null || settledAt === null) return null;
    const until = settledAt + soakIn(wave);
    return until > terminal.clock.now() ? until : null;
  };
  /** Milliseconds of soak that are still to come, the rest of the present one included. */
  const soakLeft = (): number => {
    const until = soakingUntil();
    const present = wave === null || settledAt !== null ? 0 : soakIn(wave);
    const later = saved.waves.reduce((sum, _, n) => sum + (n > (wave ?? -1) ? soakIn(n) : 0), 0);
    return later + (until === null ? present : until - terminal.clock.now());
  };
  const describe = (id: string) => {
    const step = steps.get(id);
    return step ? `${step.instance}  ${change(step.change, step.after, step.nodes)}` : id;
  };

  /** The tail lock between two steps of one instance, which is waited out by trying: nothing that anybody need know of. */
  const isTailLock = (entry: JournalEntry): boolean => {
    const code =
      entry.kind === 'refused'
        ? entry.code
        : entry.kind === 'settled' && !entry.landed
          ? replay.step(entry.step).code
          : null;
    return code !== null && isTailLockCode(code) && 'step' in entry && steps.get(entry.step)?.needs !== null;
  };

  return {
    add(entry: JournalEntry, isPast = false) {
      replay.add(entry);
      if (entry.kind === 'wave-started') {
        wave = entry.wave;
        settledAt = null;
      }
      if (entry.kind === 'wave-ended') settledAt = Date.parse(entry.at);
      if (entry.kind === 'run-ended') settledAt = null;
      if (entry.kind === 'accepted' && !isPast) accepted.push(Date.parse(entry.sentAt));
      if (entry.kind === 'step-ended') {
        const { acceptedAt, beganAt } = replay.step(entry.step);
        if (entry.outcome === 'verified') verified.push(steps.get(entry.step)!);
        const from = beganAt ?? acceptedAt;
        if (from !== null) durations.push(Date.parse(entry.at) - Date.parse(from));
      }
      if (entry.kind === 'refused' && isLimitCode(entry.code)) limitMetAt = terminal.clock.now();
      if (entry.kind === 'run-started') {
        stopping = '';
        steered = AS_PLANNED;
      }
      if (entry.kind === 'steered' || entry.kind === 'gate') steered = replay.state().steered;
      if (entry.kind === 'stopping') stopping = `stopping: ${entry.because}`;
    },
    line,
    /** The line of an entry with its sign in colour: after cutting and wrapping, which count cells. */
    painted(entry: JournalEntry, text: string): string {
      if (entry.kind !== 'step-ended') return text;
      const [sign, colour] = OUTCOME_SIGNS[entry.outcome];
      return inks[colour](sign) + text.slice(sign.length);
    },
    /** What goes as it should: counted, and told line by line only where asked for. */
    isPassing: (entry: JournalEntry): boolean =>
      entry.kind === 'deferred' ||
      (entry.kind === 'step-ended' && entry.outcome === 'verified') ||
      isTailLock(entry),
    begin() {
      began = terminal.clock.now();
    },
    latest,
    remember(text: string) {
      latest.push(text);
      if (latest.length > LATEST) latest.shift();
    },
    /** Orders accepted over the last five seconds, a second. */
    rate() {
      const now = terminal.clock.now();
      while (accepted.length > 0 && accepted[0]! < now - 5_000) accepted.shift();
      const over = Math.min(5_000, Math.max(1_000, now - began));
      return (accepted.length * 1000) / over;
    },
    counts() {
      const states = saved.steps.map(({ id }) => replay.step(id));
      const ended = states.filter(({ phase }) => phase === 'ended');
      const asked = states.filter(({ phase }) => phase !== 'ended' && phase !== 'waiting');
      const deferred = asked.flatMap(({ waitsFor }) => waitsFor ?? []);
      return {
        ended: totals(ended),
        done: ended.length,
        underWay: asked.length - deferred.length,
        /** Accepted, and waiting for their windows: the next opens at `opensAt`. */
        deferred: deferred.length,
        opensAt: deferred.map(({ opensAt }) => opensAt).sort()[0] ?? null,
        left: saved.steps.length - ended.length,
      };
    },
    /** All that is left waits for its window: nobody knows how long it takes then. */
    onlyWaits(): boolean {
      const { left, deferred } = this.counts();
      return deferred > 0 && left === deferred;
    },
    /** Milliseconds to go, judged by the rate, the usual duration and the places; null before anything has ended. */
    left() {
      if (durations.length === 0 || this.onlyWaits() || steered.paused) return null;
      const usual = durations.reduce((a, b) => a + b, 0) / durations.length;
      const { left, underWay, deferred } = this.counts();
      const waitingSteps = left - underWay - deferred;
      const { requestsPerSecond, inFlight } = this.execution();
      const perOrder = 1000 / requestsPerSecond;
      return (
        Math.max(waitingSteps * perOrder, (waitingSteps * usual) / inFlight) +
        (left > 0 ? usual + soakLeft() : 0)
      );
    },
    money(): readonly PriceSum[] {
      return sumPrices(verified);
    },
    elapsed: () => terminal.clock.now() - began,
    saved,
    inks,
    waveName: () =>
      wave === null ? '' : `wave ${wave + 1}/${saved.waves.length} ${visible(saved.waves[wave]?.name ?? '')}`,
    /** As approved, or as it was set since. */
    execution: () => ({
      inFlight: steered.inFlight ?? saved.execution.inFlight,
      requestsPerSecond: steered.requestsPerSecond ?? saved.execution.requestsPerSecond,
    }),
    waiting: () =>
      stopping === '' && steered.paused
        ? `paused by ${visible(steered.paused.by)} since ${timeOfDay(steered.paused.since)} UTC`
        : stopping === '' && terminal.clock.now() - limitMetAt < LIMIT_TOLD
          ? 'the request limit was met: slower for a while'
          : stopping === '' && soakingUntil() !== null
            ? `soaking until ${timeOfDay(new Date(soakingUntil()!).toISOString())} UTC`
            : stopping,
  };
}

type Board = ReturnType<typeof beginBoard>;

/** The endings so far in words: `118 verified, 2 refused`. */
function outcomes(board: Board): string {
  const parts = Object.entries(board.counts().ended).filter(([, count]) => count > 0);
  return parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** `12 wait for their windows, the next opens 19:00:00 UTC`; empty where none does. */
function waitingForWindows(board: Board): string {
  const { deferred, opensAt } = board.counts();
  if (deferred === 0) return '';
  const who =
    deferred === 1 ? '1 waits for its window, which' : `${deferred} wait for their windows, the next`;
  return `${who} opens ${timeOfDay(opensAt)} UTC`;
}

function statusLine(board: Board): string {
  const { done, underWay, deferred, left } = board.counts();
  const remaining = board.left();
  const parts = [
    board.waveName(),
    `${done} of ${board.saved.steps.length} ended`,
    outcomes(board),
    `${underWay} under way`,
    waitingForWindows(board),
    left - underWay - deferred > 0 ? `${left - underWay - deferred} to go` : '',
    `${board.rate().toFixed(1)} orders/s`,
    quotes(board.money()),
    remaining !== null && left > 0 ? `about ${duration(remaining)} left` : '',
    board.waiting(),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Nothing, unless asked. */
function silent(terminal: Terminal, board: Board): RunView {
  return {
    start({ entries }) {
      for (const entry of entries) board.add(entry, true);
      board.begin();
    },
    entry: (entry) => board.add(entry),
    status: () => terminal.err(`${statusLine(board)}\n`),
    close() {},
  };
}

/** Plain lines. */
function told(terminal: Terminal, board: Board): RunView {
  const closed = new AbortController();
  let lastTold = terminal.clock.monotonic();
  const tell = (text: string) => {
    lastTold = terminal.clock.monotonic();
    terminal.err(`${new Date(terminal.clock.now()).toISOString().slice(11, 19)} ${text}\n`);
  };
  const beat = async () => {
    while (!closed.signal.aborted) {
      await terminal.clock.sleep(1_000, closed.signal);
      const every = board.onlyWaits() ? SLOW_HEARTBEAT : HEARTBEAT;
      if (!closed.signal.aborted && terminal.clock.monotonic() - lastTold >= every) tell(statusLine(board));
    }
  };
  return {
    start({ directory, entries }) {
      for (const entry of entries) board.add(entry, true);
      board.begin();
      tell(`run directory ${directory}`);
      void beat();
    },
    entry(entry) {
      board.add(entry);
      const line = board.line(entry);
      // A log of a thousand steps is read for those that did not go well.
      if (line !== null && (terminal.verbose || !board.isPassing(entry))) tell(board.painted(entry, line));
      else if (terminal.verbose && 'step' in entry) tell(`${entry.step}: ${entry.kind}`);
      if (entry.kind === 'run-ended') tell(statusLine(board));
    },
    status: () => tell(statusLine(board)),
    close: () => closed.abort(),
  };
}

/** The wave whole, and as much of the plan's name as there is room for. */
function headline(wave: string, name: string, width: number): string {
  return wave === '' ? clip(name, width) : clip(`${wave} · ${name}`, width);
}

/** Lines drawn over in place. */
function drawn(terminal: Terminal, board: Board): RunView {
  const closed = new AbortController();
  let height = 0;
  const erase = () => {
    if (height > 0) terminal.err(`\x1b[${height}A\x1b[J`);
    height = 0;
  };
  const draw = () => {
    const width = terminal.errWidth() - 1;
    const { done, underWay } = board.counts();
    const steps = board.saved.steps.length;
    const { inks } = board;
    const cells = Math.min(BAR, width - 28);
    const full = Math.floor((cells * done) / Math.max(1, steps));
    const moving = Math.ceil((cells * underWay) / Math.max(1, steps));
    const bar = inks.green('━'.repeat(full)) + inks.blue('━'.repeat(Math.min(cells - full, moving)));
    const rest = inks.dim('─'.repeat(Math.max(0, cells - full - moving)));
    const { requestsPerSecond, inFlight } = board.execution();
    const remaining = board.left();
    const lines = [
      headline(board.waveName(), visible(board.saved.name), width),
      `${bar}${rest} ${done}/${steps} · ${duration(board.elapsed())}`,
      clip(`${outcomes(board) || 'none ended yet'} · ${underWay} of ${inFlight} places taken`, width),
      clip(
        `${board.rate().toFixed(1)} of ${requestsPerSecond} orders a second${remaining === null ? '' : ` · about ${duration(remaining)} left`}`,
        width,
      ),
      clip(
        [waitingForWindows(board), quotes(board.money()), board.waiting()]
          .filter((part) => part !== '')
          .join(' · '),
        width,
      ),
      ...board.latest.map((text) => inks.dim(clip(text, width))),
    ].filter((line) => line !== '');
    erase();
    terminal.err(`${lines.join('\n')}\n`);
    height = lines.length;
  };
  const redraw = async () => {
    while (!closed.signal.aborted) {
      await terminal.clock.sleep(DRAW_EVERY, closed.signal);
      if (!closed.signal.aborted) draw();
    }
  };
  const keep = (text: string, paint = (whole: string) => whole) => {
    erase();
    const [first = '', ...more] = wrap(text, terminal.errWidth() - 3, '');
    terminal.err(`${[paint(first), ...more.map((line) => `  ${line}`)].join('\n')}\n`);
  };
  return {
    start({ directory, entries }) {
      for (const entry of entries) board.add(entry, true);
      board.begin();
      keep(`run directory ${directory}`);
      void redraw();
    },
    entry(entry) {
      board.add(entry);
      const line = board.line(entry);
      if (line === null) return;
      if (board.isPassing(entry) && !terminal.verbose) board.remember(line);
      else keep(line, (text) => board.painted(entry, text));
    },
    status: () => keep(statusLine(board)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      erase();
    },
  };
}
