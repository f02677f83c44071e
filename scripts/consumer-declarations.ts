import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** What a `*.consumer.ts` file declares by `@Projection`, `@Reaction` or `@Stepwise`. */
export interface ConsumerDeclaration {
  readonly kind: 'projection' | 'reaction' | 'stepwise';
  readonly durable: string;
  /** Full names of the event messages, for example `rapport.deals.v1.DealWon`. */
  readonly subscribes: readonly string[];
  /** Sentence above the class; empty where there is none. */
  readonly comment: string;
  /** Path from the root of the repository. */
  readonly file: string;
}

const KINDS: Readonly<Record<string, ConsumerDeclaration['kind']>> = {
  Projection: 'projection',
  Reaction: 'reaction',
  Stepwise: 'stepwise',
};
const CONTRACTS = /^@rapport\/contracts\/(rapport\/[a-z0-9]+\/v\d+)\//;

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

/**
 * Reads the declarations without running them, so that a page can be made and
 * checked before anything is started. What cannot be read so is an error: a
 * consumer that computes its subscriptions cannot be documented.
 */
export function consumersIn(file: string, root: string): ConsumerDeclaration[] {
  const source = parse(file);
  const found: ConsumerDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node)) {
      for (const decorator of ts.getDecorators(node) ?? []) {
        const call = decorator.expression;
        if (!ts.isCallExpression(call) || !ts.isIdentifier(call.expression)) continue;
        const kind = KINDS[call.expression.text];
        if (kind)
          found.push({ kind, ...readOptions(call), comment: commentOf(node, source), file: relative(root, file) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;

  function readOptions(call: ts.CallExpression): Pick<ConsumerDeclaration, 'durable' | 'subscribes'> {
    const [options] = call.arguments;
    if (!options || !ts.isObjectLiteralExpression(options)) throw unreadable(call, 'its options are no object literal');
    const property = (name: string): ts.Expression | undefined => {
      const member = options.properties.find((candidate) => candidate.name?.getText() === name);
      if (member && ts.isShorthandPropertyAssignment(member)) return member.name;
      return member && ts.isPropertyAssignment(member) ? member.initializer : undefined;
    };
    const durable = property('durable');
    const subscribes = property('subscribes');
    const name = durable && textOf(durable, source);
    if (name === undefined) throw unreadable(call, 'durable is no string');
    if (!subscribes) throw unreadable(call, 'subscribes is missing');
    return { durable: name, subscribes: eventsOf(subscribes, source) };
  }
}

/** The text of a string literal, or of a constant that is one. */
function textOf(expression: ts.Expression, source: ts.SourceFile): string | undefined {
  if (ts.isStringLiteralLike(expression)) return expression.text;
  const constant = ts.isIdentifier(expression) ? constantOf(expression.text, source) : undefined;
  return constant && textOf(constant.value, constant.source);
}

/** Follows lists, spreads and constants to the imported event messages. */
function eventsOf(expression: ts.Expression, source: ts.SourceFile): string[] {
  if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) {
    return eventsOf(expression.expression, source);
  }
  if (ts.isArrayLiteralExpression(expression)) {
    return expression.elements.flatMap((element) =>
      eventsOf(ts.isSpreadElement(element) ? element.expression : element, source),
    );
  }
  if (!ts.isIdentifier(expression)) throw unreadable(expression, 'subscribes is no list of event messages');
  const specifier = importOf(expression.text, source)?.module;
  const contract = specifier && CONTRACTS.exec(specifier)?.[1];
  if (contract) return [`${contract.replaceAll('/', '.')}.${importOf(expression.text, source)?.name}`];
  const constant = constantOf(expression.text, source);
  if (!constant)
    throw unreadable(expression, `${expression.text} is neither an event message nor a constant list of them`);
  return eventsOf(constant.value, constant.source);
}

function importOf(local: string, source: ts.SourceFile): { module: string; name: string } | undefined {
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    const element = bindings.elements.find((candidate) => candidate.name.text === local);
    if (element) return { module: statement.moduleSpecifier.text, name: (element.propertyName ?? element.name).text };
  }
  return undefined;
}

/** The value of a constant of this file, or of the file of ours that it is imported from. */
function constantOf(name: string, source: ts.SourceFile): { value: ts.Expression; source: ts.SourceFile } | undefined {
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const declared = statement.declarationList.declarations.find((candidate) => candidate.name.getText() === name);
    if (declared?.initializer) return { value: declared.initializer, source };
  }
  const imported = importOf(name, source);
  if (!imported?.module.startsWith('.')) return undefined;
  const file = join(dirname(source.fileName), imported.module.replace(/\.js$/, '.ts'));
  return constantOf(imported.name, parse(file));
}

/** The first paragraph above the class. */
function commentOf(node: ts.Node, source: ts.SourceFile): string {
  const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
  const text = ranges.map(({ pos, end }) => source.text.slice(pos, end)).join('\n');
  const lines = text.split('\n').map((line) => line.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)?\s?|\s*\*\/\s*$/g, '').trim());
  return lines.join('\n').trim().split('\n\n', 1)[0]?.replaceAll('\n', ' ') ?? '';
}

function unreadable(node: ts.Node, why: string): Error {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return new Error(`${source.fileName}:${line + 1}: ${why}; docs/events.md is made from the declaration as written`);
}
