import type { DescField } from '@bufbuild/protobuf';
import type { Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import type { Binding } from './bindings.js';
import { type Faults, type MessageReader, compileReader } from './json-reader.js';
import { type MessageWriter, compileWriter } from './json-writer.js';
import { nameGate, readGate, resourceOf, textField } from './message-fields.js';
import { parameterName } from './path-template.js';
import { refuse } from './query.js';
import { type AssemblyPlan, type RequestParts, assemble, planAssembly } from './request-assembly.js';

const MAX_DEPTH = 50;

/** What an answer is, for caches. */
export type Freshness =
  | { readonly kind: 'none' }
  /** One row: its version is its etag. */
  | { readonly kind: 'resource'; readonly etag: DescField }
  /** Figures of one state of the data. */
  | { readonly kind: 'figure'; readonly datasetVersion: DescField };

interface Compiled {
  readonly read: MessageReader;
  readonly write: MessageWriter;
}

/** One HTTP route with everything about it that does not change from request to request. */
export class TranscodedRoute {
  readonly freshness: Freshness;
  /** Whether the request names the version that it changes. */
  readonly changesVersion: boolean;
  readonly parameters: readonly string[];
  private readonly plan: AssemblyPlan;
  /** By set of rights; the kit keeps equal sets once, and forgets those that nobody uses. */
  private readonly compiled = new WeakMap<Masks, Compiled>();

  constructor(readonly binding: Binding) {
    this.plan = planAssembly(binding);
    this.changesVersion = this.plan.etag !== undefined;
    this.parameters = binding.pathFields.map((_, index) => parameterName(index));
    this.freshness = freshnessOf(binding);
  }

  /** The request message. Throws an AppError with every fault of names or form. */
  encode(parts: RequestParts, masks: Masks): Uint8Array {
    const json = assemble(this.plan, parts);
    const faults: Faults = { unknown: [], invalid: [] };
    const bytes = this.of(masks).read(json, faults);
    refuse(faults.unknown, faults.invalid);
    return bytes;
  }

  /** The answer as this caller may see it. */
  json(answer: Buffer, masks: Masks): string {
    return this.of(masks).write(answer);
  }

  private of(masks: Masks): Compiled {
    const known = this.compiled.get(masks);
    if (known !== undefined) return known;
    const { rpc, resource } = this.binding;
    const { registry } = contracts;
    const compiled = {
      read: compileReader(rpc.input, resource, { gate: nameGate(masks), registry, resourceOf, maxDepth: MAX_DEPTH }),
      write: compileWriter(rpc.output, resource, { gate: readGate(masks), registry, resourceOf }),
    };
    this.compiled.set(masks, compiled);
    return compiled;
  }
}

function freshnessOf({ rpc }: Binding): Freshness {
  const etag = textField(rpc.output, 'etag');
  if (etag !== undefined && resourceOf(rpc.output) !== '') return { kind: 'resource', etag };
  const datasetVersion = textField(rpc.output, 'dataset_version');
  return datasetVersion === undefined ? { kind: 'none' } : { kind: 'figure', datasetVersion };
}
