import { AppError } from '../errors.js';

/** Waits for work that others may wait for too, no longer than this caller's own deadline. */
export async function beforeDeadline<T>(work: Promise<T>, deadline: Date | undefined, now: () => number): Promise<T> {
  if (deadline === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const late = (): void =>
      reject(new AppError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'Rights were not known in time.'));
    timer = setTimeout(late, Math.max(0, deadline.getTime() - now()));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
