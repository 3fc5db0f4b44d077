/**
 * The nouns of Refit, one file each in `model/`. Everybody imports them from here; nothing below imports anything else.
 *
 * A plan becomes a saved plan, the saved plan becomes a run, and the run leaves a journal.
 *
 * Planning
 *   plan             what an author writes in YAML, after validation
 *   target           one instance with the absolute size that it is to have
 *   requested size   what the author asks of one dimension of a target: absolute, or relative to the present size
 *   dimension        what one ordering call can change: memory per shard, shards or replicas
 *   change           one dimension of one instance, from -> to
 *   step             a change with its id and its wave: one ordering call
 *   wave             steps that may be in progress at the same time; the next wave starts when they have ended
 *   inventory        the instances of some scopes (region and profile), as read at one moment
 *   catalogue        what the provider sells, by zone, edition and pay mode
 *   rule             a pure function that predicts a refusal by the provider
 *   finding          what a rule or a check says about a plan: code, message, location and fix
 *   fix              what to do about a finding, typed as a command or a value
 *   location         a file, line and column in the author's text
 *   guard            a bound on the whole plan: how many targets, whether sizes may shrink, what it may cost
 *   saved plan       the steps against one inventory, sealed by a digest: what people approve
 *   policy           what the person who applies demands of every plan, whatever a plan says; a set of rules
 *   seal, digest     the SHA-256 over the canonical form of a saved plan; it shows each change, it is no signature
 *   rollout options  how a wave goes on: soak, slow start, approval, gate
 *   forecast         how many calls and how much time the run will take, estimated
 *   effect           something that a run of the saved plan does or uses: orders, programs, addresses, variables, times
 *
 * Running
 *   run              one execution of one saved plan; it has one journal
 *   order            what an accepted call creates at the provider: a number, and money ("deal" on the wire)
 *   intent           the entry that is durable before its order is sent
 *   resolve          find out by reading what became of an order without an answer
 *   follow           read an accepted order until it has ended
 *   verify           read the instance back and find it at `to`
 *   outcome          how a step ended; each step has exactly one
 *   unresolved       an order whose fate (landed or not) is not known yet
 *   resume           a new process continues the run from its journal
 *   in-flight slot   the right to have one step in progress; there are `inFlight` of them
 *   request slot     the right to send one call in this moment of a lane (a permit holds one)
 *   patience         how long every source must be silent before "no answer" means "not executed"
 *   gate, soak       what is judged after a wave, and how long the run waits before it
 *   window, freeze   when steps may start, and when they may not
 *   spread           a bound on how many instances of one group may be in progress
 *   control command  what an operator asks of a live run: pause, continue, drain, abort, set
 *   drain            start nothing new and follow what is in progress to its end
 *   notification     a hook or webhook call about an event of the run
 *
 * Records
 *   event            one thing that happened in a run
 *   entry            an event with its sequence number, time and hashes: one line of the journal
 *   observation      what was read of an instance, with the time of reading
 *   run status       how a live run and its steps stand now
 *   replay           fold the journal to the state of its run
 *   report           a pure function of saved plan and journal
 *   history of use   hourly and daily peaks of instances, kept longer than the provider keeps them
 *   gap              a period for which the provider has no value; never zero
 *   reconcile        resolve and follow what a dead process left, and order nothing
 *   rehearsal        a run of the plan against a simulated provider
 *   identity         who signs the calls, as the provider names it (an API client sends them)
 */

export * from './model/advice/backtest.ts';
export * from './model/advice/recommendation.ts';
export * from './model/advice/sizing.ts';
export * from './model/approval.ts';
export type * from './model/control.ts';
export * from './model/decline.ts';
export type * from './model/effect.ts';
export * from './model/finding.ts';
export * from './model/fleet.ts';
export type * from './model/forecast.ts';
export * from './model/journal-entry.ts';
export type * from './model/message.ts';
export * from './model/money.ts';
export * from './model/notification.ts';
export type * from './model/plan.ts';
export type * from './model/policy.ts';
export type * from './model/rehearsal.ts';
export * from './model/report.ts';
export type * from './model/review.ts';
export type * from './model/rollout.ts';
export * from './model/run-state.ts';
export * from './model/saved-plan.ts';
export * from './model/usage.ts';
export * from './model/use.ts';
export type * from './model/windows.ts';
