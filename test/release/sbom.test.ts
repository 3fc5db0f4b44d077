/** The bill of materials: CycloneDX's own schema, what it lists, and that two are equal. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}
interface Sbom {
  readonly specVersion: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly metadata: { readonly component: Component; readonly tools: readonly object[] };
}
const { createSbom, listPackages } = (await import('../../scripts/sbom.mjs' as string)) as {
  createSbom: (listed: Sbom) => Sbom;
  listPackages: () => Sbom;
};
const listed = listPackages();
const sbom = createSbom(listed);
const names = new Set(sbom.components.map(({ name }) => name));
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const manifest = read('package.json');

it('keeps to the schema of CycloneDX', () => {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res/schema',
  );
  const schema = (name: string) => read(join(folder, `${name}.SNAPSHOT.schema.json`));
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(schema(`bom-${sbom.specVersion}`));
  expect(validate(sbom), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...sbom, components: [{ name: 'x' }] })).toBe(false);
});

it('is the same each time, and names no folder', () => {
  const { metadata, components } = listed;
  const again = {
    ...listed,
    serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000',
    components: components.toReversed(),
    metadata: {
      ...metadata,
      timestamp: '2026-01-01T00:00:00.000Z',
      tools: metadata.tools.map((tool) => ({ ...tool, version: '10.0.0' })),
      component: { ...metadata.component, name: 'checkout' },
    },
  };
  expect(createSbom(again)).toEqual(sbom);
  expect(JSON.stringify(sbom)).not.toContain(process.cwd());
  expect(sbom.metadata.component).toMatchObject({ name: 'redis-refit', version: manifest.version });
});

it('lists every dependency, and what the lock file has for it', () => {
  const { packages } = read('package-lock.json');
  expect(Object.keys(manifest.dependencies).filter((name) => !names.has(name))).toEqual([]);
  const shipped = Object.entries<{ dev?: true; version: string }>(packages).filter(
    ([path, { dev }]) => path && !dev,
  );
  const has = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
  const missing = shipped.filter(
    ([path, { version }]) => !has.has(`${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
  expect(missing.map(([path]) => path)).toEqual([]);
});

it('lists what is bundled into the pages, and Node, but no tool of development', () => {
  for (const name of ['preact', 'uplot', '@codemirror/view', '@lezer/yaml', 'node'])
    expect(names).toContain(name);
  for (const name of ['vitest', 'typescript', 'vite', 'playwright-core']) expect(names).not.toContain(name);
  for (const { properties } of sbom.components)
    expect(properties.map(({ name }) => name)).not.toContain('cdx:npm:package:development');
});

it('has each edge between components that it lists', () => {
  const refs = new Set([...sbom.components, sbom.metadata.component].map((one) => one['bom-ref']));
  expect(sbom.dependencies.map(({ ref }) => ref).sort()).toEqual([...refs].sort());
  for (const { dependsOn } of sbom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
});
