import { Injectable } from '@nestjs/common';
import { ServiceClient, type CallContext } from '@rapport/service-kit/access';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import { Data, type Tx } from '../prisma.service.js';
import { KeycloakUsers } from './keycloak-users.service.js';
import { desiredLogin, type LoginFacts } from './login.js';

const RECONCILE_MS = 60 * 60_000;
/** A page of employees at a time. */
const PAGE = 200;

export const READ_EMPLOYEES = { resource: 'contacts.employee', action: 'read' } as const;

const log = logger('contacts.logins');

type EmployeeRow = Awaited<ReturnType<Tx['employee']['findMany']>>[number];

/** Keeps Keycloak's users in step with the employees: by event, and every hour against whatever happened there. */
@Injectable()
export class LoginsService {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly data: Data,
    private readonly users: KeycloakUsers,
    private readonly self: ServiceClient,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add({
      name: 'reconciling of logins',
      order: LIFECYCLE_ORDER.CONSUMERS,
      start: async () => this.schedule(),
      stop: async () => clearTimeout(this.timer),
    });
  }

  /** As the employee is now, whatever the event that led here told. */
  async syncEmployee(ctx: CallContext, tx: Pick<Tx, 'employee' | 'department'>, employeeId: string): Promise<void> {
    const employee = await tx.employee.findFirst({ where: { id: employeeId } });
    if (employee) await this.sync(ctx, tx, employee);
  }

  /** All who work in a department or below it: its place in the tree is in their tokens. */
  async syncDepartment(ctx: CallContext, tx: Pick<Tx, 'employee' | 'department'>, departmentId: string): Promise<void> {
    const below = await tx.department.findMany({ where: { path: { has: departmentId } }, select: { id: true } });
    const employees = await tx.employee.findMany({
      where: { departmentId: { in: below.map(({ id }) => id) }, username: { not: null } },
    });
    for (const employee of employees) await this.sync(ctx, tx, employee);
  }

  private async sync(ctx: CallContext, tx: Pick<Tx, 'department'>, employee: EmployeeRow): Promise<void> {
    const department = await tx.department.findFirst({ where: { id: employee.departmentId } });
    const today = await this.data.branches.today(ctx, employee.branchId);
    await this.users.apply(
      employee.id,
      desiredLogin(factsOf(employee, department?.path ?? [employee.departmentId]), today.value),
    );
  }

  private schedule(): void {
    this.timer = setTimeout(
      () => void this.reconcile().finally(() => this.schedule()),
      RECONCILE_MS * (0.9 + Math.random() / 5),
    );
    this.timer.unref();
  }

  private async reconcile(): Promise<void> {
    try {
      const ctx = await this.self.serviceContext(READ_EMPLOYEES);
      const visible = this.data.visibleTo(ctx);
      for (let after = ''; ;) {
        const page = await visible.employee.findMany({
          where: { username: { not: null }, ...(after && { id: { gt: after } }) },
          orderBy: { id: 'asc' },
          take: PAGE,
        });
        for (const employee of page) await this.reconcileOne(ctx, visible, employee);
        if (page.length < PAGE) break;
        after = page.at(-1)!.id;
      }
      log.info({ event: 'logins.reconciled' });
    } catch (err) {
      log.error({ event: 'logins.reconcile_failed', err });
    }
  }

  /** One login that Keycloak refuses must not keep the others from being mended. */
  private async reconcileOne(ctx: CallContext, tx: Pick<Tx, 'department'>, employee: EmployeeRow): Promise<void> {
    try {
      await this.sync(ctx, tx, employee);
    } catch (err) {
      log.error({ event: 'login.reconcile_failed', employeeId: employee.id, err });
    }
  }
}

function factsOf(employee: EmployeeRow, departmentPath: readonly string[]): LoginFacts {
  return {
    employeeId: employee.id,
    username: employee.username ?? '',
    email: employee.email ?? '',
    givenName: employee.givenName,
    familyName: employee.familyName,
    branchId: employee.branchId,
    departmentPath,
    ...(employee.dismissDate && { dismissDate: employee.dismissDate.toISOString().slice(0, 10) }),
  };
}
