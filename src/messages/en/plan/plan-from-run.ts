/** What Refit says about a plan that it made from a run, or from a saved plan. */
import type { Message, SavedWindows } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import type { Say, Text } from '../../text.ts';
import { count } from '../format-size.ts';

/** What the author wrote of the windows, and how many calendars there are. */
type Windows = Pick<SavedWindows, 'allow' | 'freeze' | 'timezone'> & { readonly calendars: number };

/** `the windows Tue-Thu 01:00-05:00, the freeze 2026-11-10, 2 calendars (Asia/Shanghai)` */
function formatWindows({ allow, freeze, calendars, timezone }: Windows): string {
  const parts = [
    ...(allow.length > 0 ? [`the windows ${allow.join(', ')}`] : []),
    ...(freeze.length > 0 ? [`the freeze ${freeze.join(', ')}`] : []),
    ...(calendars > 0 ? [count(calendars, 'calendar')] : []),
  ];
  return `${parts.join(', ')} (${timezone})`;
}

export const planFromRun = {
  'from-run.origin': ({
    kind,
    run,
    targets,
    shrinks,
    digest,
    head,
    command,
  }: {
    kind: 'rollback' | 'retry';
    run: string;
    targets: number;
    /** Whether the plan has `shrink: allow`. */
    shrinks: boolean;
    digest: string;
    head: string;
    command: string;
  }): Text => {
    const about = count(targets, 'instance');
    const does =
      kind === 'rollback'
        ? `rolls back what run ${run} verified (${about}); it has shrink: allow, because the rollback of a growth makes an instance smaller`
        : `retries what run ${run} left undone (${about})${shrinks ? '; it has shrink: allow, because that run made instances smaller' : ''}`;
    return {
      message: `this plan ${does}. The run carried out saved plan ${digest.slice(0, 8)}, and the head of its journal is ${head}`,
      fix: command,
    };
  },
  'from-run.not-trusted': ({ run, reason }: { run: string; reason: Message }, say: Say): Text => ({
    message: `${say(reason)}: outcomes and sizes of run ${run} are what its folder says`,
    fix: 'compare each size before and after with what you know of the fleet',
  }),
  'from-run.unfinished': ({ run }: { run: string }): Text => ({
    message: `run ${run} is not finished: the same apply would resume it`,
    fix: `do not resume that run after you apply this plan; or resume it instead: refit apply ${shellQuote(`${run}/plan.json`)} --run-dir ${shellQuote(run)}`,
  }),
  'from-run.windows-kept': ({
    windows,
    calendars,
    command,
  }: {
    windows: Windows;
    calendars: readonly { readonly file: string; readonly knownUntil: string }[];
    command: string;
  }): Text => {
    const known = calendars.map(
      ({ file, knownUntil }) => `; ${file} is as that run sealed it, known until ${knownUntil}`,
    );
    return {
      message: `like that run, this plan keeps to ${formatWindows(windows)}${known.join('')}`,
      fix: `${command}   if it cannot wait for them`,
    };
  },
  'from-run.windows-ignored': ({
    windows,
    maintenance,
    kind,
    run,
  }: {
    windows: Windows | null;
    /** Whether the run also kept to the maintenance windows of the instances. */
    maintenance: boolean;
    kind: 'rollback' | 'retry';
    run: string;
  }): Text => {
    const ignored = [
      ...(windows ? [formatWindows(windows)] : []),
      ...(maintenance ? ['the maintenance windows of the instances'] : []),
    ];
    return {
      message: `this plan may start at any time and ignores what that run kept to: ${ignored.join('; and ')}`,
      fix: `refit ${kind === 'retry' ? 'retry' : 'rollback'} ${shellQuote(run)} -o SAVED   keeps to them`,
    };
  },
  'saved-plan.expired': ({ expiresAt, command }: { expiresAt: string; command: string }): Text => ({
    message: `expired at ${expiresAt}: a run of it may not start any more`,
    fix: command,
  }),
  'saved-plan.expires-before-start': ({
    expiresAt,
    start,
    days,
  }: {
    expiresAt: string;
    start: string;
    days: number;
  }): Text => ({
    message: `the saved plan expires at ${expiresAt}, before a run can start at ${start}`,
    fix: `expires: ${days}d`,
  }),
  'saved-plan.prices-offline': ({ source }: { source: string }): Text =>
    `--price needs the provider, but this plan is made offline from ${source}`,
};
