import { AppError, toProblem } from '@rapport/service-kit/errors';
import type { FastifyReply } from 'fastify';
import { traceIdOf } from '@rapport/service-kit/telemetry';

/** Sends any error as the problem it is, with the trace id of the request. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = toProblem(asRequestFault(error), traceIdOf(reply.request.traceparent));
  // A tag or a rate of the answer that was about to be sent does not describe this one.
  reply.removeHeader('etag');
  // As bytes: to a text Fastify would add a charset, which this type does not have.
  return reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(JSON.stringify(body)));
}

/** Faults that Fastify finds in a request before any of our code runs. */
const FASTIFY_FAULTS: Readonly<Record<string, () => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new AppError('INVALID_ARGUMENT', 'TOO_LARGE', 'The body is larger than this address takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new AppError('INVALID_ARGUMENT', 'UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () => new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The address is not a valid URL.'),
  FST_ERR_MAX_PARAM_LENGTH: () => new AppError('INVALID_ARGUMENT', 'URI_TOO_LONG', 'The address is too long.'),
};

function asRequestFault(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  const fault = typeof code === 'string' ? FASTIFY_FAULTS[code] : undefined;
  return fault?.() ?? error;
}
