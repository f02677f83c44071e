import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  type BatchCreatePeopleRequest,
  type BatchCreatePeopleResponse,
  type PeopleServiceController,
  PeopleServiceControllerMethods,
  type CreatePersonRequest,
  type DeletePersonRequest,
  type GetPersonRequest,
  type ListPeopleRequest,
  type ListPeopleResponse,
  type TransferPersonRequest,
  type UndeletePersonRequest,
  type UpdatePersonRequest,
} from '@rapport/contracts/rapport/contacts/v1/people_service';
import type { Person } from '@rapport/contracts/rapport/contacts/v1/person';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { PERSON, PeopleService } from './people.service.js';

@Controller()
@PeopleServiceControllerMethods()
export class PeopleController implements PeopleServiceController {
  constructor(private readonly people: PeopleService) {}

  async createPerson(request: CreatePersonRequest, metadata?: Metadata): Promise<Person> {
    return this.people.create(callContext(metadata), request);
  }

  async batchCreatePeople(request: BatchCreatePeopleRequest, metadata?: Metadata): Promise<BatchCreatePeopleResponse> {
    return this.people.createBatch(callContext(metadata), request);
  }

  async getPerson(request: GetPersonRequest, metadata?: Metadata): Promise<Person> {
    const person = await this.people.get(callContext(metadata), request.personId);
    return readMasked(person, request.readMask, PERSON);
  }

  async listPeople(request: ListPeopleRequest, metadata?: Metadata): Promise<ListPeopleResponse> {
    const { people, ...page } = await this.people.list(callContext(metadata), request);
    return { ...page, people: people.map((one) => readMasked(one, request.readMask, PERSON)) };
  }

  async updatePerson(request: UpdatePersonRequest, metadata?: Metadata): Promise<Person> {
    const wanted = request.person!;
    const fields = changedFields(PERSON, wanted, request.updateMask);
    return this.people.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deletePerson(request: DeletePersonRequest, metadata?: Metadata): Promise<Person> {
    return this.people.delete(callContext(metadata), request.personId, versionOf(request.etag));
  }

  async undeletePerson(request: UndeletePersonRequest, metadata?: Metadata): Promise<Person> {
    return this.people.undelete(callContext(metadata), request.personId, versionOf(request.etag));
  }

  async transferPerson(request: TransferPersonRequest, metadata?: Metadata): Promise<Person> {
    const { personId, ownerId, departmentId, branchId, etag } = request;
    const to = { ownerId, departmentId, branchId };
    return this.people.transfer(callContext(metadata), personId, to, versionOf(etag));
  }
}
