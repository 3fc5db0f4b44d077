import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemOfNode } from '../src/node-version.ts';
import { OLDEST_NODE } from '../src/version.ts';

const ROOT = resolve(import.meta.dirname, '..');
const packageOf = (folder: string) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));

describe('the Node that runs Refit', () => {
  it.each([
    ['20.20.2', '22.19', false],
    ['22.18.9', '22.19', false],
    ['22.19.0', '22.19', true],
    ['22.23.3', '22.19', true],
    ['23.0.0', '22.19', true],
    ['24.1.0-nightly2025', '22.19', true],
    ['9.99.0', '22.19', false],
  ])('%s, when the oldest is %s: enough is %s', (running, oldest, isEnough) => {
    expect(problemOfNode(running, oldest) === null).toBe(isEnough);
  });

  it('is refused in one sentence that has both versions and the fix', () => {
    expect(problemOfNode('20.20.2', '22.19')).toBe(
      'this is Node 20.20.2, and Refit needs Node 22.19 or newer: install it from https://nodejs.org/en/download',
    );
  });
});

describe('the oldest Node', () => {
  it('is a plain minimum in `engines`', () => {
    expect(packageOf('.').engines.node).toBe(`>=${OLDEST_NODE}`);
    expect(OLDEST_NODE).toMatch(/^\d+\.\d+$/);
  });

  it.each(['README.md', 'docs/install.md'])('is the one in %s', (page) => {
    expect(readFileSync(join(ROOT, page), 'utf8')).toContain(`Node ${OLDEST_NODE} or newer`);
  });

  it.each(Object.keys(packageOf('.').dependencies))('is enough for %s', (name) => {
    const least = /^>= ?(\d+(?:\.\d+)?)/.exec(packageOf(`node_modules/${name}`).engines?.node ?? '>=0')?.[1];
    expect(problemOfNode(`${OLDEST_NODE}.0`, least!)).toBeNull();
  });
});
