import type { Pipeline, Stage } from '@rapport/contracts/rapport/deals/v1/pipeline';
import { resourceHead } from '@rapport/service-kit/data';
import { canonicalDecimal } from '@rapport/service-kit/money';
import type { Pipeline as PipelineRow, Prisma, Stage as StageRow } from '../generated/prisma/client.js';

/** A stage as it is read, or as it is about to be written. */
type StageColumns = Pick<StageRow, 'id' | 'displayName'> & { readonly probability: { toString(): string } | null };

export function toProto(row: PipelineRow & { readonly stages: readonly StageColumns[] }): Pipeline {
  return {
    ...resourceHead(row),
    displayName: row.displayName,
    stages: row.stages.map(({ id, displayName, probability }) => ({
      id,
      displayName,
      probability: probability === null ? undefined : { value: canonicalDecimal(probability) },
    })),
    defaultPipeline: row.defaultPipeline,
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(pipeline: Pipeline) {
  return { displayName: pipeline.displayName, defaultPipeline: pipeline.defaultPipeline };
}

export function toStageRows(pipelineId: string, stages: readonly Stage[]) {
  return stages.map(({ id, displayName, probability }, ordinal) => ({
    id,
    pipelineId,
    ordinal,
    displayName,
    probability: probability?.value ?? null,
  })) satisfies Prisma.StageCreateManyInput[];
}
