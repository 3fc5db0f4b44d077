/**
 * Reads the file of a saved plan. A digest is no signature: anyone can seal a file again. So reading refuses a file that
 * contradicts itself, and everything that the rules of plans refuse.
 */
import { canonicalDigest } from '../../digest.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { validateSavedPlan } from '../../generated/validators.js';
import { SAVED_PLAN_FORMAT, type SavedPlan } from '../../model.ts';
import { checkContents } from './check-contents.ts';
import { checkSettings } from './check-settings.ts';
import { checkPreconditions, checkSteps } from './check-steps.ts';
import { checkUseReasons } from './check-use.ts';
import { expand } from './expand.ts';
import { type Fault, quoted } from './fault.ts';
import { countPairs, duplicateKey, scanJson } from './scan-json.ts';
import type { StoredPlan } from './stored-plan.ts';

/**
 * Reads a saved plan, with any order of keys and any white space.
 * @throws RefitError `format-unknown` when the text is not a saved plan of this version, or contradicts itself.
 * @throws RefitError `plan-altered` when somebody changed the plan after it was sealed.
 */
export function readSavedPlan(text: string): SavedPlan {
  const { digest, ...stored } = parse(text.replace(/^\uFEFF/, ''));
  const found = digestOf(stored);
  if (digest !== found) {
    const message = `the saved plan was altered after it was sealed: its digest is ${quoted(digest)}, but its content has ${found}`;
    throw new RefitError('plan-altered', message, `restore the approved file, or ${PLAN_AGAIN}`);
  }
  const fault = faultIn({ digest, ...stored });
  if (fault === null) return expand(stored as unknown as StoredPlan, found);
  const { at, problem } = fault;
  throw new RefitError(
    'format-unknown',
    `the saved plan contradicts itself, or is none that Refit makes: ${at || '/'} ${problem}`,
    PLAN_AGAIN,
  );
}

/** The first contradiction in the file of a saved plan; null without one. Linear in its size. */
export function faultIn(file: object): Fault | null {
  if (!validateSavedPlan(file)) {
    const { instancePath, message = 'is invalid', params } = validateSavedPlan.errors![0]!;
    const key = params.additionalProperty;
    return { at: instancePath, problem: key === undefined ? message : `has the unknown key ${quoted(key)}` };
  }
  const stored = file as StoredPlan;
  for (const check of [checkSteps, checkPreconditions, checkSettings, checkContents, checkUseReasons])
    for (const fault of check(stored)) return fault;
  return null;
}

/** A JSON object of this format, without keys that occur twice. */
function parse(text: string): Readonly<Record<string, unknown>> {
  const { pairs, tooMuch } = scanJson(text);
  if (tooMuch !== null) throw unknownFormat(`this is not a saved plan: ${tooMuch}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unknownFormat('this is not a saved plan: it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unknownFormat('this is not a saved plan: it is not a JSON object');
  const { format } = value as { readonly format?: unknown };
  if (format !== SAVED_PLAN_FORMAT)
    throw unknownFormat(
      `this is not a saved plan of this version: its format is ${quoted(format)}, not ${SAVED_PLAN_FORMAT}`,
    );
  if (countPairs(value) !== pairs)
    throw unknownFormat(`this is not a saved plan: the key ${duplicateKey(text) ?? ''} occurs twice`);
  return value as Readonly<Record<string, unknown>>;
}

/** @throws RefitError for a number that JSON can write and no program can hold, such as 1e999 */
function digestOf(stored: object): string {
  try {
    return canonicalDigest(stored);
  } catch (cause) {
    throw unknownFormat(`this is not a saved plan: it has a value that is ${messageOf(cause)}`, cause);
  }
}

const PLAN_AGAIN = 'refit plan PLAN -o SAVED';

function unknownFormat(message: string, cause?: unknown): RefitError {
  return new RefitError('format-unknown', message, PLAN_AGAIN, { cause });
}
