/** Why Refit refuses to start, to continue or to control a run. */
import type { Message } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';

/** Who holds a lock. */
export interface HolderName {
  readonly pid: number;
  readonly host: string;
  /** What the process does: `refit apply in runs/x`. */
  readonly purpose: string;
}

const process = ({ pid, host, purpose }: HolderName): string => `process ${pid} on ${host} (${purpose})`;

export const runErrors = {
  'error.carried-out': ({
    digest,
    directory,
    at,
    command,
  }: {
    digest: string;
    directory: string;
    at: string;
    command: string;
  }): Text => ({
    message: `this saved plan (${digest.slice(0, 8)}) was carried out in ${directory} at ${at}`,
    fix: `${command}   shows the result and the next command; a further change needs a new plan`,
  }),
  'error.submitted': ({
    digest,
    run,
    by,
    at,
    isOver,
    status,
    apply,
  }: {
    digest: string;
    run: string;
    by: string | null;
    at: string;
    isOver: boolean;
    status: string;
    apply: string;
  }): Text => ({
    message: `this saved plan (${digest.slice(0, 8)}) is run ${run} of the store, submitted${by === null ? '' : ` by ${by}`} at ${at}`,
    fix: isOver
      ? `${status}   shows the result and the next command; a further change needs a new plan`
      : `${status} --watch   follows it; ${apply}   continues it if it stopped`,
  }),
  'error.handed-over': ({
    name,
    place,
    run,
    command,
  }: {
    name: string;
    place: string;
    run: string;
    command: string;
  }): Text => ({
    message: `${name}: this run was handed over to the store ${place}, where it is run ${run}`,
    fix: `${command}   shows its state and the next command`,
  }),
  'error.outside-window': ({ closed, command }: { closed: Message; command: string }, say: Say): Text => ({
    message: `${say(closed)}; nothing was ordered`,
    fix: `${command}   when a window is open`,
  }),
  'error.locked': ({
    instance,
    others,
    holder,
    since,
    lock,
    here,
  }: {
    /** The instance that is held; null: the plan or the run directory. */
    instance: string | null;
    /** How many more instances are held. */
    others: number;
    holder: HolderName;
    since: string;
    /** The file of the lock, for a shell. */
    lock: string;
    /** The host of this process; null: it is that of the holder. */
    here: string | null;
  }): Text => {
    const more = others === 0 ? '' : ` and ${others} more instance${others === 1 ? '' : 's'}`;
    const what = instance === null ? 'held' : `${instance}${more}: held`;
    return {
      message: `${what} by process ${holder.pid} on ${holder.host} since ${since} (${holder.purpose})`,
      fix:
        here === null
          ? `wait for it, or stop it with: kill ${holder.pid}   (the lock is ${lock})`
          : `wait for it, or stop it on ${holder.host} (host ${here} cannot see its processes). Only if the process is certainly gone: rm ${lock}`,
    };
  },
  'error.run-held': ({
    run,
    owner,
    since,
    seconds,
    command,
  }: {
    run: string;
    owner: HolderName;
    since: string;
    seconds: number;
    command: string;
  }): Text => ({
    message: `${run}: held by ${process(owner)} since ${since}`,
    fix: `${command} --watch   follows it; if that process is gone, the run is free at most ${seconds} seconds after its last word`,
  }),
  'error.instance-held': ({
    instance,
    others,
    run,
    owner,
    command,
  }: {
    instance: string;
    others: number;
    run: string;
    owner: HolderName | null;
    command: string;
  }): Text => {
    const more = others === 0 ? '' : ` and ${others} more instance${others === 1 ? '' : 's'}`;
    return {
      message: `${instance}${more}: held by run ${run}, ${owner === null ? 'which has not ended' : `in ${process(owner)}`}`,
      fix: `${command} --watch   follows it`,
    };
  },
  'error.run-ended': ({ name, command }: { name: string; command: string }): Text => ({
    message: `${name}: the run has ended`,
    fix: command,
  }),
  'error.no-socket': ({
    name,
    pid,
    host,
    isHere,
  }: {
    name: string;
    pid: number;
    host: string;
    isHere: boolean;
  }): Text => ({
    message: `${name}: the run belongs to process ${pid} on ${host}, which has no control socket on this machine`,
    fix: isHere ? `drain it with a signal: kill ${pid}` : `run the same command on ${host}`,
  }),
  'error.no-process': ({ name, command }: { name: string; command: string }): Text => ({
    message: `${name}: the run has no live process`,
    fix: `${command}   resumes the run`,
  }),
  'error.run-silent': ({
    name,
    seconds,
    command,
  }: {
    name: string;
    /** How long it had to answer; null: it ended before. */
    seconds: number | null;
    command: string;
  }): Text => ({
    message: `the process that runs ${name} ${seconds === null ? 'ended before it answered' : `has not answered for ${seconds} seconds`}`,
    fix: `${command}   shows from the journal whether the run continues`,
  }),
  'error.still-running': ({
    name,
    pid,
    host,
    command,
  }: {
    name: string;
    pid: number;
    host: string;
    command: string;
  }): Text => ({
    message: `${name}: process ${pid} on ${host} is still running it, so its outcomes are not final`,
    fix: `wait for its end, or stop it: ${command}`,
  }),
  'error.not-stopped': ({ run, command }: { run: string; command: string }): Text => ({
    message: `${run}: the run has not stopped, so a worker continues it by itself`,
    fix: command,
  }),
  'error.apply-failed': ({ exitCode, text }: { exitCode: number; text: string | null }): Text => ({
    message: text ?? `refit apply ended with exit code ${exitCode} and wrote nothing`,
    fix: 'start it in a terminal to see more: refit apply',
  }),
  'error.commands-not-allowed': ({ commands }: { commands: readonly string[] }): Text => ({
    message: `the plan has hooks; these commands would run on this machine as you: ${commands.join(', ')}`,
    fix: 'read them, then add --allow-hooks; or make the plan without them: refit plan PLAN -o SAVED',
  }),
  'error.gates-not-allowed': ({
    gates,
  }: {
    gates: readonly { readonly after: string; readonly command: string }[];
  }): Text => ({
    message: gates
      .map(({ after, command }) => `the gate after wave ${after} runs a command: ${command}`)
      .join('; '),
    fix: `read the ${gates.length === 1 ? 'command' : 'commands'}, then add --allow-hooks`,
  }),
  'error.programs-not-allowed': ({ commands }: { commands: readonly string[] }): Text => ({
    message: `the plan has hooks or gates with commands; they would run on a worker: ${commands.join(', ')}`,
    fix: 'read them, then add --allow-hooks; or make the plan without them: refit plan PLAN -o SAVED',
  }),
  'error.other-account': ({
    name,
    before,
    profile,
    account,
  }: {
    name: string;
    before: string;
    profile: string;
    account: string;
  }): Text => ({
    message: `${name} is a run on account ${before}, but the keys of profile ${profile} belong to account ${account}`,
    fix: `use keys of account ${before}; refit doctor shows the account of the present keys`,
  }),
  'error.other-endpoint': ({
    name,
    before,
    endpoint,
    option,
  }: {
    name: string;
    before: string;
    endpoint: string;
    /** The option to add; null: to remove it. */
    option: string | null;
  }): Text => ({
    message: `${name} is a run against ${before}, but the endpoint is now ${endpoint}`,
    fix: option === null ? 'remove --endpoint' : `add ${option}`,
  }),
  'error.run-not-known': (
    { name, reason, command }: { name: string; reason: Message; command: string },
    say: Say,
  ): Text => ({
    message: `${name}: ${say(reason)}. Somebody else made it, or the state folder is another one or was lost`,
    fix: `if you trust this folder: ${command}   asks for approval again, and reads every open step before it orders`,
  }),
  'error.run-not-trusted': (
    {
      name,
      reason,
      command,
      next,
    }: {
      name: string;
      reason: Message;
      command: string;
      /** What the command does. */
      next: 'reconcile' | 'continue' | 'control' | 'repeat';
    },
    say: Say,
  ): Text => ({
    message: `${name}: ${say(reason)}`,
    fix: {
      reconcile: `restore the journal from a copy; without one: ${command}   reads the orders, and prints the next command`,
      continue: `${command}   reads every open step, and then continues the run`,
      control: `if you trust this folder: ${command}   continues the run; its process then takes commands`,
      repeat: `if you trust this folder: ${command}`,
    }[next],
  }),
  'error.no-run-directory': ({ directory, file }: { directory: string; file: string }): Text => ({
    message: `${directory} is not a run directory: it has no ${file}`,
    fix: 'refit runs   lists the runs',
  }),
  'error.no-run-here': ({ run }: { run: string }): Text => ({
    message: `this console has no run ${run}`,
    fix: 'open the list of runs, and look for it there',
  }),
  'error.no-such-step': ({ steps, at, command }: { steps: number; at: number; command: string }): Text => ({
    message: `the plan has ${steps} steps, and no step ${at}`,
    fix: command,
  }),
  'error.no-such-run': ({ typed }: { typed: string }): Text => ({
    message: `the store has no run ${typed}`,
    fix: 'refit runs   lists the runs of the store',
  }),
  'error.run-removed': ({ run }: { run: string }): Text => ({
    message: `${run}: this run was removed by refit store prune; only its last head is on record`,
    fix: 'refit runs   lists the runs of the store',
  }),
  'error.no-run-named': (): Text => ({ message: 'this address names no run', fix: 'open the list of runs' }),
  'error.replaced': (): Text => ({
    message: 'a newer dry run replaced this one',
    fix: 'see the newer one',
  }),
  'error.console-busy': (): Text => ({
    message: 'the console plans for other people now',
    fix: 'try again in a minute',
  }),
  'error.many-watchers': ({ most }: { most: number }): Text => ({
    message: `${most} pages watch this already`,
    fix: 'close some of them, and reload',
  }),
};
