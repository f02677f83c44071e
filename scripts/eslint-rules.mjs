// ESLint rules that only Rapport needs. eslint.config.js switches them on;
// tests/architecture/eslint-rules.spec.ts plants a violation of each.
// ESLint loads its configuration without a compiler, hence plain JavaScript.
import { basename } from 'node:path';

const ROLES = ['controller', 'service', 'queries', 'mapper', 'events', 'consumer', 'module', 'spec', 'int-spec'];
const VAGUE = /(^|[-.])(helpers?|utils?|utilities|commons?|managers?|misc)([-.]|$)/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const fileName = {
  meta: {
    type: 'problem',
    docs: { description: 'A file name says what the file does and which role it has.' },
    schema: [{ type: 'object', properties: { roles: { type: 'boolean' } }, additionalProperties: false }],
    messages: {
      vague: "'{{name}}' says nothing: name the file by what it does (docs/style.md, rule 10).",
      kebab: "'{{name}}' is not kebab-case (docs/style.md, rule 9).",
      role: "'{{role}}' is no role; the list is closed: {{roles}} (docs/style.md, rule 9).",
      index:
        'An index file is a barrel: import from the file that defines the thing (docs/style.md, rule 10; ADR-0011).',
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = basename(context.filename).replace(/^\./, '');
        const [stem = '', ...suffixes] = name.replace(/\.(d\.)?[cm]?[jt]s$/, '').split('.');
        if (VAGUE.test(name.replace(/\.[cm]?[jt]s$/, ''))) context.report({ node, messageId: 'vague', data: { name } });
        if (stem === 'index') context.report({ node, messageId: 'index' });
        if (!KEBAB.test(stem)) context.report({ node, messageId: 'kebab', data: { name } });
        if (!context.options[0]?.roles) return;
        for (const role of suffixes.filter((suffix) => !ROLES.includes(suffix))) {
          context.report({ node, messageId: 'role', data: { role, roles: ROLES.join(', ') } });
        }
      },
    };
  },
};

const ownedTodo = {
  meta: {
    type: 'problem',
    docs: { description: 'Work left over has an owner and an issue, or is done now.' },
    schema: [],
    messages: {
      ownerless: "'{{word}}' without an owner: write {{word}}(name, #issue) or do it (docs/style.md, rule 15).",
    },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const match = /\b(TODO|FIXME|HACK|XXX)\b(?!\([\w.-]+, #\d+\))/.exec(comment.value);
          if (match) context.report({ loc: comment.loc, messageId: 'ownerless', data: { word: match[1] } });
        }
      },
    };
  },
};

/** `Deal.parse` and a `Date` given as an argument are fine; asking the machine for the time is not. */
const injectedClock = {
  meta: {
    type: 'problem',
    docs: { description: 'A rule gets the time as an argument.' },
    schema: [],
    messages: {
      clock: "'{{call}}' in a file of rules: take the clock as an argument (docs/style.md, rule 14).",
    },
  },
  create(context) {
    const report = (node, call) => context.report({ node, messageId: 'clock', data: { call } });
    return {
      'NewExpression[callee.name="Date"]'(node) {
        if (node.arguments.length === 0) report(node, 'new Date()');
      },
      'CallExpression[callee.name="Date"]'(node) {
        report(node, 'Date()');
      },
      'CallExpression[callee.object.name="Date"][callee.property.name="now"]'(node) {
        report(node, 'Date.now()');
      },
      'CallExpression[callee.object.name="performance"][callee.property.name="now"]'(node) {
        report(node, 'performance.now()');
      },
    };
  },
};

export const rapportRules = {
  meta: { name: 'rapport' },
  rules: { 'file-name': fileName, 'owned-todo': ownedTodo, 'injected-clock': injectedClock },
};
