import { Module } from '@nestjs/common';
import { InformationSourcesController } from './information-sources.controller.js';
import { InformationSourcesService } from './information-sources.service.js';

@Module({ controllers: [InformationSourcesController], providers: [InformationSourcesService] })
export class InformationSourcesModule {}
