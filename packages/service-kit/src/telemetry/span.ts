import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { isFault } from '../errors/app-error.js';
import { ATTRIBUTES, type SpanAttributes } from './attributes.js';
import { recordsSpans } from './trace-context.js';

export type SpanRole = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

const KINDS: Readonly<Record<SpanRole, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const tracer = trace.getTracer('rapport');

/**
 * Runs `fn` as a span of the current trace. Costs nothing while spans are not
 * recorded. A failure marks the span with its reason, never with its text,
 * which may name people.
 */
export async function withSpan<T>(
  name: string,
  attributes: SpanAttributes,
  fn: () => Promise<T>,
  role: SpanRole = 'internal',
): Promise<T> {
  if (!recordsSpans()) return fn();
  return tracer.startActiveSpan(name, { kind: KINDS[role], attributes }, async (span) => {
    try {
      return await fn();
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds to the span that runs now what was learned only inside it. */
export function annotateSpan(attributes: SpanAttributes): void {
  if (recordsSpans()) trace.getActiveSpan()?.setAttributes(attributes);
}

function markFailed(span: Span, error: unknown): void {
  if (isFault(error)) span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(ATTRIBUTES.errorType, failureName(error));
}

function failureName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.name;
}
