/** What a plan will do, in one sentence of one language. Pure. */
import type { Words } from '../../../../messages/words.ts';
import type { ChangedGroup, PlanFacts } from '../../../../operations/reviews/plan-facts.ts';
import type { WordId } from '../../words/en.ts';
import type { Values } from '../../words/fill.ts';

/** The words of a language. */
interface Spoken {
  readonly say: (id: WordId, values?: Values) => string;
  readonly show: Pick<Words['show'], 'count' | 'memory'>;
}

/** `16 instances in ap-guangzhou: 8 named session* to 8 GB per shard; memory 508 GB → 1,040 GB; 4 left out (…); 3 already right`. */
export function dueSentence(facts: PlanFacts, spoken: Spoken): string {
  const { say } = spoken;
  const { verdict, instances, memory, leftOut, unchanged, refusedBy } = facts;
  const { memory: show, count } = spoken.show;
  const codes = refusedBy.join(say('list'));
  const parts = [
    verdict !== 'blocked' ? '' : say(codes === '' ? 'due.blocked' : 'due.blocked.by', { codes }),
    instances > 0 ? changesOf(facts, spoken) : verdict !== 'blocked' && say('due.nothing'),
    instances > 0 && say('due.memory', { before: show(memory.before), after: show(memory.after) }),
    leftOut.count > 0 &&
      say('due.leftOut', { count: count(leftOut.count), reasons: reasonsOf(facts, spoken) }),
    unchanged > 0 && say('due.unchanged', { count: count(unchanged) }),
  ];
  return parts.filter(Boolean).join(say('due.parts'));
}

/** How many regions are named. */
const NAMED_REGIONS = 3;

function changesOf({ instances, regions, groups, others }: PlanFacts, spoken: Spoken): string {
  const { say } = spoken;
  const { count } = spoken.show;
  const list = say('list');
  const where =
    regions.length > NAMED_REGIONS
      ? say('due.where.many', { count: regions.length })
      : say('due.where', { regions: regions.join(list) });
  const named = [
    ...groups.map((group) => sayGroup(group, spoken)),
    ...(others > 0 ? [say('due.group.others', { count: count(others) })] : []),
  ];
  return say('due.changes', { count: count(instances), where, groups: named.join(list) });
}

function sayGroup({ name, instances, to }: ChangedGroup, { say, show: as }: Spoken): string {
  const { count, memory } = as;
  const sizes = to.map(({ dimension, least, most }) => {
    const show = dimension === 'memoryPerShard' ? memory : count;
    const range = { least: show(least), most: show(most) };
    return say(`due.to.${dimension}`, { to: least === most ? range.least : say('due.to.range', range) });
  });
  const values = { count: count(instances), to: sizes.join(say('list')), name: name ?? '' };
  return say(name === null ? 'due.group' : 'due.group.named', values);
}

/** Reasons that have words. The others are shown by their codes. */
const REASONS: Readonly<Record<string, WordId>> = {
  'Refit.ShrinkDenied': 'due.why.shrink',
  'ResourceUnavailable.SaleOut': 'due.why.sold-out',
  ResourceInsufficient: 'due.why.sold-out',
  'InvalidParameterValue.SpecNotExist': 'due.why.not-sold',
  'InvalidParameterValue.MemSizeNotInRange': 'due.why.not-sold',
  'LimitExceeded.InvalidMemSize': 'due.why.not-sold',
  'ResourceUnavailable.InstanceStatusAbnormal': 'due.why.busy',
  'ResourceUnavailable.InstanceStatusError': 'due.why.busy',
  'InvalidParameterValue.ReduceCapacityNotAllowed': 'due.why.too-much-data',
};

function reasonsOf({ leftOut: { count, reasons } }: PlanFacts, { say }: Spoken): string {
  const rest = count - reasons.reduce((sum, one) => sum + one.count, 0);
  const said = reasons.map((one) => say(REASONS[one.code] ?? 'due.why.other', { ...one }));
  return [...said, ...(rest > 0 ? [say('due.rest', { count: rest })] : [])].join(say('list'));
}
