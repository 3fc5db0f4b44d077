/** The report for a terminal: the verdict, the facts of the run, what needs a person, every step, the verdict again. */
import {
  type MaintenanceWindow,
  OUTCOMES,
  type Report,
  type ReportSignature,
  type ReportSteered,
  type ReportStep,
  type RunProcess,
} from '../../model.ts';
import { type Cell, type Column, cells, table, wrap } from '../document/columns.ts';
import { legible } from '../document/escape.ts';
import { type Ink, ink, OUTCOME_SIGNS } from '../document/ink.ts';
import * as show from '../quantities.ts';
import { changeOf, needingAttention, wordsOf } from '../report-steps.ts';
import { outcomesInWords, type Verdict, verdictOfRun } from '../verdict.ts';
import {
  askedOtherwise,
  attemptInWords,
  callersInWords,
  lasted,
  RUN_WAIT_WORDS,
  versionsInWords,
  WAIT_WORDS,
  waitSums,
} from './account-in-words.ts';
import { billedOtherwise, billInWords, billsInWords, WHY_OTHERWISE } from './bills-in-words.ts';
import { gateOutcome, gatesOf } from './gates-in-words.ts';
import {
  EFFECT_COLUMNS,
  effectRows,
  REHEARSAL_BANNER,
  rehearsalFacts,
  wavesRehearsed,
} from './rehearsal-in-words.ts';

const TONES = { good: 'green', warn: 'yellow', bad: 'red', open: 'blue' } as const;

/** `VERIFIED  12 of 12 steps verified`, wrapped under itself. */
export function verdictLines(verdict: Verdict, width: number, inks: Ink): string[] {
  const indent = ' '.repeat(verdict.word.length + 2);
  const [first, ...rest] = wrap(verdict.sentence, width, indent);
  const word = inks.bold(inks[TONES[verdict.tone]](verdict.word));
  return [`${word}  ${first!.trimStart()}`, ...rest];
}

/** Facts as `name  value` with the names in one column; values that are empty are left out. */
export function factLines(facts: readonly (readonly [string, string])[], width: number, inks: Ink): string[] {
  const told = facts.filter(([, value]) => value !== '');
  const room = Math.max(...told.map(([name]) => name.length)) + 4;
  return told.flatMap(([name, value]) => {
    const [first, ...rest] = wrap(value, width, ' '.repeat(room));
    return [`  ${inks.dim(name.padEnd(room - 2))}${first!.trimStart()}`, ...rest];
  });
}

export function reportText(
  hostile: Report,
  { color, width, directory }: { color: boolean; width: number; directory?: string },
): string {
  const report = legible(hostile);
  const inks = ink(color);
  const verdict = verdictOfRun(report, directory);
  const { plan } = report;
  const title = [inks.bold(plan.name), plan.change, plan.owner].filter((part) => part !== null).join('  ');
  const banner = report.rehearsal ? wrap(REHEARSAL_BANNER, width, '').map(inks.bold) : [];
  const lines = [
    ...banner,
    title,
    ...verdictLines(verdict, width, inks),
    '',
    ...rehearsal(report, width, inks),
    ...factLines(factsOf(report), width, inks),
    ...waves(report, width, inks),
    ...signatures(report, width, inks),
    ...gates(report, width, inks),
    ...processes(report, width, inks),
    ...steered(report, width, inks),
    ...told(report, width, inks),
    ...waits(report, width, inks),
    ...attention(report, width, inks),
    ...attempts(report, width, inks),
    ...approvedWith(report, width, inks),
    ...moneyOf(report, width, inks),
    ...allSteps(report, width, inks),
    ...leftOut(report, width, inks),
    '',
    ...verdictLines(verdict, width, inks),
    ...factLines(
      [
        ['next', verdict.next ?? ''],
        ['head', report.entries > 0 && !report.rehearsal ? report.head : ''],
      ],
      width,
      inks,
    ),
    ...banner,
  ];
  return `${lines.join('\n')}\n`;
}

