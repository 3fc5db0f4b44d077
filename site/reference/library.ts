/**
 * What the package exports, with its doc comments and signatures, read from the sources. The compiler has no stable
 * programming interface yet, so generators such as TypeDoc do not work with it. The parser is that of Vite.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'vite';

/** An export with its declaration. */
export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'constant' | 'class' | 'type';
  /** Its doc comment as text, without marks. */
  readonly comment: string;
  /** Functions without their body, and types as a whole. */
  readonly signature: string;
  /** From `src/`. */
  readonly file: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // biome-ignore lint/suspicious/noExplicitAny: The tree of the parser has no types here.
  readonly [member: string]: any;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly body: readonly Node[];
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[];
}

const parsed = new Map<string, Source>();

function sourceOf(file: string): Source {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const source: Source = { file, text, body: program.body as unknown as readonly Node[], comments };
  parsed.set(file, source);
  return source;
}

/** Everything that a module exports. @param file its path. @param src the folder of the sources. */
export function exportsOf(file: string, src: string): Exported[] {
  const source = sourceOf(file);
  return source.body.flatMap((node) => {
    if (node.type === 'ExportAllDeclaration') {
      const all = exportsOf(join(dirname(file), node.source.value), src);
      // `export type *` exports constants and functions as types only.
      return node.exportKind === 'type' ? all.filter(({ kind }) => kind === 'type') : all;
    }
    if (node.type !== 'ExportNamedDeclaration') return [];
    if (node.declaration) return declared(source, node, src);
    return node.specifiers.flatMap(({ local, exported }: Node) => {
      const from = node.source ? join(dirname(file), node.source.value) : file;
      const found = node.source
        ? exportsOf(from, src).find(({ name }) => name === local.name)
        : localOf(source, local.name, src);
      if (!found) throw new Error(`${file}: the export ${local.name} is not in ${from}`);
      return [{ ...found, name: exported.name }];
    });
  });
}

/** What a module imports, or declares without `export`, and exports by name. */
function localOf(source: Source, name: string, src: string): Exported | undefined {
  for (const node of source.body) {
    if (node.type === 'ImportDeclaration' && node.specifiers.some(({ local }: Node) => local.name === name))
      return exportsOf(join(dirname(source.file), node.source.value), src).find((one) => one.name === name);
    const own = declared(source, { ...node, declaration: node }, src).find((one) => one.name === name);
    if (own) return own;
  }
  return undefined;
}

function declared(source: Source, node: Node, src: string): Exported[] {
  const { declaration } = node;
  const at = { comment: commentOf(source, node.start), file: relative(src, source.file) };
  const text = (from: number, to: number): string => source.text.slice(from, to).trim();
  switch (declaration.type) {
    case 'FunctionDeclaration': {
      const signature = text(declaration.start, declaration.body?.start ?? declaration.end);
      return [
        { ...at, name: declaration.id.name, kind: 'function', signature: signature.replace(/^async /, '') },
      ];
    }
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [
        {
          ...at,
          name: declaration.id.name,
          kind: 'type',
          signature: text(declaration.start, declaration.end),
        },
      ];
    case 'ClassDeclaration': {
      const start = text(declaration.start, declaration.body.start);
      // Fields, and methods without their bodies.
      const members = declaration.body.body.map((member: Node) =>
        text(member.start, member.value?.body?.start ?? member.end).replace(/;?$/, ';'),
      );
      const signature = `declare ${start} {\n${members.map((member: string) => `  ${member}\n`).join('')}}`;
      return [{ ...at, name: declaration.id.name, kind: 'class', signature }];
    }
    case 'VariableDeclaration':
      return declaration.declarations.map(({ id, end }: Node) => {
        const type = id.typeAnnotation ? text(id.typeAnnotation.start, id.typeAnnotation.end) : '';
        const signature = type === '' ? text(declaration.start, end) : `declare const ${id.name}${type}`;
        return { ...at, name: id.name, kind: 'constant', signature };
      });
    default:
      return [];
  }
}

/** The doc comment that ends just before a declaration. */
function commentOf({ text, comments }: Source, start: number): string {
  const comment = comments.findLast(({ end }) => end <= start);
  if (comment === undefined || !comment.value.startsWith('*') || text.slice(comment.end, start).trim() !== '')
    return '';
  return comment.value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, ''))
    .join('\n')
    .trim();
}

/** A section for each function, class and constant, and a table of the types. */
export function libraryReference(root: string): string {
  const src = join(root, 'src');
  const all = exportsOf(join(src, 'index.ts'), src);
  const named = (kind: Exported['kind']): Exported[] =>
    all.filter((one) => one.kind === kind).sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const types = named('type').map((one) => `| \`${one.name}\` | ${meaningOf(one, src)} |`);
  return [
    '## Functions',
    ...named('function').map(sectionOf),
    '## Classes and constants',
    ...[...named('class'), ...named('constant')].map(sectionOf),
    '## Types',
    ['| type | meaning |', '|---|---|', ...types].join('\n'),
  ].join('\n\n');
}

function sectionOf({ name, comment, signature }: Exported): string {
  const [text = '', ...tags] = comment.split(/^@|(?<=\. )@/m);
  const items = tags.map((tag) => `- ${tagInWords(tag.replace(/\s+/g, ' ').trim())}`);
  const prose = escaped(text.trim());
  return [
    `### ${name}`,
    ...(prose === '' ? [] : [prose]),
    `\`\`\`ts\n${signature}\n\`\`\``,
    ...(items.length === 0 ? [] : [items.join('\n')]),
  ].join('\n\n');
}

/** `param name text`, `returns text` or `throws text`, as an item. */
function tagInWords(tag: string): string {
  const [, kind, rest = ''] = /^(\w+)\s*(.*)$/.exec(tag) ?? [];
  if (kind === 'param') return rest.replace(/^(\w+) +/, '`$1`: ');
  return `${kind === 'returns' ? 'Returns' : 'Throws'} ${escaped(rest)}`;
}

/** The first sentence of a comment, or what a short type is. @throws if a type has neither. */
function meaningOf({ name, comment, signature, file }: Exported, src: string): string {
  const [first = ''] = comment.replace(/\s+/g, ' ').split(/(?<=\.) /);
  if (first !== '') return escaped(first).replaceAll('|', '\\|');
  const [, value] = /^type \w+ = ([^;]{1,100});?$/s.exec(signature) ?? [];
  if (value === undefined) throw new Error(`src/${file}: the type ${name} needs a doc comment`);
  const [, table] = /^\(typeof (\w+)\)\[number\]$/.exec(value) ?? [];
  const list = exportsOf(join(src, file), src).find((one) => one.name === table);
  const words = list?.signature.match(/'[^']+'/g);
  const shown = words?.join(' | ') ?? value;
  return `\`${shown.replace(/\s+/g, ' ').replaceAll('|', '\\|')}\``;
}

/** Text in which angle brackets are no HTML. Code spans stay. */
function escaped(text: string): string {
  return text.replace(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found));
}
