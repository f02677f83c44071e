import { ScalarType } from '@bufbuild/protobuf';
import type { DescField, DescFile, DescMessage, DescMethod } from '@bufbuild/protobuf';
import type { ContractImage, HttpOption, ResourceOption, RuleOption } from './contract-image.ts';

/** A place where a contract breaks a rule of docs/style.md, section Contracts. */
export interface Violation {
  /** Name of the rule, for example `rpc-has-access-rule`. */
  readonly rule: string;
  readonly where: string;
  readonly message: string;
}

const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const CRUD: Readonly<Record<string, { action: string; http: string }>> = {
  Create: { action: 'create', http: 'POST' },
  BatchCreate: { action: 'import', http: 'POST' },
  Get: { action: 'read', http: 'GET' },
  List: { action: 'read', http: 'GET' },
  Update: { action: 'update', http: 'PATCH' },
  Delete: { action: 'delete', http: 'DELETE' },
};
const CRUD_ACTIONS = new Set(['create', 'import', 'read', 'update', 'delete']);
const TRIO = { owner_id: 'contacts.employee', department_id: 'contacts.department', branch_id: 'contacts.branch' };
/** Past participles that do not end in `ed`. Another one is added here when a fact needs it. */
const IRREGULAR = new Set([
  'Won',
  'Lost',
  'Paid',
  'Sent',
  'Made',
  'Taken',
  'Given',
  'Held',
  'Begun',
  'Withdrawn',
  'Undone',
]);

const snakeCase = (name: string): string => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase();
const pascalCase = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Every rule that buf does not know: the access options, the shape of requests
 * and of events. Comments, names of enum values and packages are buf's part.
 */
