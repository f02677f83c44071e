import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Branch, Department, Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  type BatchCreateBranchesRequest,
  type BatchCreateBranchesResponse,
  type BatchCreateDepartmentsRequest,
  type BatchCreateDepartmentsResponse,
  type BatchCreateEmployeesRequest,
  type BatchCreateEmployeesResponse,
  type CreateBranchRequest,
  type CreateDepartmentRequest,
  type CreateEmployeeRequest,
  type DeleteBranchRequest,
  type DeleteDepartmentRequest,
  type DismissEmployeeRequest,
  type GetBranchRequest,
  type GetDepartmentRequest,
  type GetEmployeeRequest,
  type ListBranchesRequest,
  type ListBranchesResponse,
  type ListDepartmentsRequest,
  type ListDepartmentsResponse,
  type ListEmployeesRequest,
  type ListEmployeesResponse,
  type OrganizationServiceController,
  OrganizationServiceControllerMethods,
  type UndeleteBranchRequest,
  type UndeleteDepartmentRequest,
  type UpdateBranchRequest,
  type UpdateDepartmentRequest,
  type UpdateEmployeeRequest,
} from '@rapport/contracts/rapport/contacts/v1/organization_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { BRANCH, BranchesService } from './branches.service.js';
import { DEPARTMENT, DepartmentsService } from './departments.service.js';
import { EMPLOYEE, EmployeesService } from './employees.service.js';

@Controller()
@OrganizationServiceControllerMethods()
export class OrganizationController implements OrganizationServiceController {
  constructor(
    private readonly branches: BranchesService,
    private readonly departments: DepartmentsService,
    private readonly employees: EmployeesService,
  ) {}

  async createBranch(request: CreateBranchRequest, metadata?: Metadata): Promise<Branch> {
    return this.branches.create(callContext(metadata), request);
  }

  async batchCreateBranches(
    request: BatchCreateBranchesRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateBranchesResponse> {
    return this.branches.createBatch(callContext(metadata), request);
  }

  async getBranch(request: GetBranchRequest, metadata?: Metadata): Promise<Branch> {
    return readMasked(await this.branches.get(callContext(metadata), request.branchId), request.readMask, BRANCH);
  }

  async listBranches(request: ListBranchesRequest, metadata?: Metadata): Promise<ListBranchesResponse> {
    const { branches, ...page } = await this.branches.list(callContext(metadata), request);
    return { ...page, branches: branches.map((branch) => readMasked(branch, request.readMask, BRANCH)) };
  }

  async updateBranch(request: UpdateBranchRequest, metadata?: Metadata): Promise<Branch> {
    const wanted = request.branch!;
    const fields = changedFields(BRANCH, wanted, request.updateMask);
    return this.branches.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteBranch(request: DeleteBranchRequest, metadata?: Metadata): Promise<Branch> {
    return this.branches.delete(callContext(metadata), request.branchId, versionOf(request.etag));
  }

  async undeleteBranch(request: UndeleteBranchRequest, metadata?: Metadata): Promise<Branch> {
    return this.branches.undelete(callContext(metadata), request.branchId, versionOf(request.etag));
  }

  async createDepartment(request: CreateDepartmentRequest, metadata?: Metadata): Promise<Department> {
    return this.departments.create(callContext(metadata), request);
  }

  async batchCreateDepartments(
    request: BatchCreateDepartmentsRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateDepartmentsResponse> {
    return this.departments.createBatch(callContext(metadata), request);
  }

  async getDepartment(request: GetDepartmentRequest, metadata?: Metadata): Promise<Department> {
    return readMasked(
      await this.departments.get(callContext(metadata), request.departmentId),
      request.readMask,
      DEPARTMENT,
    );
  }

  async listDepartments(request: ListDepartmentsRequest, metadata?: Metadata): Promise<ListDepartmentsResponse> {
    const { departments, ...page } = await this.departments.list(callContext(metadata), request);
    return { ...page, departments: departments.map((one) => readMasked(one, request.readMask, DEPARTMENT)) };
  }

  async updateDepartment(request: UpdateDepartmentRequest, metadata?: Metadata): Promise<Department> {
    const wanted = request.department!;
    const fields = changedFields(DEPARTMENT, wanted, request.updateMask);
    return this.departments.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteDepartment(request: DeleteDepartmentRequest, metadata?: Metadata): Promise<Department> {
    return this.departments.delete(callContext(metadata), request.departmentId, versionOf(request.etag));
  }

  async undeleteDepartment(request: UndeleteDepartmentRequest, metadata?: Metadata): Promise<Department> {
    return this.departments.undelete(callContext(metadata), request.departmentId, versionOf(request.etag));
  }

  async createEmployee(request: CreateEmployeeRequest, metadata?: Metadata): Promise<Employee> {
    return this.employees.create(callContext(metadata), request);
  }

  async batchCreateEmployees(
    request: BatchCreateEmployeesRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateEmployeesResponse> {
    return this.employees.createBatch(callContext(metadata), request);
  }

  async getEmployee(request: GetEmployeeRequest, metadata?: Metadata): Promise<Employee> {
    return readMasked(await this.employees.get(callContext(metadata), request.employeeId), request.readMask, EMPLOYEE);
  }

  async listEmployees(request: ListEmployeesRequest, metadata?: Metadata): Promise<ListEmployeesResponse> {
    const { employees, ...page } = await this.employees.list(callContext(metadata), request);
    return { ...page, employees: employees.map((employee) => readMasked(employee, request.readMask, EMPLOYEE)) };
  }

  async updateEmployee(request: UpdateEmployeeRequest, metadata?: Metadata): Promise<Employee> {
    const wanted = request.employee!;
    const fields = changedFields(EMPLOYEE, wanted, request.updateMask);
    return this.employees.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async dismissEmployee(request: DismissEmployeeRequest, metadata?: Metadata): Promise<Employee> {
    const { employeeId, dismissDate, etag } = request;
    return this.employees.dismiss(callContext(metadata), employeeId, dismissDate!, versionOf(etag));
  }
}