/** What all runs of a rehearsal came to, before the one that is told. */
function rehearsal(report: Report, width: number, inks: Ink): string[] {
  const { rehearsed } = report;
  if (rehearsed === undefined) return [];
  const effects = effectRows(rehearsed);
  const told = ([name, ...rest]: readonly string[]) => [
    `  ${name}`,
    ...EFFECT_COLUMNS.slice(1).flatMap((title, at) =>
      wrap(`${title.toLowerCase()}: ${rest[at]}`, width, '      ').map((line, n) =>
        n === 0 ? `    ${line.trimStart()}` : line,
      ),
    ),
  ];
  return [
    ...factLines(rehearsalFacts(report), width, inks),
    ...heading('Waves over all runs', inks),
    ...table(wavesRehearsed(rehearsed), [{ least: 8 }, {}, {}], width, '  '),
    ...(effects.length === 0 ? [] : heading('What the faults do', inks)),
    ...effects.flatMap(told),
    ...heading('Taken for granted', inks),
    ...rehearsed.assumed.flatMap((one) =>
      wrap(one, width, '    ').map((line, n) => (n === 0 ? `  ${line.trimStart()}` : line)),
    ),
    ...heading(`The run of seed ${rehearsed.seeds.first}`, inks),
  ];
}

/** Who, when and how much: the facts of a run, as text and Markdown show them. Empty where there is nothing to say. */
export function factsOf(report: Report): [string, string][] {
  const { plan, run, memory, money } = report;
  const took = show.between(run.startedAt, run.endedAt);
  const calls = Object.entries(report.calls);
  const refused = calls.reduce((sum, [, { refusedByLimit }]) => sum + refusedByLimit, 0);
  return [
    ['plan', `${plan.digest.slice(0, 8)} of ${plan.file}, sealed ${show.instant(plan.sealedAt)}`],
    ['began', run.startedAt === null ? '' : show.instant(run.startedAt)],
    ['ended', run.endedAt === null ? '' : `${show.instant(run.endedAt)}, after ${show.duration(took ?? 0)}`],
    ['taken up', run.starts > 1 ? `${show.counted(run.starts, 'time')}: it was resumed` : ''],
    ['by', run.user === null ? '' : `${run.user} on ${run.host}`],
    ['keys', callersInWords(report)],
    ['with', versionsInWords(report)],
    [
      'approved',
      run.approved ? `by ${run.approved.by}, ${show.instant(run.approved.at)} (${run.approved.how})` : '',
    ],
    ['endpoint', run.endpoint ?? ''],
    ['windows', show.windows(windowsOf(report))],
    ['outcomes', outcomesInWords(report.totals)],
    [
      'memory',
      `${show.memory(memory.before)} before, ${show.memory(memory.planned)} planned, ${show.memory(memory.now)} now`,
    ],
    ['money', moneyInWords(money)],
    ['billed', billsInWords(money)],
    [
      'calls',
      calls.length === 0
        ? ''
        : `${calls.map(([action, { count }]) => `${show.count(count)} ${action}`).join(', ')}; ${
            refused === 0 ? 'none' : show.count(refused)
          } refused by limit`,
    ],
  ];
}

/** The window of each instance whose changes were to wait for it. */
function windowsOf({ steps }: Report): MaintenanceWindow[] {
  const windows = new Map(
    steps.flatMap(({ instance, window }) => (window ? [[instance, window] as const] : [])),
  );
  return [...windows.values()];
}

/** `+¥412.00 now quoted, +¥100.00 now of it verified`; empty where the plan was not priced. */
function moneyInWords({ quoted, verified }: Report['money']): string {
  if (quoted.length === 0 && verified.length === 0) return '';
  return `${show.quotes(quoted)} quoted; ${verified.length === 0 ? 'nothing' : show.quotes(verified)} verified`;
}

/** Who signed the plan and its waves, and with which key. */
function signatures({ run }: Report, width: number, inks: Ink): string[] {
  if (run.signatures === undefined) return [];
  const lines = run.signatures.flatMap((one) => {
    const [first, ...rest] = wrap(`${show.instant(one.at)}  ${signatureInWords(one)}`, width, '    ');
    return [`  ${first!.trimStart()}`, ...rest];
  });
  return [...heading('Signed by', inks), ...lines];
}

