import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, getOption, hasOption } from '@bufbuild/protobuf';
import type { DescExtension, DescField, DescFile, DescMessage, DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { DescriptorProto, EnumDescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

export type Rows = 'UNSPECIFIED' | 'OWNED' | 'CHILD_OF' | 'REFERENCE';
export type Callers = 'ANYBODY' | 'SERVICES' | 'AUTHENTICATED';

/** `rapport.access.v1.resource` as declared. */
export interface ResourceOption {
  readonly name: string;
  readonly rows: Rows;
  readonly parent: string;
  readonly verbs: readonly string[];
}

/** `rapport.access.v1.field` as declared. */
export interface FieldOption {
  readonly group: string;
  readonly resource: string;
  readonly personal: string;
  readonly references: string;
  readonly importOnly: boolean;
}

/** `rapport.access.v1.rule` as declared. */
export interface RuleOption {
  readonly resource: string;
  readonly action: string;
  readonly callers: Callers;
}

/** `google.api.http` as declared: one method and path. */
export interface HttpOption {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Where a declaration stands and what is written above it. */
interface Source {
  readonly line: number;
  readonly comment: string;
}

interface ResourceMessage {
  name: string;
  rows: number;
  parent: string;
  verbs: string[];
}
interface FieldMessage {
  group: string;
  resource: string;
  personal: string;
  references: string;
  importOnly: boolean;
}
interface RuleMessage {
  resource: string;
  action: string;
  callers: number;
}
interface HttpMessage {
  pattern: { case: string; value: string };
  body: string;
}

const ROWS: readonly Rows[] = ['UNSPECIFIED', 'OWNED', 'CHILD_OF', 'REFERENCE'];
const CALLERS: readonly Callers[] = ['ANYBODY', 'SERVICES', 'AUTHENTICATED'];

/** The descriptor image with our options typed and the source positions at hand. */
export class ContractImage {
  /** Files of ours, by name; imports of others are left out. */
  readonly files: readonly DescFile[];
  private readonly registry: FileRegistry;
  private readonly sources = new Map<unknown, Source>();

  constructor(binary: Uint8Array) {
    this.registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, binary));
    this.files = [...this.registry.files]
      .filter((file) => file.proto.package.startsWith('rapport.'))
      .sort((a, b) => a.proto.name.localeCompare(b.proto.name));
    for (const file of this.files) this.readSources(file.proto);
  }

  static read(path: string): ContractImage {
    return new ContractImage(readFileSync(path));
  }

  /** All messages of ours, nested ones included. */
  *messages(): Generator<DescMessage> {
    function* within(messages: readonly DescMessage[]): Generator<DescMessage> {
      for (const message of messages) {
        yield message;
        yield* within(message.nestedMessages);
      }
    }
    for (const file of this.files) yield* within(file.messages);
  }

  *methods(): Generator<DescMethod> {
    for (const file of this.files) for (const service of file.services) yield* service.methods;
  }

  resource(message: DescMessage): ResourceOption | undefined {
    const extension = this.extension('rapport.access.v1.resource');
    if (!hasOption(message, extension)) return undefined;
    const option = getOption(message, extension) as unknown as ResourceMessage;
    return { name: option.name, rows: ROWS[option.rows] ?? 'UNSPECIFIED', parent: option.parent, verbs: option.verbs };
  }

  field(field: DescField): FieldOption | undefined {
    const extension = this.extension('rapport.access.v1.field');
    return hasOption(field, extension) ? (getOption(field, extension) as unknown as FieldMessage) : undefined;
  }

  rule(method: DescMethod): RuleOption | undefined {
    const extension = this.extension('rapport.access.v1.rule');
    if (!hasOption(method, extension)) return undefined;
    const option = getOption(method, extension) as unknown as RuleMessage;
    return { resource: option.resource, action: option.action, callers: CALLERS[option.callers] ?? 'ANYBODY' };
  }

  http(method: DescMethod): HttpOption | undefined {
    const extension = this.registry.getExtension('google.api.http');
    if (!extension || !hasOption(method, extension)) return undefined;
    const option = getOption(method, extension) as unknown as HttpMessage;
    return { method: option.pattern.case.toUpperCase(), path: option.pattern.value, body: option.body };
  }

  /** `<file>:<line>` of a declaration, as an editor opens it. */
  where(declaration: { readonly proto: unknown }, file: DescFile): string {
    return `proto/${file.proto.name}:${this.sources.get(declaration.proto)?.line ?? 1}`;
  }

  /** The comment above a declaration as one paragraph. */
  comment(declaration: { readonly proto: unknown }): string {
    return this.sources.get(declaration.proto)?.comment ?? '';
  }

  private extension(name: string): DescExtension {
    const extension = this.registry.getExtension(name);
    if (!extension) throw new Error(`The image does not declare ${name}`);
    return extension;
  }

  /** descriptor.proto addresses a declaration by field numbers and indexes; the numbers below are its own. */
  private readSources(file: FileDescriptorProto): void {
    const locations = new Map((file.sourceCodeInfo?.location ?? []).map((entry) => [entry.path.join('.'), entry]));
    const note = (declaration: unknown, path: string): void => {
      const location = locations.get(path);
      const comment = (location?.leadingComments ?? '').replaceAll(/\s+/g, ' ').trim();
      this.sources.set(declaration, { line: (location?.span[0] ?? 0) + 1, comment });
    };
    const noteEnum = (declaration: EnumDescriptorProto, path: string): void => {
      note(declaration, path);
      declaration.value.forEach((value, index) => note(value, `${path}.2.${index}`));
    };
    const noteMessage = (declaration: DescriptorProto, path: string): void => {
      note(declaration, path);
      declaration.field.forEach((field, index) => note(field, `${path}.2.${index}`));
      declaration.nestedType.forEach((nested, index) => noteMessage(nested, `${path}.3.${index}`));
      declaration.enumType.forEach((nested, index) => noteEnum(nested, `${path}.4.${index}`));
    };
    file.messageType.forEach((message, index) => noteMessage(message, `4.${index}`));
    file.enumType.forEach((declaration, index) => noteEnum(declaration, `5.${index}`));
    file.service.forEach((service, index) => {
      note(service, `6.${index}`);
      service.method.forEach((method, order) => note(method, `6.${index}.2.${order}`));
    });
  }
}
