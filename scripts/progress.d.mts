export interface Progress {
  line(text: string): void;
  step<T>(title: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T>;
}

export function createProgress(stream?: NodeJS.WriteStream | ProgressStream, now?: () => number): Progress;

/** The part of a terminal stream that progress needs. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export function seconds(milliseconds: number): string;
