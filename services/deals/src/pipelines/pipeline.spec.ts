import type { Pipeline, Stage } from '@rapport/contracts/rapport/deals/v1/pipeline';
import { defaultPipeline, keptAndNewStages, newStages } from './pipeline.js';

const stage = (id: string, displayName = id): Stage => ({ id, displayName, probability: undefined });
const pipeline = (...stages: Stage[]): Pipeline => ({ id: 'p', stages }) as unknown as Pipeline;

it('makes the ids of new stages itself', () => {
  const [made] = newStages(pipeline(stage('sent')));
  expect(made?.id).not.toBe('sent');
});

describe('a changed pipeline', () => {
  it('keeps what is sent with its id, in the new order, and adds what has none', () => {
    const stages = keptAndNewStages(
      pipeline(stage('a'), stage('b')),
      pipeline(stage('b'), stage('', 'new'), stage('a')),
    );
    expect(stages.map(({ displayName }) => displayName)).toEqual(['b', 'new', 'a']);
    expect(stages[0]?.id).toBe('b');
    expect(stages[1]?.id).not.toBe('');
  });

  it.each([
    ['of another pipeline', pipeline(stage('x'))],
    ['sent twice', pipeline(stage('a'), stage('a'))],
  ])('refuses a stage %s', (_case, wanted) =>
    expect(() => keptAndNewStages(pipeline(stage('a')), wanted)).toThrow('kept once'),
  );
});

it('begins with the five stages of D02', () => expect(defaultPipeline().stages).toHaveLength(5));
