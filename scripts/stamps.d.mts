export function hashOf(root: string, paths: string[]): string;
export function stampOf(folder: string, name: string): string | undefined;
export function writeStamp(folder: string, name: string, value: string): void;
