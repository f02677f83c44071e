import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caller } from '@rapport/test-kit/callers';
import { branch, cards, department, employee, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 60_000);
afterAll(() => world.stop());

const add = { requestId: '' };

describe('branches', () => {
  it('exist for those who may read all of them, and for nobody else', async () => {
    const nobody = world.organization(caller({ may: { 'contacts.branch': ['read@own'] }, branchIds: [world.kyiv.id] }));
    await expect(nobody.getBranch({ branchId: world.kyiv.id, readMask: undefined })).rejects.toMatchObject({
      reason: 'BRANCH_NOT_FOUND',
    });
    const seller = world.organization(world.as(world.anna, {}));
    expect((await seller.getBranch({ branchId: world.kyiv.id, readMask: undefined })).displayName).toBe('Київ');
  });

  it('need a time zone that exists', async () => {
    const admin = world.organization(world.administrator);
    await expect(admin.createBranch({ ...add, branch: branch({ timeZone: 'Europe/Atlantis' }) })).rejects.toMatchObject(
      {
        reason: 'INVALID_REQUEST',
        violations: [expect.objectContaining({ field: 'branch.time_zone' })],
      },
    );
  });

  it('are deleted and brought back, each change with its event', async () => {
    const admin = world.organization(world.administrator);
    const made = await admin.createBranch({ ...add, branch: branch({ displayName: 'Одеса' }) });
    const renamed = await admin.updateBranch({
      branch: { ...made, displayName: 'Одеса-2' },
      updateMask: ['display_name'],
      etag: made.etag,
    });
    const gone = await admin.deleteBranch({ branchId: made.id, etag: renamed.etag });
    const back = await admin.undeleteBranch({ branchId: made.id, etag: gone.etag });
    expect(back).toMatchObject({ displayName: 'Одеса-2', etag: '4' });
    expect(await world.eventsOf(made.id)).toEqual([
      'BranchCreated:1',
      'BranchUpdated:2',
      'BranchDeleted:3',
      'BranchUndeleted:4',
    ]);
  });
});

