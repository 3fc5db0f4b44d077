/** Builds the next command after a review. */
import type { Approvals, Approver, Finding, PlanReview, SavedPlan } from './model.ts';

/**
 * The next command: the approval if the plan needs one, else `apply`.
 * @param saveAs the file of the saved plan; null if Refit does not write it; `-` if it is on stdin or stdout.
 * @returns null if there is no next command.
 */
export function nextCommand(
  verdict: PlanReview['verdict'],
  made: Pick<SavedPlan, 'file' | 'source'> & { readonly approvals?: Pick<Approvals, 'approvers'> },
  saveAs: string | null,
  findings: readonly Finding[],
): string | null {
  switch (verdict) {
    case 'ready':
      if (saveAs === '-') return null;
      if (saveAs === null) return planAgain(made, 'saved-plan.json');
      return made.approvals
        ? approveCommand(saveAs, made.approvals.approvers)
        : `refit apply ${shellQuote(saveAs)}`;
    case 'blocked':
      return findings[0] ? `refit explain ${findings[0].code}` : null;
    case 'no-change':
      return null;
  }
}

/**
 * The command with which people approve: `refit approve`, or the console if each of them has a passkey.
 * @param file the path of the saved plan, or the run that has it.
 */
export function approveCommand(file: string, approvers: readonly Pick<Approver, 'key'>[]): string {
  const byPasskey = approvers.length > 0 && approvers.every(({ key }) => key.startsWith('passkey '));
  return byPasskey ? serveCommand(file) : `refit approve ${shellQuote(file)}`;
}

/** The command that starts a console which shows this saved plan. @param file as for `approveCommand`. */
export function serveCommand(file: string): string {
  if (!/\/|\.json$/.test(file)) return 'refit serve';
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.';
  return `refit serve --plans ${shellQuote(folder)}`;
}

/** The command that creates a saved plan again, from the current fleet. */
export function planAgain({ file, source }: Pick<SavedPlan, 'file' | 'source'>, saveAs: string): string {
  const from = source
    ? `${source.kind} ${shellQuote(source.run)}${source.ignoresWindows ? ' --ignore-windows' : ''}`
    : `plan ${shellQuote(file)}`;
  return `refit ${from} -o ${shellQuote(saveAs)}`;
}

/**
 * The command that asks for the prices of a plan. A saved plan is sealed, so it is planned again, into a file of its own.
 * @param isSealed whether the plan is a saved one.
 */
export function priceCommand(plan: Pick<SavedPlan, 'file' | 'source'>, isSealed: boolean): string {
  const { file, source } = plan;
  const made = source ? `${source.kind}-${source.run}` : file.replace(/^.*\//s, '').replace(/\.[^.]*$/s, '');
  const again = planAgain(plan, `${made}-priced.json`);
  return isSealed ? `${again} --price` : again.replace(/ -o .*$/s, ' --price');
}

/**
 * ` --endpoint URL` for the command of a run against a simulated provider or another address; empty for the provider's own
 * hosts, which are no URLs. @param endpoint as a client names it; null: not known.
 */
export function endpointOption(endpoint: string | null): string {
  return endpoint?.startsWith('http') ? ` --endpoint ${shellQuote(endpoint)}` : '';
}

/** Quotes a word for a POSIX shell, if necessary. A word that looks like an option becomes a path; `-` stays as it is. */
export function shellQuote(text: string): string {
  const path = text.startsWith('-') && text !== '-' ? `./${text}` : text;
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
