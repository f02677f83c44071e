import {
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescMethod,
  type Registry,
  getOption,
  hasOption,
} from '@bufbuild/protobuf';
import { type PathTemplate, parsePathTemplate } from './path-template.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One `google.api.http` rule of one rpc, resolved against its messages. */
export interface Binding {
  readonly rpc: DescMethod;
  /** `/rapport.deals.v1.DealsService/GetDeal` */
  readonly grpcPath: string;
  readonly method: HttpMethod;
  readonly template: PathTemplate;
  /** `*`, a field of the request, or nothing. */
  readonly body: '*' | DescField | undefined;
  /** Fields that the path names, in the order of its variables. */
  readonly pathFields: readonly (readonly DescField[])[];
  /** What the rpc needs, from `rapport.access.v1.rule`. */
  readonly resource: string;
  readonly action: string;
}

interface HttpRule {
  readonly pattern: { readonly case?: string; readonly value?: unknown };
  readonly body: string;
  readonly responseBody: string;
  readonly additionalBindings: readonly HttpRule[];
}

interface AccessRule {
  readonly resource: string;
  readonly action: string;
}

const METHODS: Readonly<Record<string, HttpMethod>> = {
  get: 'GET',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

/** Every HTTP route that the image declares. Throws on the first rule that cannot be served. */
export function collectBindings(registry: Registry): Binding[] {
  const http = extension(registry, 'google.api.http');
  const access = extension(registry, 'rapport.access.v1.rule');
  const bindings: Binding[] = [];
  for (const type of registry) {
    if (type.kind !== 'service') continue;
    for (const rpc of type.methods) {
      if (!hasOption(rpc, http)) continue;
      const rule = getOption(rpc, http) as HttpRule;
      const need = hasOption(rpc, access) ? (getOption(rpc, access) as AccessRule) : { resource: '', action: '' };
      for (const one of [rule, ...rule.additionalBindings]) bindings.push(resolve(rpc, one, need));
    }
  }
  return bindings;
}

function resolve(rpc: DescMethod, rule: HttpRule, need: AccessRule): Binding {
  const where = `${rpc.parent.typeName}.${rpc.name}`;
  const method = METHODS[rule.pattern.case ?? ''];
  if (method === undefined || typeof rule.pattern.value !== 'string')
    throw new Error(`${where}: the HTTP method is not supported.`);
  if (rpc.methodKind !== 'unary') throw new Error(`${where}: only unary rpcs have an HTTP rule.`);
  if (rule.responseBody !== '') throw new Error(`${where}: response_body is not supported.`);
  if ((method === 'GET' || method === 'DELETE') && rule.body !== '')
    throw new Error(`${where}: ${method} has no body.`);
  const template = parsePathTemplate(rule.pattern.value);
  const pathFields = template.segments.flatMap((segment) =>
    segment.kind === 'variable' ? [fieldPath(rpc.input, segment.path, where)] : [],
  );
  return {
    rpc,
    grpcPath: `/${rpc.parent.typeName}/${rpc.name}`,
    method,
    template,
    body: rule.body === '' || rule.body === '*' ? rule.body || undefined : fieldPath(rpc.input, [rule.body], where)[0],
    pathFields,
    resource: need.resource,
    action: need.action,
  };
}

function fieldPath(message: DescMessage, names: readonly string[], where: string): DescField[] {
  const fields: DescField[] = [];
  let current: DescMessage | undefined = message;
  for (const name of names) {
    const field: DescField | undefined = current?.fields.find((candidate) => candidate.name === name);
    if (field === undefined)
      throw new Error(`${where}: the HTTP rule names "${names.join('.')}", which does not exist.`);
    fields.push(field);
    current = field.fieldKind === 'message' ? field.message : undefined;
  }
  return fields;
}

function extension(registry: Registry, name: string): DescExtension {
  const found = registry.getExtension(name);
  if (found === undefined) throw new Error(`The descriptor image lacks ${name}.`);
  return found;
}
