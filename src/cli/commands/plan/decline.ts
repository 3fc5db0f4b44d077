/** `refit decline SAVED`: declines a saved plan with a reason, or withdraws that. No network. */
import { RefitError } from '../../../errors.ts';
import { given } from '../../../given.ts';
import { shellQuote } from '../../../next-command.ts';
import { declinePlan, withdrawDecline } from '../../../operations/approvals/decline-plan.ts';
import { readPolicy } from '../../../operations/read-policy.ts';
import { type NamedPlan, withNamedPlan } from '../../../operations/runs/open-plan.ts';
import { escapeControls } from '../../../text.ts';
import type { CommandCode } from '../../command-row.ts';
import { type Options, withStoreOption } from '../../options.ts';
import { print } from '../../output.ts';
import { planChoice } from '../../plan-inputs.ts';
import type { Terminal } from '../../terminal.ts';

export const decline: CommandCode<[string]> = ([file], options, terminal) => {
  mustSayWhat(file, options);
  return withNamedPlan(file, planChoice(options, terminal, true), (plan) =>
    options.withdraw ? withdraw(plan, file, options, terminal) : declineNamed(plan, file, options, terminal),
  );
};

/** @throws RefitError `usage` unless the user gives a reason or withdraws. */
function mustSayWhat(file: string, { reason, withdraw: withdraws = false }: Options): void {
  if ((reason === undefined) === withdraws) return;
  const command = `refit decline ${shellQuote(file)}`;
  throw withdraws
    ? new RefitError('usage', '--reason is for a decline, and --withdraw ends one', `${command} --withdraw`)
    : new RefitError('usage', 'a decline needs a reason', `${command} --reason "wave 2 covers the sale"`);
}

/** Who the user is. */
async function authorOf({ key, as, policy }: Options, { env, clock }: Terminal) {
  return { key, as, env, now: clock.now(), policy: await readPolicy({ env, named: policy ?? null }) };
}

async function declineNamed(
  plan: NamedPlan,
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const author = await authorOf(options, terminal);
  const {
    decline: kept,
    path,
    stored,
  } = await declinePlan(plan, file, {
    ...author,
    reason: options.reason ?? '',
  });
  await print(terminal, options, {
    text: () => `${escapeControls(path ?? stored ?? '')}\n`,
    json: { file: path, ...given({ stored }), decline: kept },
    indent: 2,
  });
  const { saved } = plan;
  const again = `refit decline ${shellQuote(file)} --withdraw${typedAuthor(options)}`;
  terminal.hint(
    `${kept.by} declines ${escapeControls(saved.name)} (${saved.digest.slice(0, 8)}): refit apply refuses it with 11`,
  );
  terminal.hint(`to withdraw: ${withStoreOption(again, options.store)}`);
  terminal.hint('a run that has started stops before its next wave; refit drain RUN stops it earlier');
  return 0;
}

async function withdraw(
  plan: NamedPlan,
  file: string,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const done = await withdrawDecline(plan, file, await authorOf(options, terminal));
  await print(terminal, options, {
    text: () => done.map(({ path, stored }) => `${escapeControls(path ?? stored ?? '')}\n`).join(''),
    json: {
      withdrawn: done.map(({ decline: one, path, stored }) => ({
        file: path,
        ...given({ stored }),
        decline: one,
      })),
    },
    indent: 2,
  });
  for (const { decline: one } of done)
    terminal.hint(`${one.withdrawn?.by ?? one.by} withdraws the decline of ${one.at}: ${one.reason}`);
  return 0;
}

/** The author as the user typed it. */
function typedAuthor({ key, as }: Options): string {
  return Object.entries({ key, as })
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${shellQuote(value)}`]))
    .join('');
}