/** `wei signed wave tenth, 2026-01-05 01:50:00 UTC, good until …, with SHA256:…` */
export function signatureInWords({ by, wave, key, issuedAt, expiresAt }: ReportSignature): string {
  const what = wave === null ? 'the plan' : `wave ${wave}`;
  return `${by} signed ${what}, ${show.instant(issuedAt)}, good until ${show.instant(expiresAt)}, with ${key}`;
}

/** Who took the run up, where it was more than one process, or where an entry was lost on the way. */
function processes({ run }: Report, width: number, inks: Ink): string[] {
  const isPlain = (one: RunProcess) => one.cutOff === 0 && show.remarks(one) === '';
  if (run.processes.length <= 1 && run.processes.every(isPlain)) return [];
  const rows = run.processes.map(({ at, user, host, pid, cutOff, stopped: _, ...others }) => [
    show.instant(at),
    `${user} on ${host}`,
    `pid ${pid}`,
    [cutOff === 0 ? '' : `cut off a torn entry of ${show.counted(cutOff, 'byte')}`, show.remarks(others)]
      .filter((part) => part !== '')
      .join('; '),
  ]);
  // A sentence that may be long: under its process, not in a column.
  const lines = table(rows, [{}, { least: 8 }, {}, {}], width, '  ').flatMap((line, n) => {
    const { stopped } = run.processes[n]!;
    return stopped === undefined ? [line] : [line, ...wrap(show.remarks({ stopped }), width, '    ')];
  });
  return [...heading('Processes', inks), ...lines];
}

/** What it was told while it ran, and by whom. */
function steered({ run }: Report, width: number, inks: Ink): string[] {
  if (run.steered === undefined) return [];
  const lines = run.steered.flatMap((one) => {
    const { user, host } = one.by;
    const said = `${commandInWords(one)}, ${one.accepted ? 'accepted' : 'refused'}: ${one.what}`;
    const [first, ...rest] = wrap(`${show.instant(one.at)}  ${user} on ${host}: ${said}`, width, '    ');
    return [`  ${first!.trimStart()}`, ...rest];
  });
  return [...heading('Told while it ran', inks), ...lines];
}

/** Who was told of it, and who could not be. */
function told({ run }: Report, width: number, inks: Ink): string[] {
  if (run.told === undefined) return [];
  const lines = run.told.flatMap(({ at, by, event, to, ok, what }) => {
    const said = `${event} ${ok ? 'told to' : 'NOT told to'} ${by} ${to}: ${what}`;
    const [first, ...rest] = wrap(`${show.instant(at)}  ${said}`, width, '    ');
    return [`  ${first!.trimStart()}`, ...rest];
  });
  return [...heading('Who was told', inks), ...lines];
}

/** `set inFlight 5` */
export function commandInWords({ command, value }: ReportSteered): string {
  return value === null ? command : `${command} ${value}`;
}

/** Findings shown of those the plan was approved with. */
const SHOWN_FINDINGS = 10;

function approvedWith({ plan }: Report, width: number, inks: Ink): string[] {
  if (plan.findings.length === 0) return [];
  const shown = plan.findings.slice(0, SHOWN_FINDINGS);
  const rest = plan.findings.length - shown.length;
  return [
    ...heading(`Approved with (${show.counted(plan.findings.length, 'finding')})`, inks),
    ...shown.flatMap(({ severity, code, what }) => wrap(`${severity}  ${code}: ${what}`, width, '    ')),
    ...(rest === 0
      ? []
      : [inks.dim(`    ${show.counted(rest, 'more finding')}: the JSON and HTML reports hold them all`)]),
  ];
}

