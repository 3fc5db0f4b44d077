// The start of the single executable, and of each of its threads: loads the files of the bundle from the executable.
'use strict';
const { getRawAsset } = require('node:sea');
const { compileFunction } = require('node:vm');
const { join } = require('node:path').posix;

const NAMES = ['exports', 'require', 'module', '__filename', '__dirname'];
const loaded = new Map();

/** Loads a file of the bundle, such as `main.js`. @returns its exports. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  // The files are ASCII, which latin1 reads fastest.
  const code = Buffer.from(getRawAsset(`bundle/${name}`)).toString('latin1');
  const requireFrom = (id) => (id.startsWith('.') ? load(join(name, '..', id)) : require(id));
  // No such file exists, but stack traces need a name.
  const filename = join('/refit', name);
  compileFunction(code, NAMES, { filename })(module.exports, requireFrom, module, filename, join(filename, '..'));
  return module.exports;
}
