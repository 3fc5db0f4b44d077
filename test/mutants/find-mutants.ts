/**
 * Finds the small changes ("mutants") that a good test should notice, in the text of one source file.
 *
 *     if (a < b && list.some(f)) return [];
 *           │    │       │           └ nothing: it is empty already
 *           │    │       └ every
 *           │    └ ||
 *           └ <=
 */
import { createHash } from 'node:crypto';
import { parseAst } from 'rolldown/parseAst';

/** One change of a source file. */
export interface Mutant {
  /** Content of the change, so that it stays the same when lines move. */
  readonly key: string;
  readonly file: string;
  readonly operator: string;
  /** 1-based line of the change. */
  readonly line: number;
  /** The lines before and after the change, with single spaces. */
  readonly from: string;
  readonly to: string;
  /** Position among equal changes of the file: 0 for the first. */
  readonly nth: number;
  /** The part of the text that a switch encloses, and what replaces it. */
  readonly site: Site;
  readonly code: string;
}

export interface Site {
  readonly start: number;
  readonly end: number;
  readonly kind: 'expression' | 'statement';
}

/** A node of the parser. Only the fields that this file reads are named. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Replaces a part of the text. */
type Edit = readonly [start: number, end: number, text: string];

/** Empty values to return, by the declared type of the result. */
type Result = 'boolean' | readonly string[];

interface Context {
  /** The optional chain around the node, which a switch must enclose as a whole. */
  readonly chain: Node | null;
  readonly returns: Result;
}

const OPPOSITE: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
};

const METHODS: Readonly<Record<string, string>> = { some: 'every', every: 'some', min: 'max', max: 'min' };

/** Fields that hold types. They have no effect when the code runs. */
const TYPES = new Set([
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
  'returnType',
  'superTypeArguments',
]);

/** Finds every mutant of a file. @param file its path from the root, @param text its source in TypeScript */
export function findMutants(file: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  const seen = new Map<string, number>();
  const source = (node: Node) => text.slice(node.start, node.end);

  function add(operator: string, site: Site, edit: Edit): void {
    const [start, end, put] = edit;
    const code = text.slice(site.start, start) + put + text.slice(end, site.end);
    const first = text.lastIndexOf('\n', start - 1) + 1;
    const last = text.indexOf('\n', end) < 0 ? text.length : text.indexOf('\n', end);
    const from = squeeze(text.slice(first, last));
    const to = squeeze(text.slice(first, start) + put + text.slice(end, last));
    const nth = seen.get(`${from}\n${to}`) ?? 0;
    seen.set(`${from}\n${to}`, nth + 1);
    const line = text.slice(0, start).split('\n').length;
    found.push({ key: keyOf(file, from, to, nth), file, operator, line, from, to, nth, site, code });
  }

  function change(operator: string, node: Node, chain: Node | null, edit?: Edit) {
    const { start, end } = chain ?? node;
    return (put: string) =>
      add(operator, { start, end, kind: 'expression' }, edit ?? [node.start, node.end, put]);
  }

  /** The operator stands between the two operands. */
  function swap(operator: string, node: Node, chain: Node | null): void {
    const left = node.left as Node;
    const right = node.right as Node;
    const sign = node.operator as string;
    const at = text.indexOf(sign, left.end);
    if (OPPOSITE[sign] === undefined || at < 0 || at >= right.start) return;
    const edit = [at, at + sign.length, OPPOSITE[sign]] as const;
    if (node.type !== 'LogicalExpression') return change(operator, node, chain, edit)('');
    // `&&` beside `??` or `||` needs brackets.
    const put = `(${text.slice(node.start, at)})${OPPOSITE[sign]}(${text.slice(at + sign.length, node.end)})`;
    addLogical(chain ?? node, edit, node, put);
  }

  /** Shows only the swapped sign, although the code has more brackets. */
  function addLogical(around: Node, edit: Edit, node: Node, put: string): void {
    add('logical', { start: around.start, end: around.end, kind: 'expression' }, edit);
    const code = text.slice(around.start, node.start) + put + text.slice(node.end, around.end);
    found.push({ ...found.pop()!, code });
  }

  function visitExpression(node: Node, { chain, returns }: Context): void {
    switch (node.type) {
      case 'BinaryExpression': {
        const joins = node.operator === '+' && [node.left, node.right].some((side) => isText(side as Node));
        if (!joins) swap(kindOf(node.operator as string), node, chain);
        break;
      }
      case 'LogicalExpression':
        if (node.operator === '??') change('fallback', node, chain)(`(${source(node.left as Node)})`);
        else swap('logical', node, chain);
        break;
      case 'AssignmentExpression':
        if (node.operator !== '=') swap('arithmetic', node, chain);
        break;
      case 'UnaryExpression':
        if (node.operator === '!') change('negation', node, chain)(`(${source(node.argument as Node)})`);
        break;
      case 'Literal':
        if (typeof node.value === 'boolean') change('boolean', node, null)(String(!node.value));
        break;
      case 'ConditionalExpression':
        negate(node.test as Node);
        break;
      case 'ArrayExpression':
        if ((node.elements as unknown[]).length > 0) change('empty', node, null)('[]');
        break;
      case 'ObjectExpression':
        if ((node.properties as unknown[]).length > 0) change('empty', node, null)('({})');
        break;
      case 'CallExpression':
        swapMethod(node, chain);
        break;
      case 'ArrowFunctionExpression':
        if (node.expression === true) emptyResult(node.body as Node, resultOf(node));
        break;
      case 'ReturnStatement':
        if (node.argument) emptyResult(node.argument as Node, returns);
        break;
      case 'IfStatement':
      case 'WhileStatement':
        negate(node.test as Node);
        break;
      case 'ExpressionStatement':
        removeCall(node);
        break;
    }
    if (chain && node.optional === true) dropOptional(node, chain);
  }

  function swapMethod(node: Node, chain: Node | null): void {
    const callee = node.callee as Node;
    const property = callee.property as Node | undefined;
    if (callee.type !== 'MemberExpression' || property?.type !== 'Identifier') return;
    const name = property.name as string;
    if ((name === 'min' || name === 'max') && source(callee.object as Node) !== 'Math') return;
    const other = Object.hasOwn(METHODS, name) ? METHODS[name]! : null;
    if (other) change('method', node, chain, [property.start, property.end, other])('');
  }

  function dropOptional(node: Node, chain: Node): void {
    const before = (node.type === 'CallExpression' ? node.callee : node.object) as Node;
    const at = text.indexOf('?.', before.end);
    const next = text[at + 2];
    change('optional', node, chain, [at, at + 2, next === '[' || next === '(' ? '' : '.'])('');
  }

  /** A comparison has its own mutants, and so have `!` and `&&`. */
  function negate(test: Node): void {
    const own = ['BinaryExpression', 'LogicalExpression', 'UnaryExpression', 'Literal'];
    if (!own.includes(test.type)) change('condition', test, null)(`!(${source(test)})`);
  }

  function emptyResult(value: Node, returns: Result): void {
    const values = returns === 'boolean' ? ['true', 'false'] : returns;
    const now = source(value);
    if (value.type === 'Literal' || now === 'undefined') return;
    for (const other of values) if (now !== other) change('result', value, null)(other);
  }

  function removeCall(node: Node): void {
    const inner = node.expression as Node;
    const call = inner.type === 'AwaitExpression' ? (inner.argument as Node) : inner;
    const { type } = call.type === 'ChainExpression' ? (call.expression as Node) : call;
    if (type !== 'CallExpression') return;
    add('statement', { start: node.start, end: node.end, kind: 'statement' }, [node.start, node.end, ';']);
  }

  function visit(node: Node, context: Context): void {
    if (node.type.startsWith('TS') && !node.type.endsWith('Expression')) return;
    if (node.type === 'ImportDeclaration' || (node.type as string).startsWith('ExportAll')) return;
    visitExpression(node, context);
    const returns = isFunction(node) ? resultOf(node) : context.returns;
    for (const [field, value] of Object.entries(node)) {
      if (TYPES.has(field)) continue;
      const spine =
        node.type === 'ChainExpression' ||
        field === 'callee' ||
        (field === 'object' && node.type === 'MemberExpression');
      const inside = node.type === 'ChainExpression' ? node : context.chain;
      const chain = spine ? inside : null;
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) visit(child, { chain, returns });
    }
  }

  visit(parseAst(text, { lang: 'ts' }, file) as unknown as Node, { chain: null, returns: [] });
  return found;
}

