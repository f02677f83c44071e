import { Module } from '@nestjs/common';
import { OrganizationModule } from '../organization/organization.module.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';

@Module({ imports: [OrganizationModule], controllers: [PeopleController], providers: [PeopleService] })
export class PeopleModule {}
