/** What Refit says about a sizing file, in English. Shares are percent, and times are milliseconds. */
import type { Comparison, MustHold, Resource } from '../../../model.ts';
import type { Text } from '../../text.ts';
import { asWritten } from '../use-keys.ts';

const unit = (figure: MustHold['figure']): string => (figure === 'changes' ? '' : '%');

export const sizing = {
  'sizing.empty': ({ example }: { example: string }): Text => ({
    message: 'the sizing file is empty; one with only defaults has at least a version',
    example,
  }),
  'sizing.fit-not-below': ({
    resource,
    fit,
    growAt,
  }: {
    resource: Resource;
    fit: number;
    growAt: number;
  }): Text => ({
    message: `${resource}: fit is ${fit}% and growAt is ${growAt}%; a new size that starts at its limit must change again`,
    example: `${resource}: { growAt: 80%, fit: 65% }`,
  }),
  'sizing.fit-too-high': ({ fit, most }: { fit: number; most: number }): Text => ({
    message: `memory: fit is ${fit}%; the provider accepts a smaller size only from 1.3 times the memory in use on, which is ${most}%`,
    example: 'memory: { fit: 65% }',
  }),
  'sizing.time-out-of-range': ({
    key,
    value,
    least,
    most,
  }: {
    key: string;
    value: number;
    least: number;
    most: number;
  }): Text => ({
    message: `${key} is ${asWritten(value)}; it must be ${least === 0 ? 'at most' : `${asWritten(least)} to`} ${asWritten(most)}`,
    example: `${key}: 14d`,
  }),
  'sizing.history-too-long': ({ history, over }: { history: number; over: number }): Text => ({
    message: `history is ${asWritten(history)}, and only ${asWritten(over)} count (over)`,
    fix: `over: ${asWritten(history)}`,
  }),
  'sizing.holds-too-short': ({ holds, horizon }: { holds: number; horizon: number }): Text => ({
    message: `holds is ${asWritten(holds)}, and Refit looks ${asWritten(horizon)} ahead (horizon): the new size would have to change again`,
    fix: `holds: ${asWritten(horizon)}`,
  }),
  'sizing.class-never-counts': ({ name, earlier }: { name: string; earlier: string }): Text => ({
    message: `the class ${name} never counts: the class ${earlier} selects its instances first`,
    fix: `put ${name} before ${earlier}, or remove it`,
  }),
  'sizing.use-in-select': ({ key }: { key: string }): Text => ({
    message: `${key} is a condition on use, and the rules of this file are about use: instances would change their rules with each peak`,
    fix: `remove ${key}`,
  }),
  'sizing.never-holds': ({ figure, operator, value }: { figure: MustHold['figure'] } & Comparison): Text => ({
    message: `${figure} is never ${operator} ${value}${unit(figure)}, so no plan would be written`,
    example: `${figure}: "< ${figure === 'changes' ? '1' : '0.1%'}"`,
  }),
};
