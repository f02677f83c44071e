import type { CallContext } from '../../access/context.js';
import type { Catalogue } from './catalogue.js';
import type { DepartmentTree } from './department-tree.js';
import type { Model, Models } from './models.js';
import { refuseNested } from './nested.js';
import { type Deleted, EVERYTHING, rowAlternatives, rowPredicate, type Where, writeAction } from './predicate.js';

const FINDS = ['findFirst', 'findUnique'] as const;
const READS = ['findMany', 'count', 'aggregate', 'groupBy'] as const;
const CHANGES = ['updateMany', 'updateManyAndReturn', 'deleteMany'] as const;
const CREATES = ['create', 'createMany', 'createManyAndReturn'] as const;
type Operation = (typeof FINDS)[number] | (typeof READS)[number] | (typeof CHANGES)[number] | (typeof CREATES)[number];

/** The operations that a predicate can be added to; `update`, `upsert` and `delete` of one row hide why they touched none. */
export type VisibleDelegate<D> = Pick<D, Extract<keyof D, Operation>>;

/** A client's models, each with its predicate. */
export type VisibleModels<C> = {
  readonly [
    K in keyof C as K extends string
      ? K extends `$${string}` | '_runtimeDataModel' | 'constructor'
        ? never
        : K
      : never
  ]: VisibleDelegate<C[K]>;
};

type RawDelegate = Record<Operation, (args: Record<string, unknown>) => Promise<unknown>>;

/** What the predicates of one service are made of. */
export interface RowRules {
  readonly models: Models;
  readonly tree: DepartmentTree;
  readonly catalogue: Catalogue;
}

/** The models of `client` as `ctx` reaches them: the predicate is added to every operation. */
export function visibleModels<C>(
  client: object,
  rules: RowRules,
  ctx: CallContext,
  deleted: Deleted,
): VisibleModels<C> {
  const visible: Record<string, object> = {};
  for (const model of rules.models.all()) {
    Object.defineProperty(visible, model.delegate, {
      enumerable: true,
      // Most calls touch one model of many.
      get: () => guarded((client as Record<string, RawDelegate>)[model.delegate]!, model, rules, ctx, deleted),
    });
  }
  return visible as VisibleModels<C>;
}

function guarded(raw: RawDelegate, model: Model, rules: RowRules, ctx: CallContext, deleted: Deleted): object {
  const { tree, catalogue } = rules;
  const checked = async (args: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
    refuseNested(model, await catalogue.columns(model), args);
    return args;
  };
  const limited = async (
    args: Record<string, unknown> | undefined,
    action: string,
  ): Promise<Record<string, unknown>> => {
    const sound = await checked(args);
    return {
      ...sound,
      where: both(sound['where'] as Where | undefined, await rowPredicate(ctx, model, action, tree, deleted)),
    };
  };
  /** One row by its id: participants are asked for only when the row itself does not entitle, which costs half. */
  const found = async (name: (typeof FINDS)[number], args: Record<string, unknown>): Promise<unknown> => {
    if (typeof (args?.['where'] as Where | undefined)?.['id'] !== 'string')
      return raw[name](await limited(args, 'read'));
    const sound = await checked(args);
    for (const alternative of await rowAlternatives(ctx, model, 'read', tree, deleted)) {
      const row = await raw[name]({ ...sound, where: both(sound['where'] as Where, alternative) });
      if (row !== null) return row;
    }
    return null;
  };
  const entries = [
    ...FINDS.map((name) => [name, (args: Record<string, unknown>) => found(name, args)] as const),
    ...READS.map(
      (name) => [name, async (args: Record<string, unknown>) => raw[name](await limited(args, 'read'))] as const,
    ),
    ...CHANGES.filter((name) => name !== 'deleteMany' || !model.softDelete).map(
      (name) =>
        [
          name,
          async (args: Record<string, unknown>) => raw[name](await limited(args, writeAction(ctx, model.resource))),
        ] as const,
    ),
    ...CREATES.map((name) => [name, async (args: Record<string, unknown>) => raw[name](await checked(args))] as const),
  ];
  return Object.fromEntries(entries);
}

/** Keeps the caller's own members at the top: a unique key must stand there. */
function both(where: Where | undefined, predicate: Where): Where {
  if (predicate === EVERYTHING) return where ?? {};
  if (where === undefined) return predicate;
  const and = where['AND'];
  return { ...where, AND: [...(Array.isArray(and) ? and : and === undefined ? [] : [and]), predicate] };
}
