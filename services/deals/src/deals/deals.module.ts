import { Module } from '@nestjs/common';
import { PipelinesModule } from '../pipelines/pipelines.module.js';
import { DealsController } from './deals.controller.js';
import { DealsService } from './deals.service.js';

@Module({ imports: [PipelinesModule], controllers: [DealsController], providers: [DealsService] })
export class DealsModule {}
