import { AppError } from '@rapport/service-kit/errors';

/**
 * Runs statements of the engine; what fails there is the engine's trouble and
 * never the event's, so a consumer tries again for as long as it takes.
 */
export async function withEngine<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('UNAVAILABLE', 'ENGINE_UNAVAILABLE', 'The engine of the figures does not answer.', {}, [], {
      cause: error,
    });
  }
}
