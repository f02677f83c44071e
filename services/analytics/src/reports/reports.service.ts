import { Injectable } from '@nestjs/common';
import type {
  DailyBoard,
  GetDailyBoardRequest,
  GetSalesReportRequest,
  SalesReport,
} from '@rapport/contracts/rapport/analytics/v1/reports_service';
import type { CallContext } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { nameScope } from '@rapport/service-kit/data';
import { AppError } from '@rapport/service-kit/errors';
import { checkFilter, parseFilter, type CheckedFilter } from '@rapport/service-kit/filter';
import { DealsTable } from '../deals-projection/deals-table.queries.js';
import { Dimensions } from '../dimensions/dimensions.service.js';
import { withEngine } from '../engine/engine-failure.js';
import { MOST_GROUPS, TooManyGroups } from '../figures/cube-slice.js';
import type { FigureGroup, GroupDimension, Outcome } from '../figures/figure-row.js';
import { Figures } from '../figures/figures.service.js';
import { dailyBoard } from './daily-board.js';
import { checkInterval, cutKey, cutPredicate, cutSql, OUTCOME_NAMES, type FigureCut } from './figure-cut.js';
import { figureScope } from './figure-scope.js';
import { FreeSlices } from './free-slices.js';
import { intervalBefore, salesReport } from './sales-report.js';

/** What a filter may name: figures are made of deals, and their rights decide. */
const DEAL_FACT = {
  name: 'DealFact',
  message: contracts.message('rapport.analytics.v1.DealFact'),
  resource: 'deals.deal',
};

/** What an answer was rendered from and what came out. */
interface Rendered<T> {
  readonly names: number;
  readonly before: readonly FigureGroup[] | undefined;
  readonly answer: T;
}

/** Answers with figures: from the cube where it can tell, from the table otherwise. */
@Injectable()
export class ReportsService {
  private readonly free = new FreeSlices();
  // By the array of groups: a slice gives the same one while nothing in it changed.
  private readonly boards = new WeakMap<readonly FigureGroup[], Rendered<Pick<DailyBoard, 'rows' | 'totals'>>>();
  private readonly reports = new WeakMap<readonly FigureGroup[], Rendered<Pick<SalesReport, 'rows' | 'totals'>>>();

  constructor(
    private readonly figures: Figures,
    private readonly deals: DealsTable,
    private readonly dimensions: Dimensions,
  ) {}

  async dailyBoard(ctx: CallContext, request: GetDailyBoardRequest): Promise<DailyBoard> {
    const cut = this.cut(ctx, request);
    const { version, dataTime } = this.figures.state();
    const groups = await this.groups(cut, version);
    const { rows, totals } = this.rendered(this.boards, groups, undefined, () =>
      dailyBoard(groups, cut.groupBy, this.nameOf),
    );
    return { rows, totals, datasetVersion: version, dataTime };
  }

  async salesReport(ctx: CallContext, request: GetSalesReportRequest): Promise<SalesReport> {
    const cut = { ...this.cut(ctx, request), outcome: 'WON' as const };
    const { version, dataTime } = this.figures.state();
    const earlier = intervalBefore(cut.from, cut.to, cut.groupBy);
    const [groups, before] = await Promise.all([
      this.groups(cut, version),
      earlier === undefined ? undefined : this.groups({ ...cut, ...earlier }, version),
    ]);
    const { rows, totals } = this.rendered(this.reports, groups, before, () =>
      salesReport(groups, before, cut.groupBy, this.nameOf),
    );
    return { rows, totals, datasetVersion: version, dataTime };
  }

  private cut(
    ctx: CallContext,
    { filter, from, to, groupBy }: GetDailyBoardRequest | GetSalesReportRequest,
  ): FigureCut {
    checkInterval(from, to);
    return {
      scope: figureScope(ctx, this.dimensions),
      filterText: filter.trim(),
      filter: checkedFilter(ctx, filter),
      from,
      to,
      groupBy: groupBy as GroupDimension[],
    };
  }

  private async groups(cut: FigureCut, version: string): Promise<readonly FigureGroup[]> {
    const key = cutKey(cut);
    try {
      const predicate = cutPredicate(cut);
      const known = predicate && this.figures.slice(key, predicate, cut.groupBy);
      if (known !== undefined) return known;
      const groups = await this.free.read(key, version, () =>
        withEngine(() => this.deals.groups(cutSql(cut), cut.groupBy)),
      );
      if (groups.length > MOST_GROUPS) throw new TooManyGroups();
      return groups;
    } catch (error) {
      if (!(error instanceof TooManyGroups)) throw error;
      const most = String(MOST_GROUPS);
      throw new AppError(
        'INVALID_ARGUMENT',
        'TOO_MANY_ROWS',
        `The report would have more than ${most} rows; narrow it.`,
        { most },
      );
    }
  }

  private rendered<T>(
    known: WeakMap<readonly FigureGroup[], Rendered<T>>,
    groups: readonly FigureGroup[],
    before: readonly FigureGroup[] | undefined,
    render: () => T,
  ): T {
    const last = known.get(groups);
    if (last !== undefined && last.names === this.dimensions.version && last.before === before) return last.answer;
    const answer = render();
    known.set(groups, { names: this.dimensions.version, before, answer });
    return answer;
  }

  private readonly nameOf = (dimension: GroupDimension, value: string): string =>
    dimension === 'outcome' ? (OUTCOME_NAMES[value as Outcome] ?? value) : this.dimensions.nameOf(dimension, value);
}

function checkedFilter(ctx: CallContext, text: string): CheckedFilter | undefined {
  const parsed = parseFilter(text);
  return parsed && checkFilter(parsed, nameScope(ctx, DEAL_FACT));
}