/** The identity of a mutant: what changes in which file, without its line. */
export function keyOf(file: string, from: string, to: string, nth: number): string {
  return createHash('sha256')
    .update(JSON.stringify([file, from, to, nth]))
    .digest('hex')
    .slice(0, 12);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function kindOf(sign: string): string {
  if (sign.includes('=')) return sign.length === 3 ? 'equality' : 'boundary';
  return sign === '<' || sign === '>' ? 'boundary' : 'arithmetic';
}

function isText(node: Node): boolean {
  return node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function isFunction({ type }: Node): boolean {
  return (
    type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'
  );
}

/** The empty values of the declared type of a result. Without a declared type, there are none. */
function resultOf(node: Node): Result {
  const declared = (node.returnType as Node | null)?.typeAnnotation as Node | undefined;
  return declared ? emptyOf(declared) : [];
}

function emptyOf(type: Node): Result {
  switch (type.type) {
    case 'TSBooleanKeyword':
      return 'boolean';
    case 'TSTypePredicate':
      return type.asserts === true ? [] : 'boolean';
    case 'TSArrayType':
      return ['[]'];
    case 'TSTypeOperator':
      return emptyOf(type.typeAnnotation as Node);
    case 'TSStringKeyword':
      return ["''"];
    case 'TSNumberKeyword':
      return ['0'];
    case 'TSUnionType': {
      const kinds = (type.types as Node[]).map((one) => one.type);
      if (kinds.includes('TSNullKeyword')) return ['null'];
      return kinds.includes('TSUndefinedKeyword') ? ['undefined'] : [];
    }
    case 'TSTypeReference': {
      const [inner] = ((type.typeArguments as Node | null)?.params as Node[] | undefined) ?? [];
      const { name } = type.typeName as Node;
      if (name === 'Promise' && inner) return emptyOf(inner);
      return name === 'ReadonlyArray' ? ['[]'] : [];
    }
    default:
      return [];
  }
}
