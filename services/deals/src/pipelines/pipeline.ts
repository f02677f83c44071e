import type { Pipeline, Stage } from '@rapport/contracts/rapport/deals/v1/pipeline';
import { AppError } from '@rapport/service-kit/errors';
import { v7 as uuidv7 } from 'uuid';

/** The stages of a new pipeline: their ids are ours to make, whatever was sent. */
export function newStages(pipeline: Pipeline): Stage[] {
  return pipeline.stages.map((stage) => ({ ...stage, id: uuidv7() }));
}

/**
 * The stages of a changed pipeline, in their new order: those that are sent
 * with an id of this pipeline are kept, those without one are new.
 *
 * @throws INVALID_ARGUMENT/STAGE_NOT_IN_PIPELINE for an id of another pipeline or sent twice
 */
export function keptAndNewStages(before: Pipeline, wanted: Pipeline): Stage[] {
  const known = new Set(before.stages.map((stage) => stage.id));
  return wanted.stages.map((stage, index) => {
    if (stage.id === '') return { ...stage, id: uuidv7() };
    if (known.delete(stage.id)) return stage;
    throw new AppError(
      'INVALID_ARGUMENT',
      'STAGE_NOT_IN_PIPELINE',
      'A stage can be kept once, in its own pipeline.',
      { stageId: stage.id },
      [{ field: `pipeline.stages[${index}].id`, description: 'Not a stage of this pipeline, or sent twice.' }],
    );
  });
}

export function stageInUse(): AppError {
  return new AppError('FAILED_PRECONDITION', 'STAGE_IN_USE', 'Open deals stand there: move them first.');
}

export function secondDefault(other: string): AppError {
  return new AppError(
    'FAILED_PRECONDITION',
    'DEFAULT_PIPELINE_EXISTS',
    `"${other}" is the default pipeline: take that from it first.`,
  );
}

/** The five stages of the field (D02), with which a company begins. */
const DEFAULT_STAGES = [
  'Демонстрация/Презентация',
  'Подготовка предложения',
  'Принятие решения',
  'Подготовка, согласование и подписание договора',
  'Документы, передача в монтаж',
];

/** The pipeline that a company without one gets; an administrator changes it as he likes. */
export function defaultPipeline(): Pipeline {
  return {
    id: '',
    etag: '',
    createTime: undefined,
    updateTime: undefined,
    deleteTime: undefined,
    externalId: undefined,
    displayName: 'Продажи',
    stages: DEFAULT_STAGES.map((displayName) => ({ id: '', displayName, probability: undefined })),
    defaultPipeline: true,
  };
}

/** Where a new deal stands. */
export interface Beginning {
  readonly pipelineId: string;
  readonly firstStageId: string;
  readonly stageIds: ReadonlySet<string>;
}

/** @throws FAILED_PRECONDITION/NO_DEFAULT_PIPELINE when a deal names no pipeline and there is no default one */
export function beginning(
  pipeline: { readonly id: string; readonly stages: readonly { readonly id: string }[] } | undefined,
  at: string,
): Beginning {
  const first = pipeline?.stages[0];
  if (!pipeline || !first) {
    throw new AppError('FAILED_PRECONDITION', 'NO_DEFAULT_PIPELINE', 'No pipeline is the default one: name one.', {}, [
      { field: `${at}.pipeline_id`, description: 'Needed while no pipeline is the default one.' },
    ]);
  }
  return { pipelineId: pipeline.id, firstStageId: first.id, stageIds: new Set(pipeline.stages.map(({ id }) => id)) };
}
