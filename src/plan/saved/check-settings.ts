/**
 * Checks the settings of a saved plan by the rules of written plans: the schema of plans, the checks beyond it, and the
 * values that reading a plan would give. So a new rule for plans is a rule for saved plans, too.
 */
import { approversFault, namesOf } from '../../approval/check-approvers.ts';
import { isAuthor } from '../../approval/judge-approvals.ts';
import { canonical } from '../../digest.ts';
import { type SchemaError, validatePlan } from '../../generated/validators.js';
import { given, pick } from '../../given.ts';
import { textOf } from '../../messages/messages.ts';
import type { Plan } from '../../model.ts';
import { buildPlan } from '../parse/build-plan.ts';
import { checkValues } from '../parse/check-plan.ts';
import { rolloutOptionsOf } from '../waves/waves.ts';
import { type Fault, type Faults, fault, quoted } from './fault.ts';
import type { StoredPlan } from './stored-plan.ts';
import { writtenSettings } from './written-settings.ts';

/** Findings about a written plan that a saved plan may have, because planning drops waves without instances. */
const NOT_HERE: ReadonlySet<string> = new Set(['plan-check.forecast-of-first-wave']);

export function* checkSettings(stored: StoredPlan): Faults {
  const written = writtenSettings(stored);
  if (!validatePlan(written)) {
    yield schemaFault(validatePlan.errors![0]!);
    return;
  }
  const found: Fault[] = [];
  checkValues(
    written,
    (path, finding) => {
      if (!NOT_HERE.has(finding.id)) found.push(fault(path, textOf(finding)));
    },
    () => 0,
  );
  yield* found;
  if (found.length > 0) return;
  yield* differences(
    stored,
    buildPlan(written, stored.file, () => ({ file: stored.file, line: 1, column: 1 })),
  );
  yield* checkApprovals(stored);
}

function schemaFault({ instancePath, data, parentSchema, message = 'is invalid' }: SchemaError): Fault {
  const title = parentSchema?.title;
  const rule =
    typeof title === 'string' ? `where a plan allows only ${title}` : `which no plan has: it ${message}`;
  return { at: instancePath, problem: `has ${quoted(data)}, ${rule}` };
}

/** Settings that would be other values when they are read from a plan. */
function* differences(stored: StoredPlan, plan: Plan): Faults {
  const { windows } = stored;
  const here = {
    ...pick(
      stored,
      'name',
      'change',
      'owner',
      'finishBy',
      'execution',
      'spread',
      'schedule',
      'hooks',
      'notify',
    ),
    ...given({ windows: windows && { ...windows, calendars: windows.calendars.map(({ file }) => file) } }),
    waves: stored.waves.map((wave) => ({ name: wave.name, ...rolloutOptionsOf(wave) })),
  };
  const waves =
    stored.waves.length === 0
      ? []
      : plan.waves.map((wave) => ({ name: wave.name, ...rolloutOptionsOf(wave) }));
  for (const [key, value] of Object.entries(here)) {
    const read: unknown = key === 'waves' ? waves : plan[key as keyof Plan];
    if (read === undefined || canonical(read) !== canonical(value))
      yield fault([key], `has ${quoted(value)}, which a plan would give as ${quoted(read)}`);
  }
}

/** The people of a plan: those who may approve it must be enough, and its owner is one of its authors. */
function* checkApprovals({ approvals, owner }: StoredPlan): Faults {
  if (approvals === undefined) return;
  const people = approversFault(approvals);
  if (people !== null) yield fault(['approvals', 'approvers'], `are not valid: ${textOf(people)}`);
  if (owner !== null && !approvals.authors.includes(owner))
    yield fault(['approvals', 'authors'], `lacks the owner ${quoted(owner)}`);
  const may = namesOf(approvals.approvers).filter((name) => !isAuthor(approvals, name)).length;
  if (may < approvals.need)
    yield fault(['approvals', 'need'], `is ${approvals.need}, but only ${may} may approve`);
}
