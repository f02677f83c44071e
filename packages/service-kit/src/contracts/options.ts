import {
  getOption,
  hasOption,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';

/** How the rows of a resource are scoped. */
export type RowKind = 'OWNED' | 'CHILD_OF' | 'REFERENCE';

export type Callers = 'PERMITTED' | 'SERVICES' | 'AUTHENTICATED';

/** What an rpc needs: `rapport.access.v1.rule`. */
export interface RuleContract {
  /** Empty for an rpc that needs no permission. */
  readonly resource: string;
  readonly action: string;
  readonly callers: Callers;
}

/** How an rpc is reached over HTTP: `google.api.http`. */
export interface HttpContract {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its variables: `/v1/deals/{deal_id}:win`. */
  readonly path: string;
  /** Field that is the body, `*` for all that the path does not hold, empty for none. */
  readonly body: string;
}

/** What is declared of a field: `rapport.access.v1.field` and `google.api.field_behavior`. */
export interface FieldContract {
  /** Access group within the resource; "" is the common one. */
  readonly group: string;
  /** Resource whose group decides, where it is not the message's own; else "". */
  readonly resource: string;
  /** Name of the sibling that holds the person's id; else "". */
  readonly personal: string;
  /** Resource that the id refers to; else "". */
  readonly references: string;
  readonly importOnly: boolean;
  readonly outputOnly: boolean;
  readonly immutable: boolean;
  readonly required: boolean;
}

export interface DeclaredResource {
  readonly name: string;
  readonly rows: RowKind;
  readonly parent: string;
  readonly verbs: readonly string[];
}

// Numbers of the enums in rapport/access/v1/access.proto and google/api/field_behavior.proto.
const ROWS: Readonly<Record<number, RowKind>> = { 1: 'OWNED', 2: 'CHILD_OF', 3: 'REFERENCE' };
const CALLERS: readonly Callers[] = ['PERMITTED', 'SERVICES', 'AUTHENTICATED'];
const REQUIRED = 2;
const OUTPUT_ONLY = 3;
const IMMUTABLE = 5;
const HTTP_VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The options as the image's own extensions spell them. */
interface Spelled {
  'rapport.access.v1.rule': { resource: string; action: string; callers: number };
  'rapport.access.v1.resource': { name: string; rows: number; parent: string; verbs: string[] };
  'rapport.access.v1.field': {
    group: string;
    resource: string;
    personal: string;
    references: string;
    importOnly: boolean;
  };
  'google.api.http': { pattern: { case?: string; value?: unknown }; body: string };
  'google.api.field_behavior': number[];
}

/** Reads the options of the contracts; the only place that knows how they are spelled. */
export class OptionReader {
  private readonly validatedMessages = new Map<DescMessage, boolean>();

  constructor(private readonly registry: FileRegistry) {}

  rule(method: DescMethod): RuleContract {
    const { resource = '', action = '', callers = 0 } = this.read(method, 'rapport.access.v1.rule') ?? {};
    return { resource, action, callers: CALLERS[callers] ?? 'PERMITTED' };
  }

  http(method: DescMethod): HttpContract | undefined {
    const declared = this.read(method, 'google.api.http');
    const verb = HTTP_VERBS.find((name) => name.toLowerCase() === declared?.pattern.case);
    if (!declared || !verb || typeof declared.pattern.value !== 'string') return undefined;
    return { verb, path: declared.pattern.value, body: declared.body };
  }

  withoutSideEffects(method: DescMethod): boolean {
    return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  }

  resource(message: DescMessage): DeclaredResource | undefined {
    const declared = this.read(message, 'rapport.access.v1.resource');
    if (!declared) return undefined;
    const rows = ROWS[declared.rows];
    if (!rows) throw new Error(`${message.typeName} is a resource without a row kind.`);
    return { name: declared.name, rows, parent: declared.parent, verbs: declared.verbs };
  }

  field(field: DescField): FieldContract {
    const {
      group = '',
      resource = '',
      personal = '',
      references = '',
      importOnly = false,
    } = this.read(field, 'rapport.access.v1.field') ?? {};
    const behavior = this.read(field, 'google.api.field_behavior') ?? [];
    return {
      group,
      resource,
      personal,
      references,
      importOnly,
      outputOnly: behavior.includes(OUTPUT_ONLY),
      immutable: behavior.includes(IMMUTABLE),
      required: behavior.includes(REQUIRED),
    };
  }

  validated(message: DescMessage): boolean {
    const known = this.validatedMessages.get(message);
    if (known !== undefined) return known;
    const reached = reachable(message);
    const validated = [...reached].some((it) => this.hasOwnRules(it));
    this.validatedMessages.set(message, validated);
    return validated;
  }

  private hasOwnRules(message: DescMessage): boolean {
    return (
      this.declares(message, 'buf.validate.message') ||
      message.oneofs.some((oneof) => this.declares(oneof, 'buf.validate.oneof')) ||
      message.fields.some((field) => this.declares(field, 'buf.validate.field'))
    );
  }

  /** What the image declares under `name`; undefined where nothing is. */
  private read<N extends keyof Spelled>(of: Described, name: N): Spelled[N] | undefined {
    return this.declares(of, name)
      ? (getOption(of as unknown as DescFile, this.extension(name)) as Spelled[N])
      : undefined;
  }

  private declares(of: Described, name: string): boolean {
    return hasOption(of as unknown as DescFile, this.extension(name));
  }

  /**
   * An extension of whatever kind of declaration it belongs to: the compiler
   * cannot know which extends which, the names above do.
   */
  private extension(name: string): never {
    const extension = this.registry.getExtension(name);
    if (!extension) throw new Error(`The contracts declare no option "${name}".`);
    return extension as never;
  }
}

type Described = DescMethod | DescMessage | DescField | DescOneof;

function reachable(message: DescMessage, seen = new Set<DescMessage>()): Set<DescMessage> {
  if (seen.has(message)) return seen;
  seen.add(message);
  for (const field of message.fields) {
    if (field.message) reachable(field.message, seen);
  }
  return seen;
}