export function contractViolations(image: ContractImage): Violation[] {
  const found: Violation[] = [];
  const report = (rule: string, declaration: { readonly proto: unknown }, file: DescFile, message: string): void => {
    found.push({ rule, where: image.where(declaration, file), message });
  };
  const resources = new Map<string, { option: ResourceOption; message: DescMessage }>();
  for (const message of image.messages()) {
    const option = image.resource(message);
    if (!option) continue;
    if (resources.has(option.name)) {
      report('resource-name', message, message.file, `resource ${option.name} is declared twice`);
    }
    resources.set(option.name, { option, message });
  }
  const groups = collectGroups(image);

  for (const { option, message } of resources.values()) checkResource(option, message);
  for (const message of image.messages()) for (const field of message.fields) checkField(message, field);
  checkGroupSpelling();
  checkMethods();
  for (const file of image.files) if (file.proto.name.endsWith('_events.proto')) checkEvents(file);
  return found;

  function checkResource(option: ResourceOption, message: DescMessage): void {
    const at = (rule: string, text: string): void =>
      report(rule, message, message.file, `${message.typeName}: ${text}`);
    const expected = `${message.file.proto.package.split('.')[1]}.${snakeCase(message.name)}`;
    if (option.name !== expected) at('resource-name', `resource is named ${option.name}, expected ${expected}`);
    if (option.rows === 'UNSPECIFIED') at('resource-rows', 'declares no row kind (OWNED, CHILD_OF or REFERENCE)');
    if ((option.rows === 'CHILD_OF') !== (option.parent !== '')) {
      at('resource-parent', 'a parent is named exactly when rows are CHILD_OF');
    }
    if (option.parent && !resources.has(option.parent))
      at('resource-parent', `parent ${option.parent} is not declared`);
    if (option.rows === 'OWNED') {
      for (const [name, references] of Object.entries(TRIO)) {
        const field = message.fields.find((candidate) => candidate.name === name);
        const right = field?.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
        if (!right || image.field(field)?.references !== references) {
          at('owned-trio', `OWNED rows need string ${name} that references ${references}`);
        }
      }
    }
    // An optional scalar is a oneof of its own making on the wire, and allowed.
    for (const oneof of message.oneofs) {
      if (!oneof.fields.every((field) => field.proto.proto3Optional))
        at('no-oneof', `oneof ${oneof.name} in a resource`);
    }
  }

  function checkField(message: DescMessage, field: DescField): void {
    const at = (rule: string, text: string): void =>
      report(rule, field, message.file, `${message.typeName}.${field.name}: ${text}`);
    const scalars = field.fieldKind === 'map' ? [field.mapKey, field.scalar] : [field.scalar];
    if (scalars.some((scalar) => scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT)) {
      at('no-float', 'float and double are not exact; use Money, Decimal or an integer');
    }
    const option = image.field(field);
    if (!option) return;
    if (option.references && !resources.has(option.references)) {
      at('references-known', `references ${option.references}, which no message declares`);
    }
    if (option.resource && !resources.has(option.resource)) {
      at('group-known', `takes its rights from ${option.resource}, which no message declares`);
    } else if (option.resource && !groups.get(option.resource)?.has(option.group)) {
      at('group-known', `${option.resource} has no group ${option.group || '(empty)'}`);
    }
    if (option.group && !SNAKE.test(option.group))
      at('group-spelling', `group ${option.group} is not lower_snake_case`);
    if (option.personal && !message.fields.some((sibling) => sibling.name === option.personal)) {
      at('personal-known', `personal names ${option.personal}, which is not a field beside it`);
    }
  }

  /** `bank_details` here and `bank_detail` there would be two rights that one administrator takes for one. */
  function checkGroupSpelling(): void {
    const spellings = new Map<string, string>();
    for (const message of image.messages()) {
      for (const field of message.fields) {
        const group = image.field(field)?.group;
        if (!group) continue;
        const key = group.toLowerCase().replaceAll('_', '').replace(/s$/, '');
        const first = spellings.get(key) ?? group;
        spellings.set(key, first);
        if (first !== group) {
          const text = `${message.typeName}.${field.name}: group ${group} is spelled ${first} elsewhere`;
          report('group-spelling', field, message.file, text);
        }
      }
    }
  }

  function checkMethods(): void {
    const routes = new Map<string, string>();
    for (const method of image.methods()) {
      const rule = image.rule(method);
      const http = image.http(method);
      const at = (name: string, text: string): void => {
        report(name, method, method.parent.file, `${method.parent.name}.${method.name}: ${text}`);
      };
      if (!rule) {
        at('rpc-has-access-rule', 'has no (rapport.access.v1.rule)');
        continue;
      }
      checkCallers(rule, http, at);
      if (rule.callers !== 'AUTHENTICATED') checkRight(method, rule, http, at);
      checkRequest(method, rule, at);
      if (http) checkRoute(http, rule, routes, method, at);
    }
  }

  function checkCallers(
    rule: RuleOption,
    http: HttpOption | undefined,
    at: (name: string, text: string) => void,
  ): void {
    if (rule.callers === 'SERVICES' && http) at('services-have-no-http', 'is for services alone and has an HTTP rule');
    if (rule.callers === 'ANYBODY' && !http) at('users-have-http', 'is for users and has no google.api.http');
    if (rule.callers === 'AUTHENTICATED' && (rule.resource || rule.action)) {
      at('rpc-rule-resource', 'needs no permission, so it names neither resource nor action');
    }
  }

  function checkRight(
    method: DescMethod,
    rule: RuleOption,
    http: HttpOption | undefined,
    at: (name: string, text: string) => void,
  ): void {
    const resource = resources.get(rule.resource);
    if (!resource)
      return at('rpc-rule-resource', `names resource ${rule.resource || '(none)'}, which no message declares`);
    if (resource.option.rows === 'CHILD_OF') {
      at('rpc-rule-resource', `${rule.resource} is CHILD_OF ${resource.option.parent}; name the parent`);
    }
    const prefix = Object.keys(CRUD).find((verb) => new RegExp(`^${verb}[A-Z]`).test(method.name));
    const standard = prefix ? CRUD[prefix] : undefined;
    if (standard && rule.action !== standard.action) {
      return at('rpc-rule-action', `action is ${rule.action || '(none)'}, expected ${standard.action}`);
    }
    if (standard && http && http.method !== standard.http)
      at('http-method', `is ${http.method}, expected ${standard.http}`);
    if (standard || (rule.action === 'read' && rule.callers === 'SERVICES')) return;
    if (CRUD_ACTIONS.has(rule.action) || !SNAKE.test(rule.action) || !method.name.startsWith(pascalCase(rule.action))) {
      return at('rpc-rule-action', `action ${rule.action || '(none)'} is not the verb that the rpc's name begins with`);
    }
    if (http && (http.method !== 'POST' || !http.path.endsWith(`:${camelCase(rule.action)}`))) {
      at('http-method', `a verb is POST …:${camelCase(rule.action)}`);
    }
  }

  function checkRequest(method: DescMethod, rule: RuleOption, at: (name: string, text: string) => void): void {
    const hasString = (name: string): boolean =>
      method.input.fields.some(
        (field) => field.name === name && field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING,
      );
    const creates = rule.action === 'create' || rule.action === 'import';
    if (creates && !hasString('request_id'))
      at('create-has-request-id', `${method.input.name} has no string request_id`);
    if (rule.action !== '' && rule.action !== 'read' && !creates && !hasString('etag')) {
      at('change-has-etag', `${method.input.name} has no top-level string etag`);
    }
    if (!/^List[A-Z]/.test(method.name)) return;
    const paged = method.input.fields.some((field) => field.name === 'page_size') && hasString('page_token');
    if (!paged || !method.output.fields.some((field) => field.name === 'next_page_token')) {
      at('list-is-paged', 'a list takes page_size and page_token and returns next_page_token');
    }
  }

  function checkRoute(
    http: HttpOption,
    rule: RuleOption,
    routes: Map<string, string>,
    method: DescMethod,
    at: (name: string, text: string) => void,
  ): void {
    const shape = `${http.method} ${http.path.replaceAll(/\{[^}]+\}/g, '{}')}`;
    const other = routes.get(shape);
    if (other) at('http-path', `${shape} is ${other} already`);
    routes.set(shape, `${method.parent.name}.${method.name}`);
    const segments = http.path
      .replace(/:[a-zA-Z]+$/, '')
      .split('/')
      .slice(2);
    const kebab = segments.every(
      (segment) => /^\{[a-z0-9_.]+\}$/.test(segment) || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(segment),
    );
    if (!http.path.startsWith('/v1/') || !kebab) at('http-path', `${http.path} is not /v1/<lower-kebab-plural>/…`);
    for (const [, path] of http.path.matchAll(/\{([^}]+)\}/g)) {
      const [first] = (path ?? '').split('.');
      if (!method.input.fields.some((field) => field.name === first)) {
        at('http-path', `{${path}} is no field of ${method.input.name}`);
      }
    }
    if (http.body && http.body !== '*' && !method.input.fields.some((field) => field.name === http.body)) {
      at('http-path', `body ${http.body} is no field of ${method.input.name}`);
    }
  }

  function checkEvents(file: DescFile): void {
    for (const message of file.messages) {
      const at = (rule: string, text: string): void => report(rule, message, file, `${message.name}: ${text}`);
      const [field] = message.fields;
      const state = field?.fieldKind === 'message' ? field.message : undefined;
      if (message.fields.length !== 1 || !state || !image.resource(state)) {
        at('event-full-state', 'an event has exactly one field: the whole resource after the change');
        continue;
      }
      if (field?.name !== snakeCase(state.name)) at('event-full-state', `its field is named ${snakeCase(state.name)}`);
      const verb = message.name.startsWith(state.name) ? message.name.slice(state.name.length) : '';
      if (!IRREGULAR.has(verb) && !/^([A-Z][a-z]+)*[A-Z][a-z]*ed$/.test(verb)) {
        at('event-past-tense', `an event is named ${state.name}<what happened, past tense>`);
      }
    }
  }
}

/** Groups that fields of a resource declare, by the resource's name; nested values of a resource count. */
function collectGroups(image: ContractImage): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const message of image.messages()) {
    const resource = image.resource(message)?.name;
    if (!resource) continue;
    const names = new Set<string>();
    const seen = new Set<DescMessage>();
    const visit = (current: DescMessage): void => {
      if (seen.has(current)) return;
      seen.add(current);
      for (const field of current.fields) {
        const option = image.field(field);
        if (option?.group && !option.resource) names.add(option.group);
        if (field.message && !image.resource(field.message)) visit(field.message);
      }
    };
    visit(message);
    groups.set(resource, names);
  }
  return groups;
}