describe('departments', () => {
  it('form a tree that moves as one, and keep each version’s event', async () => {
    const admin = world.organization(world.administrator);
    const make = (displayName: string, parentId = '') =>
      admin.createDepartment({ ...add, department: department({ displayName, parentId }) });
    const group = await make('Група');
    const service = await make('Сервіс');
    const field = await make('Виїзний', service.id);
    const north = await make('Північ', field.id);
    expect(north.path).toEqual([service.id, field.id, north.id]);
    const moved = await admin.updateDepartment({
      department: { ...service, parentId: group.id },
      updateMask: ['parent_id'],
      etag: service.etag,
    });
    expect(moved.path).toEqual([group.id, service.id]);
    const after = await admin.getDepartment({ departmentId: north.id, readMask: undefined });
    expect(after).toMatchObject({ path: [group.id, service.id, field.id, north.id], etag: '2' });
    expect(await world.eventsOf(north.id)).toEqual(['DepartmentCreated:1', 'DepartmentUpdated:2']);
    await expect(
      admin.updateDepartment({
        department: { ...moved, parentId: north.id },
        updateMask: ['parent_id'],
        etag: moved.etag,
      }),
    ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'DEPARTMENT_CYCLE' });
  });

  it('stand where their parents stand, also when they were deleted while these moved', async () => {
    const admin = world.organization(world.administrator);
    const make = (displayName: string, parentId = '') =>
      admin.createDepartment({ ...add, department: department({ displayName, parentId }) });
    const [group, service] = [await make('Група'), await make('Сервіс')];
    const field = await make('Виїзний', service.id);
    const deleted = await admin.deleteDepartment({ departmentId: field.id, etag: field.etag });
    await admin.updateDepartment({
      department: { ...service, parentId: group.id },
      updateMask: ['parent_id'],
      etag: service.etag,
    });
    const etag = String(Number(deleted.etag) + 1);
    const back = await admin.undeleteDepartment({ departmentId: field.id, etag });
    expect(back.path).toEqual([group.id, service.id, field.id]);
  });

  it('never form a ring, whoever moves them at once', async () => {
    const admin = world.organization(world.administrator);
    const make = (displayName: string) => admin.createDepartment({ ...add, department: department({ displayName }) });
    const [one, other] = await Promise.all([make('Один'), make('Інший')]);
    const below = (child: typeof one, parentId: string) =>
      admin.updateDepartment({ department: { ...child, parentId }, updateMask: ['parent_id'], etag: child.etag });
    const results = await Promise.allSettled([below(one, other.id), below(other, one.id)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('reach below at once for the scope department', async () => {
    const mark = 'дерево';
    const admin = world.organization(world.administrator);
    const sub = await admin.createDepartment({
      ...add,
      department: department({ displayName: 'Новий', parentId: world.retail.id }),
    });
    const hired = await admin.createEmployee({
      ...add,
      employee: employee({ branchId: world.kyiv.id, departmentId: sub.id }),
    });
    await world.counterpartyOf(hired, { note: mark });
    const head = world.counterparties(world.as(world.anna, cards('department')));
    const request = {
      filter: `note = "${mark}"`,
      orderBy: '',
      pageSize: 0,
      pageToken: '',
      readMask: undefined,
      includeTotal: false,
      showDeleted: false,
    };
    expect((await head.listCounterparties(request)).counterparties).toHaveLength(1);
  });
});

describe('employees', () => {
  it('have a name as lists show it, kept when a part changes', async () => {
    const admin = world.organization(world.administrator);
    const home = { branchId: world.kyiv.id, departmentId: world.sales.id };
    const made = await admin.createEmployee({ ...add, employee: employee({ ...home, middleName: 'Іванівна' }) });
    expect(made.displayName).toBe('Шевченко Олена Іванівна');
    const married = await admin.updateEmployee({
      employee: { ...made, familyName: 'Коваль' },
      updateMask: ['family_name'],
      etag: made.etag,
    });
    expect(married.displayName).toBe('Коваль Олена Іванівна');
  });

  it('share neither login nor e-mail; without one they are many', async () => {
    const admin = world.organization(world.administrator);
    const home = { branchId: world.kyiv.id, departmentId: world.sales.id };
    const make = (over: object) => admin.createEmployee({ ...add, employee: employee({ ...home, ...over }) });
    await make({});
    await make({});
    await make({ username: 'olena', email: 'olena@example.com' });
    await expect(make({ username: 'olena' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'USERNAME_TAKEN',
    });
    await expect(make({ email: 'olena@example.com' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'EMAIL_TAKEN',
    });
  });

  it('are dismissed once', async () => {
    const admin = world.organization(world.administrator);
    const home = { branchId: world.kyiv.id, departmentId: world.sales.id };
    const made = await admin.createEmployee({ ...add, employee: employee(home) });
    const dismissed = await admin.dismissEmployee({
      employeeId: made.id,
      dismissDate: { value: '2026-01-31' },
      etag: made.etag,
    });
    expect(dismissed.dismissDate).toEqual({ value: '2026-01-31' });
    await expect(
      admin.dismissEmployee({ employeeId: made.id, dismissDate: { value: '2026-02-28' }, etag: dismissed.etag }),
    ).rejects.toMatchObject({ reason: 'ALREADY_DISMISSED' });
    expect(await world.eventsOf(made.id)).toEqual(['EmployeeCreated:1', 'EmployeeDismissed:2']);
  });

  it('are imported in a batch as history', async () => {
    const admin = world.organization(world.administrator);
    const home = { branchId: world.kyiv.id, departmentId: world.sales.id };
    const requests = ['a', 'b', 'a'].map((key) => ({
      ...add,
      employee: employee({ ...home, externalId: { source: 'hr', key } }),
    }));
    const { employees } = await admin.batchCreateEmployees({ requestId: 'hire', requests });
    expect(employees[0]!.id).toBe(employees[2]!.id);
    expect(await world.eventsOf(employees[1]!.id)).toEqual(['EmployeeImported:1']);
    expect(await admin.batchCreateEmployees({ requestId: 'hire', requests })).toEqual({ employees });
  });
});
