/**
 * Bundles the command and all its packages into CommonJS files for the single executable: one file for each command and
 * thread, and shared files. `loader.cjs` loads them from the executable.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { inAscii, licencesOf, partsOfUndici, replaced, withVersions } from '../bundle-parts.mjs';
import { root } from '../install.mjs';

const SRC = join(root, 'src');

/** The files that `inThread` starts, by their names in `operations/`. */
const THREADS = ['plans/parse-worker', 'reviews/dry-run-worker'];

/**
 * @param folder the files go there.
 * @returns the names of the files, and the licence texts of the packages in them.
 */
export async function bundleExecutable(folder) {
  const bundle = await rolldown({
    input: {
      main: join(SRC, 'cli/main.ts'),
      ...Object.fromEntries(
        THREADS.map((name) => [`operations/${name}`, join(SRC, `operations/${name}.ts`)]),
      ),
    },
    platform: 'node',
    optimization: { inlineConst: true },
    // It is native code, which `pg` uses only if somebody installs it.
    external: ['pg-native'],
    treeshake: { moduleSideEffects: [{ test: /[\\/]generated[\\/]/, sideEffects: false }] },
    plugins: [
      withVersions(join(SRC, 'version.ts')),
      partsOfUndici(join(SRC, 'cloud/network/http.ts')),
      asFunction(),
    ],
    onLog(_, { code, message }) {
      throw new Error(`${code}: ${message}`);
    },
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    comments: { legal: true, annotation: false, jsdoc: false },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name]-[hash].js',
  });
  await bundle.close();
  for (const { fileName, code } of output) {
    const path = join(folder, fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, inAscii(code));
  }
  return {
    files: output.map(({ fileName }) => fileName).sort(),
    licences: licencesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)),
  };
}

/** CommonJS has no top-level await. As there, a start that nothing can end any more exits with 13. */
function asFunction() {
  return {
    name: 'make the start a function',
    transform(code, id) {
      if (id !== join(SRC, 'cli/main.ts')) return null;
      const body = replaced(code, /^(?=const args = )/m, '(async () => {\n');
      return `${body}\n})();\nprocess.once('beforeExit', () => process.exit(13));\n`;
    },
  };
}
