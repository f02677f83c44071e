// Takes spans by OTLP over HTTP in JSON, as a real collector would, and hands them to the tests.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace that no client began. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Everything that was sent of it, its resource included. */
  readonly sent: string;
}

/** What the tests need of an ExportTraceServiceRequest. */
interface Export {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly SpanMessage[] }[];
  }[];
}
interface SpanMessage {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: readonly KeyValue[];
}
interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export class TraceCollector {
  readonly #spans = new Map<string, CollectedSpan[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(
        (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
        () => response.writeHead(400).end(),
      );
    });
  }

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Settings under which the platform sends its spans here. Only those of traces that the client wants recorded: the
   * suites that ask for none pay next to nothing.
   */
  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const path = request.url ?? '';
    if (request.method === 'GET') return this.#spans.get(path.replace('/traces/', '')) ?? [];
    if (path !== '/v1/traces') throw new Error(`Nothing is sent to ${path}.`);
    for (const span of spansOf(JSON.parse(await text(request)) as Export)) {
      const known = this.#spans.get(span.traceId);
      if (known) known.push(span);
      else this.#spans.set(span.traceId, [span]);
    }
    return {};
  }
}

/** The spans of one trace that have arrived so far at the collector of this address. */
export async function collectedSpans(collectorUrl: string, traceId: string): Promise<CollectedSpan[]> {
  const response = await fetch(`${collectorUrl}/traces/${traceId}`);
  return (await response.json()) as CollectedSpan[];
}

function spansOf({ resourceSpans = [] }: Export): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        service: String(attributesOf(resource?.attributes)['service.name']),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        attributes: attributesOf(span.attributes),
        sent: JSON.stringify([resource, span]),
      })),
    ),
  );
}

function attributesOf(pairs: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}
