import { randomUUID } from 'node:crypto';
import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

// Registered whether or not spans are exported: a log line and a problem carry
// a trace id in both cases, and the code that asks for it stays the same.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** Whether spans are recorded in this process; set once, by `startTelemetry`. */
let recording = false;

export function recordSpans(on: boolean): void {
  recording = on;
}

export function recordsSpans(): boolean {
  return recording;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** W3C trace context of what runs now; empty outside any. */
export function currentTraceparent(): string {
  const current = trace.getSpanContext(context.active());
  return current === undefined ? '' : format(current);
}

/** Trace id of what runs now; empty outside any. */
export function currentTraceId(): string {
  return trace.getSpanContext(context.active())?.traceId ?? '';
}

/** The trace id inside a traceparent; empty when it is none. */
export function traceIdOf(traceparent: string): string {
  return TRACEPARENT.exec(traceparent)?.[1] ?? '';
}

/** A trace of its own, for work that nobody's request has caused. */
export function newTraceparent(): string {
  return format(newSpanContext());
}

/** Runs `fn` as a part of the trace given; of a new one where the text is missing or not valid. */
export function runWithTraceparent<T>(traceparent: string | undefined, fn: () => T): T {
  return context.with(contextOf(traceparent), fn);
}

function contextOf(traceparent: string | undefined): Context {
  const parent = parse(traceparent);
  // Where spans are recorded, the first span begins the trace; an invented
  // parent would be missing from it for ever.
  if (!parent && recording) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, parent ?? newSpanContext());
}

function parse(traceparent: string | undefined): SpanContext | undefined {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (!match) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = match;
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

function newSpanContext(): SpanContext {
  // randomUUID draws from a pool of entropy and is by far the cheapest source.
  return { traceId: hex(), spanId: hex().slice(16), traceFlags: TraceFlags.NONE, isRemote: true };
}

function hex(): string {
  return randomUUID().replaceAll('-', '');
}

function format({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
}
