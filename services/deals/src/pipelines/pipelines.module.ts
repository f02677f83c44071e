import { Module } from '@nestjs/common';
import { DefaultPipeline } from './default-pipeline.service.js';
import { LossReasonsService } from './loss-reasons.service.js';
import { PipelinesController } from './pipelines.controller.js';
import { PipelinesService } from './pipelines.service.js';

@Module({
  controllers: [PipelinesController],
  providers: [PipelinesService, LossReasonsService, DefaultPipeline],
  exports: [PipelinesService],
})
export class PipelinesModule {}
