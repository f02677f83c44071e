import type { DescField } from '@bufbuild/protobuf';
import type { CallContext } from '../../access/context.js';
import { checkFilter } from '../filter/check.js';
import type { NameScope } from '../filter/field-names.js';
import { parseFilter } from '../filter/parse.js';
import type { Catalogue } from '../rows/catalogue.js';
import type { Model } from '../rows/models.js';
import type { Where } from '../rows/predicate.js';
import { parseOrder } from './order.js';
import { afterKeys, clampPageSize, PageTokens } from './page.js';
import { prismaWhere } from './prisma-where.js';

/** What every List request of the contracts carries. */
export interface ListRequest {
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly includeTotal: boolean;
  readonly showDeleted?: boolean;
}

export interface ListedPage<Row> {
  readonly rows: Row[];
  readonly nextPageToken: string;
  readonly totalSize: number | undefined;
}

interface FindArgs {
  where: {};
  orderBy: {}[];
  take: number;
}

/** A count stops here: 10,001 means "more than 10,000". */
export const TOTAL_CAP = 10_001;

/** The names of a message as the caller sees them, for filters, orders and groups. */
export function nameScope(ctx: CallContext, model: Pick<Model, 'message' | 'resource' | 'name'>): NameScope {
  const { message } = model;
  if (!message) throw new Error(`${model.name} has no message of its own: its names are unknown.`);
  const readable = (field: DescField): boolean => ctx.masks.of(field.parent, model.resource).fields.has(field.number);
  return { message, readable };
}

/** Turns list requests into queries, the same way for every resource. */
export class ListQueries {
  private readonly tokens: PageTokens;

  constructor(
    private readonly catalogue: Catalogue,
    secret: string,
  ) {
    this.tokens = new PageTokens(secret);
  }

  async page<Row extends object>(
    ctx: CallContext,
    model: Model,
    request: ListRequest,
    find: (args: FindArgs) => PromiseLike<Row[]>,
    count: (args: { where: {}; take: number }) => PromiseLike<number>,
  ): Promise<ListedPage<Row>> {
    const columns = await this.catalogue.columns(model);
    const scope = nameScope(ctx, model);
    const parsed = parseFilter(request.filter);
    const filter: Where[] = parsed ? [prismaWhere(checkFilter(parsed, scope), model, columns)] : [];
    const keys = parseOrder(request.orderBy, model, scope, columns);
    const bound = [
      ctx.principal.subject,
      model.name,
      request.filter,
      request.orderBy,
      String(request.showDeleted ?? false),
    ];
    const after = request.pageToken === '' ? [] : [afterKeys(keys, this.tokens.read(request.pageToken, keys, bound))];
    const size = clampPageSize(request.pageSize);
    const orderBy = keys.map(({ column, direction }) => ({ [column.name]: direction }));
    const [found, totalSize] = await Promise.all([
      find({ where: { AND: [...filter, ...after] }, orderBy, take: size + 1 }),
      request.includeTotal ? count({ where: { AND: filter }, take: TOTAL_CAP }) : undefined,
    ]);
    const rows = found.slice(0, size);
    const last = found.length > size ? rows.at(-1) : undefined;
    const nextPageToken = last ? this.tokens.make(keys, last as Readonly<Record<string, unknown>>, bound) : '';
    return { rows, nextPageToken, totalSize };
  }
}
