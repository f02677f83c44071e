import { Injectable } from '@nestjs/common';
import { Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  BatchCreateEmployeesRequest,
  BatchCreateEmployeesResponse,
  CreateEmployeeRequest,
  type ListEmployeesRequest,
  type ListEmployeesResponse,
} from '@rapport/contracts/rapport/contacts/v1/organization_service';
import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  dateColumn,
  type Draft,
  isImport,
  newRow,
  nextVersion,
  notFound,
  once,
  outbox,
  type OutboxEvent,
  type Owner,
} from '@rapport/service-kit/data';
import type { Prisma } from '../generated/prisma/client.js';
import { Data, type Tx } from '../prisma.service.js';
import { assertEmployed, displayName } from './employee.js';
import { employeeCreated, employeeDismissed, employeeImported, employeeUpdated } from './employees.events.js';
import { toColumns, toProto } from './employees.mapper.js';

export const EMPLOYEE = 'contacts.employee';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Employee) => Prisma.EmployeeUncheckedUpdateManyInput;

@Injectable()
export class EmployeesService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateEmployeeRequest): Promise<Employee> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateEmployeeRequest, request], Employee, async () => {
        const [employee] = await this.insert(ctx, tx, [{ message: request.employee!, at: 'employee' }]);
        return employee!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreateEmployeesRequest): Promise<BatchCreateEmployeesResponse> {
    const drafts = request.requests.map((one, index) => ({
      message: one.employee!,
      at: `requests[${index}].employee`,
    }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateEmployeesRequest, request], BatchCreateEmployeesResponse, async () => ({
        employees: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Employee> {
    const row = await this.data.visibleTo(ctx).employee.findFirst({ where: { id } });
    if (!row) throw notFound('Employee', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListEmployeesRequest): Promise<ListEmployeesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Employee', request, (visible, args) =>
      visible.employee.findMany(args),
    );
    return { ...page, employees: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Employee, fields: ReadonlySet<string>, version: number): Promise<Employee> {
    return this.change(ctx, wanted.id, version, employeeUpdated, (before) => {
      const columns = changedColumns(toColumns(wanted), fields);
      return { ...columns, displayName: displayName({ ...before, ...columns }) };
    });
  }

  async dismiss(ctx: CallContext, id: string, lastDay: LocalDate, version: number): Promise<Employee> {
    return this.change(ctx, id, version, employeeDismissed, (before) => {
      assertEmployed(before);
      return { dismissDate: dateColumn(lastDay) };
    });
  }

  /** Whom a row is handed over to: the new owner, in his home department and branch where no others are named. */
  async atHome(tx: Tx, to: Owner): Promise<Owner> {
    const employee = await tx.employee.findFirst({ where: { id: to.ownerId } });
    if (!employee) throw notFound('Employee', to.ownerId);
    return {
      ownerId: employee.id,
      departmentId: to.departmentId || employee.departmentId,
      branchId: to.branchId || employee.branchId,
    };
  }

  /** Rows, events and audit of new employees, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Employee>[]): Promise<Employee[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.employee.findMany({ where })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({
      ...newRow(ctx, message),
      ...toColumns(message),
      displayName: displayName(message),
    }));
    const made = (await tx.employee.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) => (isImport(ctx, EMPLOYEE, message) ? employeeImported : employeeCreated));
    await outbox.add(tx, ...made.map((employee, index) => created[index]!(employee)));
    await audit.write(tx, EMPLOYEE, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Employee) => OutboxEvent,
    decide: Decision,
  ): Promise<Employee> {
    return this.data.visibleTo(ctx).transaction(async (tx) => {
      const found = await tx.employee.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Employee', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.employee.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Employee', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, EMPLOYEE, { before, after });
      return after;
    });
  }
}
