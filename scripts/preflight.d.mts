export function missingTools(machine: {
  needsJava: boolean;
  needsMaven: boolean;
  needsGo: boolean;
  nodeVersion: string;
  javaHome?: string;
  /** What a program answers, or undefined when it cannot be run. */
  ask: (program: string, args: string[]) => string | undefined;
}): string[];
