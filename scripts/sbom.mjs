/**
 * `npm run sbom -- [FILE]` writes the bill of materials of what is shipped, as CycloneDX JSON. It has the dependencies, the
 * packages that are bundled into the pages of the console, and Node for the executables. npm lists the packages from
 * package-lock.json. The output depends on the commit only: no time of the build, no random number, no path.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readBuildFacts } from './build-facts.mjs';
import { root } from './install.mjs';

/** Says why a package that npm calls development is shipped. */
const BUNDLED = 'redis-refit:bundled-in';

/** The bill of materials of this checkout. @param listed all its packages, as npm lists them. */
export function createSbom(listed) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const byRef = new Map(listed.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  const top = listed.metadata.component['bom-ref'];
  const direct = new Map(byRef.get(top).map((ref) => [ref.slice(0, ref.lastIndexOf('@')), ref]));
  const pages = namesInPages().filter((name) => manifest.devDependencies[name] !== undefined);
  const needed = closure(Object.keys(manifest.dependencies), direct, byRef);
  const bundled = closure(pages, direct, byRef);
  const node = nodeOf(manifest.devDependencies.node);
  const components = listed.components
    .filter((one) => needed.has(one['bom-ref']) || bundled.has(one['bom-ref']))
    .map((one) =>
      asShipped(
        one,
        needed.has(one['bom-ref']) ? [] : [{ name: BUNDLED, value: 'the pages of the console' }],
      ),
    );
  const shipped = new Set([top, ...components.map((one) => one['bom-ref'])]);
  const dependencies = [...byRef].flatMap(([ref, on]) =>
    shipped.has(ref) ? [{ ref, dependsOn: on.filter((one) => shipped.has(one)).sort() }] : [],
  );
  dependencies.find(({ ref }) => ref === top).dependsOn.push(node['bom-ref']);
  return identified({
    ...listed,
    metadata: metadataOf(listed.metadata, manifest.name),
    components: sorted([...components, node], 'bom-ref'),
    dependencies: sorted([...dependencies, { ref: node['bom-ref'], dependsOn: [] }], 'ref'),
  });
}

/** All packages of the lock file, as npm lists them. It adds the time, a random number and the name of the folder. */
export function listPackages() {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`npm sbom: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Packages that the pages of the console import. */
function namesInPages() {
  const files = globSync('src/console/ui/**/*.{ts,tsx,css}', { cwd: root });
  const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w-][\w.-]*)/g)];
  return [...new Set(found.map(([, name]) => name))];
}

/** The packages of these names, and everything that they need. */
function closure(names, direct, byRef) {
  const found = new Set();
  const add = (ref) => {
    if (found.has(ref)) return;
    found.add(ref);
    for (const next of byRef.get(ref) ?? []) add(next);
  };
  for (const name of names) {
    if (!direct.has(name)) throw new Error(`package-lock.json does not have ${name}: run npm install`);
    add(direct.get(name));
  }
  return found;
}

/** A component that is shipped, although npm may call it development. */
function asShipped({ properties = [], ...component }, more) {
  const others = properties.filter(({ name }) => name !== 'cdx:npm:package:development');
  return { ...component, scope: 'required', properties: [...others, ...more] };
}

function nodeOf(version) {
  return {
    ...{ 'bom-ref': `node@${version}`, type: 'platform', name: 'node', version, scope: 'optional' },
    purl: `pkg:generic/node@${version}`,
    licenses: [{ license: { id: 'MIT' } }],
    properties: [{ name: BUNDLED, value: 'the executables and the image' }],
  };
}

function metadataOf({ timestamp: _, tools, component, ...metadata }, name) {
  const { committedAt } = readBuildFacts(root);
  return {
    ...(committedAt === null ? {} : { timestamp: committedAt }),
    ...metadata,
    // Without the version of npm, which the machine decides.
    tools: tools.map(({ version: _version, ...tool }) => tool),
    // npm takes the name from the folder.
    component: { ...component, name },
  };
}

/** With a serial number that names the content. */
function identified({ serialNumber: _, ...sbom }) {
  const hex = createHash('sha256').update(JSON.stringify(sbom)).digest('hex');
  const variant = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  const { $schema, bomFormat, specVersion, ...rest } = sbom;
  return {
    $schema,
    bomFormat,
    specVersion,
    serialNumber: `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`,
    ...rest,
  };
}

function sorted(list, key) {
  return list.toSorted((a, b) => (a[key] < b[key] ? -1 : 1));
}

if (process.argv[1] === import.meta.filename) {
  const text = `${JSON.stringify(createSbom(listPackages()), null, 2)}\n`;
  const file = process.argv[2];
  if (file === undefined) process.stdout.write(text);
  else {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, text);
  }
}
