/** Errors whose words are a message: English for a terminal, data for pages in other languages. */
import { expect, it } from 'vitest';
import { RefitError } from '../../src/errors.ts';
import { message, render } from '../../src/messages/messages.ts';
import { aboutOf, faultOf, refitError } from '../../src/messages/refit-error.ts';
import { zh } from '../../src/messages/zh/zh.ts';

const ABOUT = message('error.run-ended', { name: 'runs/r\u202e1', command: 'refit report r1' });

it('an error of a message has its English words, and carries it', () => {
  const cause = new Error('below');
  const error = refitError('usage', ABOUT, cause);
  expect(error).toMatchObject({
    ...{ code: 'usage', message: 'runs/r\\u{202e}1: the run has ended', fix: 'refit report r1' },
    ...{ about: ABOUT, cause },
  });
  expect(render(error.about as typeof ABOUT, zh).message).toMatch(/：运行已结束$/);
});

it.each<[string, unknown, object]>([
  ['an error of a message', refitError('usage', ABOUT), { about: ABOUT, fix: 'refit report r1' }],
  ['an error without one', new RefitError('usage', 'a\nb', 'c'), { message: 'a\\nb', fix: 'c', about: null }],
  ['any other error', new Error('x'), { message: 'x', fix: null, about: null }],
])('%s is a fault for a page', (_, thrown, fault) => {
  expect(faultOf(thrown)).toMatchObject(fault);
});

it('an error in another message is data, or its words', () => {
  expect([aboutOf(refitError('usage', ABOUT)), aboutOf(new Error('x'))]).toEqual([ABOUT, 'x']);
});