/** Where the money went, and every step that was billed otherwise than quoted. */
function moneyOf(report: Report, width: number, inks: Ink): string[] {
  const shares = report.money.shares.filter(({ quoted, billed }) => quoted.length + billed.length > 0);
  if (shares.length === 0) return [];
  const rows = shares.map(({ by, name, quoted, billed }) => [
    by,
    name,
    quoted.length === 0 ? '' : `${show.quotes(quoted)} quoted`,
    billed.map(({ amount, currency }) => `${show.money(amount, currency)} billed`).join(', '),
  ]);
  const otherwise = billedOtherwise(report);
  const shown = otherwise.slice(0, SHOWN_FINDINGS);
  return [
    ...heading('Money', inks),
    ...table(rows, [{}, { least: 8 }, {}, {}], width, '  '),
    ...(otherwise.length === 0
      ? []
      : heading(`Billed otherwise than quoted (${show.count(otherwise.length)})`, inks)),
    ...table(
      shown.map((step) => [step.instance, changeOf(step), billInWords(step)]),
      [{}, {}, {}],
      width,
      '  ',
    ),
    ...(shown.length === otherwise.length
      ? []
      : [
          inks.dim(
            `  ${show.counted(otherwise.length - shown.length, 'more step')}: the CSV, JSON and HTML reports hold them all`,
          ),
        ]),
    ...(otherwise.length === 0 ? [] : wrap(WHY_OTHERWISE, width, '  ').map(inks.dim)),
  ];
}

function heading(title: string, inks: Ink): string[] {
  return ['', inks.bold(title)];
}

function waves(report: Report, width: number, inks: Ink): string[] {
  const rows = report.waves.map((wave) => {
    const totals = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
      ReportStep['outcome'],
      number
    >;
    for (const step of report.steps) if (step.wave === wave.name) totals[step.outcome] += 1;
    const took = show.between(wave.startedAt, wave.endedAt);
    return [
      wave.name,
      show.counted(wave.steps, 'step'),
      wave.startedAt === null ? 'not started' : show.fromTo(wave.startedAt, wave.endedAt),
      took === null ? '' : show.duration(took),
      outcomesInWords(totals),
    ];
  });
  const columns = [{ least: 8 }, { align: 'right' }, {}, {}, {}] as const;
  return [...heading('Waves', inks), ...table(rows, columns, width, '  ')];
}

/** What was judged between the waves. */
function gates(report: Report, width: number, inks: Ink): string[] {
  const told = gatesOf(report);
  if (told.length === 0) return [];
  const lines = told.flatMap(({ wave, gate }) =>
    wrap(
      `${show.instant(gate.at)}  ${wave}: ${gate.judge} ${gateOutcome(gate)}, ${gate.what}`,
      width,
      '    ',
    ).map((line, n) => (n === 0 ? `  ${line.trimStart()}` : line)),
  );
  return [...heading('Gates', inks), ...lines];
}

/** What the run and its steps waited for, and how long. */
function waits(report: Report, width: number, inks: Ink): string[] {
  const ofSteps = waitSums(report.steps).map((sum) => [
    WAIT_WORDS[sum.for],
    show.counted(sum.steps, 'step'),
    `${show.duration(sum.ms)} in all`,
    `${show.duration(sum.longest)} at most`,
  ]);
  const ofRun = (report.run.waits ?? []).flatMap((wait) => {
    const took = lasted(wait);
    const until = took === null ? 'not over yet' : show.duration(took);
    return wrap(
      `${show.instant(wait.from)}  the run: ${RUN_WAIT_WORDS[wait.for]} (${wait.what}), ${until}`,
      width,
      '  ',
    );
  });
  if (ofSteps.length + ofRun.length === 0) return [];
  const columns = [{ least: 20 }, { align: 'right' }, { align: 'right' }, { align: 'right' }] as const;
  return [...heading('Waits', inks), ...table(ofSteps, columns, width, '  '), ...ofRun];
}

/** Steps that were asked for more than once, or whose answer was not plain: each attempt. */
function attempts(report: Report, width: number, inks: Ink): string[] {
  const steps = askedOtherwise(report);
  if (steps.length === 0) return [];
  const shown = steps.slice(0, SHOWN_FINDINGS);
  const rest = steps.length - shown.length;
  return [
    ...heading(`Asked more than once, or without a plain answer (${show.count(steps.length)})`, inks),
    ...shown.flatMap((step) => [
      ...wrap(`${step.instance}  ${changeOf(step)}`, width, '  '),
      ...step.asked.flatMap((one) => wrap(attemptInWords(one), width, '    ')),
    ]),
    ...(rest === 0
      ? []
      : [inks.dim(`  ${show.counted(rest, 'more step')}: the CSV, JSON and HTML reports hold them all`)]),
  ];
}

