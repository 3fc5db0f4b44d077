/**
 * The input of one simulated run of several workers on one store: the world, the runs, the hosts with their processes, and
 * what happens to the store. Plain data, like the scenario of one process after the other.
 */
import type { ControlCommand } from '../../../src/model.ts';
import type { HostClock } from '../machine.ts';
import type { ProcessScript, Range, Scenario } from '../scenario.ts';

/** The parts of a scenario that all runs share. */
const SHARED = [
  'seed',
  'limitCounting',
  'orderNumbers',
  'startLag',
  'duration',
  'lockTail',
  'network',
  'faults',
  'otherClient',
  'foreignChanges',
] as const;

export type SharedWorld = Pick<Scenario, (typeof SHARED)[number]>;

/** One run: its plan, when somebody submits it, and the commands of an operator. */
export interface SharedRun
  extends Omit<
    Scenario,
    keyof SharedWorld | 'processes' | 'losses' | 'approvals' | 'notified' | 'switch' | 'seed'
  > {
  /** Milliseconds after the start. */
  readonly submittedAfter: number;
  /** Control commands, each with its delay in milliseconds. They wait until the run has an owner. */
  readonly commands: readonly (readonly [number, ControlCommand])[];
}

/** Disturbances of one process of a worker. Moments also count its questions to the store and their answers. */
export type WorkerScript = Pick<
  ProcessScript,
  'after' | 'freezes' | 'jumps' | 'drainAfter' | 'leaveAfter'
> & {
  /** Moment of its death; null: it lives on. */
  readonly dies: number | null;
};

/** A host with one worker. After the end of a process it starts the next one. */
export interface HostScript {
  readonly clock: HostClock;
  /** Median round trip to the store, milliseconds. */
  readonly trip: number;
  /** Runs at the same time. */
  readonly concurrency: number;
  /** Times without a connection to the store, milliseconds after the start. */
  readonly partitions: readonly Range[];
  /** Scripts of the first processes. Later ones run without disturbance. */
  readonly processes: readonly WorkerScript[];
}

export interface StoreScript {
  /** Median time of a commit, milliseconds. */
  readonly commit: number;
  /** Probabilities of a statement, until `calmAt`. */
  readonly statements: {
    /** The connection breaks before the statement, which never happens. */
    readonly lost: number;
    /** The connection breaks after the commit: the client does not know that it happened. */
    readonly doubtful: number;
    /** The client gives the statement up, and it happens later, up to `lateUpTo` milliseconds. */
    readonly late: number;
    readonly lateUpTo: number;
    /** The statement takes seconds. */
    readonly slow: number;
  };
  /** The server is killed and starts again: when, and after how long, milliseconds. */
  readonly outages: readonly { readonly at: number; readonly ms: number }[];
  /** A backup, and when it replaces the store. The server is down for `ms` before. */
  readonly restore: { readonly backupAt: number; readonly at: number; readonly ms: number } | null;
  /** A job is given to another worker although its owner may live, milliseconds after the start. */
  readonly redeliveries: readonly { readonly at: number; readonly run: number }[];
}

export interface WorkersScenario {
  /** Seed of the random numbers of hosts and store. */
  readonly seed: number;
  readonly world: SharedWorld;
  readonly runs: readonly SharedRun[];
  readonly hosts: readonly HostScript[];
  /** Wall clock of the machine that makes the plans minus the true time, milliseconds. */
  readonly planner: number;
  readonly store: StoreScript;
  /** The process of a run that only waits ends after this time, milliseconds. */
  readonly restAfter: number;
  /** Milliseconds after the start. Then no disturbance of the store happens any more. */
  readonly calmAt: number;
}

/** Scenario of one run, as the planner and the laws need it. */
export function scenarioOf({ world, hosts }: WorkersScenario, run: SharedRun): Scenario {
  const ids = new Set(run.fleet.map(({ id }) => id));
  return {
    ...run,
    ...world,
    switch: 'now',
    foreignChanges: world.foreignChanges.filter(({ instance }) => ids.has(instance)),
    // The laws need to know whether clocks jump.
    processes: hosts.flatMap(({ processes }) => processes.map(toProcessScript)),
  };
}

/** The scenario of the world with the instances of all runs. */
export function worldOf(scenario: WorkersScenario): Scenario {
  const [first] = scenario.runs;
  return {
    ...scenarioOf(scenario, first!),
    fleet: scenario.runs.flatMap(({ fleet }) => fleet),
    foreignChanges: scenario.world.foreignChanges,
  };
}

/** The script of a machine. */
export function toProcessScript({ dies, ...script }: WorkerScript): ProcessScript {
  return {
    ...script,
    dies: dies === null ? null : { moment: dies, kept: 0 },
    disk: { median: 0, fails: null },
    commands: [],
    reconciles: false,
  };
}

/** Takes the shared part of a scenario. */
export function sharedWorld(scenario: Scenario): SharedWorld {
  return Object.fromEntries(SHARED.map((name) => [name, scenario[name]])) as unknown as SharedWorld;
}
