/**
 * Compiles the JSON Schemas ahead of time to src/generated/: validators.js, validators.d.ts and a module for each schema.
 * Refit then compiles no schema at its start. The script does nothing if the output is newer than every input; `--force`
 * always compiles.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outputs = ['validators.js', 'validators.d.ts'].map((name) => join(root, 'src/generated', name));

/** Schema file by export name. */
const SCHEMAS = {
  validatePlan: 'plan.schema.json',
  validateSavedPlan: 'saved-plan.schema.json',
  validateJournalEntry: 'journal-entry.schema.json',
  validateInventory: 'inventory.schema.json',
  validateReport: 'report.schema.json',
  validateApproval: 'approval.schema.json',
  validateDecline: 'decline.schema.json',
  validateDeclineWithdrawal: 'decline-withdrawal.schema.json',
  validateHeadSignature: 'head-signature.schema.json',
  validatePlanSignature: 'plan-signature.schema.json',
  validatePolicy: 'policy.schema.json',
  validatePeople: 'people.schema.json',
  validateSizing: 'sizing.schema.json',
};

/** The schema whose definitions others use: by its file name for editors, and by its id for the validator. */
const SHARED = { file: 'plan.schema.json', id: 'urn:refit:plan:1' };

const TYPES = `/** An error of the schema validator. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer into the value. */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** The value at \`instancePath\`. */
  readonly data?: unknown;
  /** The part of the schema that holds \`keyword\`. */
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

/** True if the value matches its schema; else \`errors\` has every error until the next call. */
export interface Validate {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}
`;

const present = Object.entries(SCHEMAS)
  .map(([name, file]) => ({ name, path: join(root, 'schemas', file) }))
  .filter(({ path }) => existsSync(path));

if (process.argv.includes('--force') || isStale()) await compile();

function isStale() {
  const made = Math.min(...outputs.map(mtime), ...present.map(({ name }) => mtime(modulePath(name))));
  if (made === 0) return true;
  if (
    [
      fileURLToPath(import.meta.url),
      join(root, 'package-lock.json'),
      ...present.map(({ path }) => path),
    ].some((path) => mtime(path) >= made)
  )
    return true;
  // A removed schema leaves its export, but no newer file.
  const declared = readFileSync(outputs[1], 'utf8').match(/(?<=export const )\w+/g) ?? [];
  return declared.join() !== present.map(({ name }) => name).join();
}

function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

async function compile() {
  // Loaded only when there is something to compile, so that the check takes a few milliseconds.
  const [{ Ajv2020 }, { default: standalone }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv/dist/standalone/index.js'),
  ]);
  const generate = typeof standalone === 'function' ? standalone : standalone.default;
  mkdirSync(dirname(outputs[0]), { recursive: true });
  for (const { name, path } of present) {
    const ajv = new Ajv2020({
      // Messages about plans and policies use titles and examples of the schema. The other schemas only accept or reject:
      // a hostile file gets one error, not a million.
      allErrors: isWritten(name),
      verbose: isWritten(name),
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      discriminator: true,
      // As in the standard, `format` only describes a text; `pattern` rejects.
      validateFormats: false,
      code: { source: true, esm: true, lines: true },
    });
    const schema = readSchema(path);
    ajv.addSchema(schema);
    if (JSON.stringify(schema).includes(`"${SHARED.id}#`))
      ajv.addSchema(readSchema(join(root, 'schemas', SHARED.file)));
    replaceFile(modulePath(name), withImports(generate(ajv, { [name]: schema.$id })));
  }
  replaceFile(
    outputs[0],
    present.map(({ name }) => `export { ${name} } from './${moduleName(name)}';\n`).join(''),
  );
  replaceFile(
    outputs[1],
    [TYPES, ...present.map(({ name }) => `export const ${name}: Validate;`), ''].join('\n'),
  );
}

function readSchema(path) {
  const schema = JSON.parse(readFileSync(path, 'utf8').replaceAll(`"${SHARED.file}#`, `"${SHARED.id}#`));
  // Editors find the shared file beside a schema only if the schema has no id of its own.
  schema.$id ??= `urn:refit:${basename(path, '.schema.json')}:1`;
  return schema;
}

/** Whether people write these files by hand. */
function isWritten(name) {
  return name === 'validatePlan' || name === 'validatePolicy' || name === 'validateSizing';
}

/** `validateSavedPlan` is in `validate-saved-plan.js`. */
function moduleName(name) {
  return `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.js`;
}

function modulePath(name) {
  return join(dirname(outputs[0]), moduleName(name));
}

/** Replaces `require` with imports. The generator writes `require` for its run-time functions, even for ESM. */
function withImports(code) {
  const modules = new Map();
  const body = code.replace(/require\("([^"]+)"\)(\.default)?/g, (_, path) => {
    if (!modules.has(path)) modules.set(path, `imported${modules.size}`);
    const name = modules.get(path);
    // Loaders differ in whether they unwrap the default export of a CommonJS module.
    return `(${name}.default ?? ${name})`;
  });
  const imports = [...modules].map(
    ([path, name]) => `import ${name} from '${path.endsWith('.js') ? path : `${path}.js`}';`,
  );
  return ['// Generated from schemas/ by scripts/compile-schemas.mjs.', ...imports, body].join('\n');
}

/** Writes atomically, because parallel tests may all compile. */
function replaceFile(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
