import type {
  DescEnum,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
  FileRegistry,
} from '@bufbuild/protobuf';
import { readImage } from './image.js';
import { OptionReader, type FieldContract, type HttpContract, type RowKind, type RuleContract } from './options.js';

/** One rpc with what is declared of it. */
export interface MethodContract {
  /** `/rapport.deals.v1.DealsService/WinDeal`. */
  readonly path: string;
  readonly desc: DescMethod;
  readonly rule: RuleContract;
  /** Absent for an rpc that has no HTTP face. */
  readonly http?: HttpContract;
  /** Whether a repeated call does no harm: it only reads. */
  readonly readOnly: boolean;
}

/** A message with rights of its own. */
export interface ResourceContract {
  /** `deals.deal`. */
  readonly name: string;
  readonly desc: DescMessage;
  readonly rows: RowKind;
  /** Of a CHILD_OF resource. */
  readonly parent?: string;
  /** Actions beside create, import, read, update and delete, from the rpcs' rules and the declaration. */
  readonly verbs: readonly string[];
}

const STANDARD_ACTIONS = new Set(['create', 'import', 'read', 'update', 'delete']);

/** Everything that the descriptor image declares, looked up by name. */
export class Contracts {
  private readonly options: OptionReader;
  private readonly methodsByPath = new Map<string, MethodContract>();
  private readonly resourcesByName = new Map<string, ResourceContract>();
  private readonly resourcesByMessage = new Map<DescMessage, ResourceContract>();
  private readonly fieldRules = new WeakMap<DescField, FieldContract>();

  constructor(readonly registry: FileRegistry) {
    this.options = new OptionReader(registry);
    for (const service of this.services()) for (const method of service.methods) this.addMethod(service, method);
    for (const file of this.files()) for (const message of messagesIn(file.messages)) this.addResource(message);
  }

  /** The rpc of a gRPC path. Throws for one that is not declared. */
  method(path: string): MethodContract {
    return found(this.methodsByPath.get(path), 'rpc', path);
  }

  /** All rpcs; of one proto package, `rapport.deals.v1`, when it is named. */
  methods(protoPackage?: string): MethodContract[] {
    return [...this.methodsByPath.values()].filter(
      ({ desc }) => protoPackage === undefined || desc.parent.file.proto.package === protoPackage,
    );
  }

  /** All services; of one proto package when it is named. */
  services(protoPackage?: string): DescService[] {
    return this.files()
      .filter(({ proto }) => protoPackage === undefined || proto.package === protoPackage)
      .flatMap(({ services }) => services);
  }

  resource(name: string): ResourceContract {
    return found(this.resourcesByName.get(name), 'resource', name);
  }

  resources(): ResourceContract[] {
    return [...this.resourcesByName.values()];
  }

  /** The resource that a message is; undefined for any other message. */
  resourceOfMessage(desc: DescMessage): ResourceContract | undefined {
    return this.resourcesByMessage.get(desc);
  }

  /** What is declared of a field; every property has a value where nothing is. */
  fieldRule(field: DescField): FieldContract {
    let rule = this.fieldRules.get(field);
    if (!rule) {
      rule = this.options.field(field);
      this.fieldRules.set(field, rule);
    }
    return rule;
  }

  /** A message by its full name, `rapport.deals.v1.Deal`. */
  message(fullName: string): DescMessage {
    return found(this.registry.getMessage(fullName), 'message', fullName);
  }

  findMessage(fullName: string): DescMessage | undefined {
    return this.registry.getMessage(fullName);
  }

  enum(fullName: string): DescEnum {
    return found(this.registry.getEnum(fullName), 'enum', fullName);
  }

  /** Whether values of this message, or of any message within it, are checked by protovalidate. */
  hasValidation(desc: DescMessage): boolean {
    return this.options.validated(desc);
  }

  private files(): DescFile[] {
    return [...this.registry.files].filter(({ proto }) => proto.package.startsWith('rapport.'));
  }

  private addMethod(service: DescService, desc: DescMethod): void {
    const path = `/${service.typeName}/${desc.name}`;
    const rule = this.options.rule(desc);
    const http = this.options.http(desc);
    const readOnly = rule.action === 'read' || this.options.withoutSideEffects(desc);
    this.methodsByPath.set(path, { path, desc, rule, readOnly, ...(http ? { http } : {}) });
  }

  private addResource(desc: DescMessage): void {
    const declared = this.options.resource(desc);
    if (!declared) return;
    const named = this.methods().flatMap(({ rule }) =>
      rule.resource === declared.name && !STANDARD_ACTIONS.has(rule.action) ? [rule.action] : [],
    );
    const resource: ResourceContract = {
      name: declared.name,
      desc,
      rows: declared.rows,
      ...(declared.parent === '' ? {} : { parent: declared.parent }),
      verbs: [...new Set([...named, ...declared.verbs])].sort(),
    };
    this.resourcesByName.set(resource.name, resource);
    this.resourcesByMessage.set(desc, resource);
  }
}

function* messagesIn(messages: readonly DescMessage[]): Generator<DescMessage> {
  for (const message of messages) {
    yield message;
    yield* messagesIn(message.nestedMessages);
  }
}

function found<T>(value: T | undefined, kind: string, name: string): T {
  if (value === undefined)
    throw new Error(`The contracts declare no ${kind} "${name}". Is the image older than the .proto files?`);
  return value;
}

/** The contracts of this build, read when the process begins. */
export const contracts = new Contracts(readImage());
