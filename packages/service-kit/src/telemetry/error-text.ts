/** What a log line tells of an error. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly cause?: ErrorDescription;
}

/**
 * Describes an error for the log: where it happened and what kind it is.
 * Left out is what may hold a customer's data: the fields that drivers attach
 * (`detail`, `where`, parameters) and the query that Prisma prints into its
 * message, of which only the last paragraph says what went wrong.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error))
    return { type: typeof error, message: typeof error === 'string' ? error : 'not an Error' };
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
  return {
    type: error.name,
    message: messageOf(error),
    ...(frames ? { stack: frames } : {}),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(error.cause !== undefined && depth < 4 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

function messageOf(error: Error): string {
  if (!error.name.startsWith('PrismaClient')) return error.message;
  return (
    error.message
      .trim()
      .split(/\n\s*\n/)
      .at(-1)
      ?.trim() ?? ''
  );
}
