/** Why Refit refuses to read, to write or to make a plan. */
import type { Held, Message } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { instant } from '../quantities.ts';

/** A demand of a sizing file, and what was found. */
export const heldText = ({
  figure,
  operator,
  value,
  found,
}: Pick<Held, 'figure' | 'operator' | 'value' | 'found'>): string => {
  const unit = figure === 'changes' ? '' : '%';
  return `${figure} is ${Number(found.toPrecision(3))}${unit}, not ${operator} ${value}${unit}`;
};

export const planErrors = {
  'error.file-refused': ({
    text,
    fix,
  }: {
    /** The message and the fix in English, then what they were made from. */
    text: string;
    fix: string;
    subject: string;
    path: string;
    reason: string;
  }): Text => ({ message: text, fix }),
  'error.plan-too-large': ({ name }: { name: string }): Text => ({
    message: `${name} is larger than 2 MB, and no plan is`,
    fix: 'open another file',
  }),
  'error.plan-end': ({
    name,
    kind,
    end,
  }: {
    name: string;
    kind: 'plan' | 'saved-plan';
    end: string;
  }): Text => ({
    message: `${name} cannot be ${kind === 'plan' ? 'a plan' : 'a saved plan'}`,
    fix: `use a name that ends with ${end}`,
  }),
  'error.plan-name': ({ name }: { name: string }): Text => ({
    message: `${name} is no file name of a plan`,
    fix: 'use letters, digits, ".", "_" and "-", and end with .yaml or .json: grow-2026.yaml',
  }),
  'error.cannot-write': ({ name, reason, fix }: { name: string; reason: string; fix: string }): Text => ({
    message: `${name} cannot be written: ${reason}`,
    fix,
  }),
  'error.parse-slow': ({ file }: { file: string }): Text => ({
    message: `${file}: the text takes longer to parse than the console allows`,
    fix: 'make it smaller, or check it in a terminal with refit validate',
  }),
  'error.nothing-to-plan': ({ inventory, instances }: { inventory: string; instances: number }): Text => ({
    message: `no instance to plan for: ${inventory} has ${instances}, and none can be resized`,
    fix: 'choose another inventory, or start from a selector',
  }),
  'error.must-hold': ({
    failed,
    days,
    command,
  }: {
    failed: readonly Held[];
    days: number;
    command: string;
  }): Text => ({
    message: `no plan was written: over ${days} days, ${failed.map(heldText).join('; ')} (mustHold of the sizing file)`,
    fix: command,
  }),
  'error.no-history': ({ store, instances }: { store: string; instances: number }): Text => ({
    message: `${store} has no history of use of these ${instances} instances`,
    fix: 'refit usage collect, then run the same command again',
  }),
  'error.no-inventory': ({ name }: { name: string }): Text => ({
    message: `${name} is no inventory of the folder`,
    fix: 'choose another inventory',
  }),
  'error.not-inventory': ({
    name,
    fault,
  }: {
    name: string;
    fault:
      | { readonly kind: 'json' }
      | { readonly kind: 'format'; readonly wanted: string; readonly isMissing: boolean }
      | { readonly kind: 'member'; readonly where: string; readonly reason: string };
  }): Text => ({ message: inventoryFault(name, fault), fix: READ_AGAIN }),
  'error.too-many-again': (): Text => ({
    message: 'too many plans of this run were made in one second',
    fix: 'try again',
  }),
  'error.bad-selector': ({ part }: { part: string }): Text => ({
    message: `the address has no valid ${part}`,
    fix: 'open /plans/new?select={tags: {env: prod}} or ?region=ap-guangzhou&ids=crs-aaaa1111,crs-bbbb2222',
  }),
  'error.no-plan-folder': (): Text => ({
    message: 'this console has no folder of plans',
    fix: 'start it with a folder: refit serve --plans plans',
  }),
  'error.not-saved-plan': ({ command }: { command: string }): Text => ({
    message: 'this is a plan, not a saved plan',
    fix: command,
  }),
  'error.no-file-here': ({ file }: { file: string }): Text => ({
    message: `this console has no file ${file}`,
    fix: 'open the list of plans, and choose it there',
  }),
  'error.instance-not-read': ({ id, at }: { id: string; at: string }): Text => ({
    message: `${id} is not in the fleet that was read at ${instant(at)}`,
    fix: 'read the fleet again, or search for it under another account or region',
  }),
  'error.fleet-not-read': (): Text => ({
    message: 'nobody has read the fleet yet',
    fix: 'open the page of the fleet, and read it',
  }),
  'error.bad-address': ({ name, fix }: { name: string; fix: string }): Text => ({
    message: `the address has a wrong value of ${name}`,
    fix,
  }),
  'error.no-schedule': (): Text => ({
    message: 'this console has no schedule: it has no folder of plans and no database',
    fix: 'refit serve --plans FOLDER   shows the schedule of a folder',
  }),
  'error.scheduler-silent': ({
    folder,
    seconds,
    command,
  }: {
    folder: string;
    seconds: number;
    command: string;
  }): Text => ({
    message: `the scheduler of ${folder} has not answered for ${seconds} seconds; Refit removed the request`,
    fix: `${command}   shows its process`,
  }),
  'error.no-scheduler': ({ seconds, plan }: { seconds: number; plan: string }): Text => ({
    message: `no scheduler of the store has answered for ${seconds} seconds; Refit removed the request`,
    fix: `refit schedule run   starts one; refit schedule list   shows whether it has ${plan}`,
  }),
  'error.no-name': (): Text => ({ message: 'the invitation has no name', fix: 'type the name: wei' }),
  'error.bad-name': ({ fault }: { fault: Message }, say: Say): Text => ({
    message: say(fault),
    fix: 'use the name that the lists of approvers have: wei',
  }),
  'error.similar-name': ({ name, other }: { name: string; other: string }): Text => ({
    message: `${name} looks like ${other}, who is here already`,
    fix: 'use the same name for one person, and another name for somebody else',
  }),
  'error.passkey-not-kept': ({ reason }: { reason: Message | string }, say: Say): Text => ({
    message: `the passkey was not registered: ${typeof reason === 'string' ? reason : say(reason)}`,
    fix: 'register again in the console, in the same tab',
  }),
};

const READ_AGAIN = 'refit inventory -o fleet.json';

function inventoryFault(
  name: string,
  fault: Parameters<(typeof planErrors)['error.not-inventory']>[0]['fault'],
): string {
  switch (fault.kind) {
    case 'json':
      return `${name} is not an inventory: it is not JSON`;
    case 'format':
      return `${name} is not an inventory of this version: its format is ${fault.isMissing ? 'missing' : 'another one'}, not ${fault.wanted}`;
    case 'member':
      return `${name} is not a valid inventory: ${fault.where} ${fault.reason}`;
  }
}