function outcomeCell(step: ReportStep, inks: Ink): Cell {
  const [sign, colour] = OUTCOME_SIGNS[step.outcome];
  return { text: `${sign} ${step.outcome}`, paint: inks[colour] };
}

/** Rows shown of a list of steps that is longer. */
const SHOWN_STEPS = 100;

/** The beginning of a list of steps, and how many more there are. */
function beginningOf(
  steps: readonly ReportStep[],
  inks: Ink,
): { shown: readonly ReportStep[]; rest: string[] } {
  // A few more are shown rather than told of.
  if (steps.length <= 1.5 * SHOWN_STEPS) return { shown: steps, rest: [] };
  const rest = show.counted(steps.length - SHOWN_STEPS, 'more step');
  return {
    shown: steps.slice(0, SHOWN_STEPS),
    rest: [inks.dim(`  ${rest}: the CSV, JSON and HTML reports hold them all`)],
  };
}

function attention(report: Report, width: number, inks: Ink): string[] {
  const { shown: steps, rest } = beginningOf(needingAttention(report), inks);
  if (steps.length === 0) return [];
  const lines = steps.flatMap((step) => {
    const [row] = table(
      [[outcomeCell(step, inks), step.instance, step.name, changeOf(step)]],
      [{}, {}, { least: 6 }, {}],
      width,
      '  ',
    );
    const words = wordsOf(step);
    return [row!, ...wrap(step.code === null ? words : `${step.code}: ${words}`, width, '    ')];
  });
  return [...heading('Attention', inks), ...lines, ...rest];
}

const STEP_COLUMNS: readonly Column[] = [
  {},
  {},
  { least: 10, optional: true },
  {},
  { optional: true, align: 'right' },
];

function allSteps(report: Report, width: number, inks: Ink): string[] {
  const { shown, rest } = beginningOf(report.steps, inks);
  const told = (step: ReportStep): Cell[] => {
    const took = show.between(step.startedAt, step.endedAt);
    const duration = took === null ? '' : show.duration(took);
    return [outcomeCell(step, inks), step.instance, step.name, changeOf(step), duration];
  };
  const ordered = ({ orders, attempts }: ReportStep): [string, string] => [
    orders.join(' '),
    attempts > 1 ? `${attempts} attempts` : '',
  ];
  const lines = table(
    shown.map((step) => [...told(step), ...ordered(step)]),
    [...STEP_COLUMNS, {}, { optional: true }],
    width,
    '  ',
  );
  if (lines.every((line) => cells(line) <= width)) return [...heading('Steps', inks), ...lines, ...rest];
  // Where they find no room beside it, the numbers of its orders stand under a step, whole.
  const narrow = table(shown.map(told), STEP_COLUMNS, width, '  ').flatMap((line, n) => {
    const under = ordered(shown[n]!).filter((part) => part !== '');
    return under.length === 0 ? [line] : [line, ...wrap(`order ${under.join(', ')}`, width, '    ')];
  });
  return [...heading('Steps', inks), ...narrow, ...rest];
}

function leftOut(report: Report, width: number, inks: Ink): string[] {
  const lines: string[] = [];
  if (report.blocked.length > 0) {
    lines.push(...heading(`Blocked, never a step (${show.count(report.blocked.length)})`, inks));
    for (const { instance, region, findings } of report.blocked) {
      lines.push(`  ${instance}  ${region}`);
      for (const { code, what } of findings) lines.push(...wrap(`${code}: ${what}`, width, '    '));
    }
  }
  if (report.unchanged.length > 0) {
    lines.push(...heading(`Unchanged, nothing to order (${show.count(report.unchanged.length)})`, inks));
    lines.push(
      ...table(
        report.unchanged.map(({ instance, region, why }) => [instance, region, why]),
        [{}, {}, {}],
        width,
        '  ',
      ),
    );
  }
  return lines;
}
