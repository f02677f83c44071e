import { describe, expect, it } from '@jest/globals';
import { missingTools } from './preflight.mjs';

const machine = (programs: Record<string, string>, nodeVersion = '20.19.0') => ({
  needsJava: true,
  needsMaven: true,
  needsGo: true,
  nodeVersion,
  ask: (program: string): string | undefined => programs[program],
});
const whole = { java: 'openjdk version "17.0.15" 2025-04-15', mvn: 'Apache Maven 3.8.7', go: 'go version go1.26.8' };

describe('what a machine must have', () => {
  it('is nothing more than Node, Java, Maven and Go', () => {
    expect(missingTools(machine(whole))).toEqual([]);
  });

  it('is told in one sentence each', () => {
    const missing = missingTools(machine({}, '18.20.4'));
    expect(missing.map((sentence) => sentence.split(' ', 1)[0])).toEqual(['Node', 'Java', 'Maven', 'Go']);
  });

  it.each([
    ['1.8.0_402', 1],
    ['11.0.22', 1],
    ['17', 0],
    ['25.0.1', 0],
  ])('judges Java %s', (version, faults) => {
    expect(missingTools(machine({ ...whole, java: `openjdk version "${version}"` }))).toHaveLength(faults);
  });

  it('is only what the command needs', () => {
    expect(missingTools({ ...machine({}), needsJava: false, needsMaven: false, needsGo: false })).toEqual([]);
  });
});
