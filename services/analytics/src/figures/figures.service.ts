import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import { logger } from '@rapport/service-kit/telemetry';
import type { DealChange } from '../deals-projection/deal-row.js';
import { DealsTable } from '../deals-projection/deals-table.queries.js';
import { cubeDifferences, PAUSE } from './cube-difference.js';
import type { CubePredicate } from './cube-predicate.js';
import { CubeSet, ROLL_UPS, rollUpsWithin } from './cube-set.js';
import { type Cube, type CubeShape, WHOLE } from './cube.js';
import { DatasetEpochs } from './dataset-epochs.queries.js';
import type { FigureGroup, GroupDimension } from './figure-row.js';
import { Serial } from './serial.js';
import { SliceStore } from './slice-store.js';

const log = logger('figures');

/** A log line need not name more of them. */
const MOST_DIFFERENCES = 20;

/** How many cells of a cube may be by day before older months are kept as months: about 60 MB. */
const CELLS_BY_DAY = 500_000;
/** How many cells a cube may have with months for periods: about 250 MB. A larger one is not kept. */
const CELLS_BY_MONTH = 2_500_000;

/** One state of the figures; only its counter and what its cubes hold move. */
interface Dataset {
  readonly cubes: CubeSet;
  readonly slices: SliceStore;
  readonly epoch: bigint;
  counter: number;
  dataTime: Date | undefined;
}

/** The version of the data that an answer is made of. */
export interface DatasetState {
  /** Epoch and counter; never the same for different data. */
  readonly version: string;
  /** When the newest event in it occurred. */
  readonly dataTime: Date | undefined;
}

/**
 * Holds the cubes that serve, and moves them with the table: a batch is written
 * first and then applied here, in one turn of the event loop, so a reader sees
 * all of a batch or nothing of it.
 */
@Injectable()
export class Figures {
  private dataset: Dataset | undefined;
  private readonly serial = new Serial();

  constructor(
    private readonly deals: DealsTable,
    private readonly epochs: DatasetEpochs,
  ) {}

  /** Runs work that writes the table, with nothing else of its kind beside it. */
  exclusively<R>(work: () => Promise<R>): Promise<R> {
    return this.serial.run(work);
  }

  /** Takes what a batch changed; the table must hold it already. */
  take(changes: readonly DealChange[]): void {
    const dataset = this.served();
    for (const { before, after } of changes) dataset.cubes.apply(before, after);
    dataset.counter++;
    for (const { row } of changes) {
      const occurTime = new Date(row.occur_time);
      if (dataset.dataTime === undefined || occurTime > dataset.dataTime) dataset.dataTime = occurTime;
    }
  }

  /**
   * Makes the cubes anew from the table and serves them; the old ones serve
   * until then. To be called within `exclusively`.
   */
  async rebuild(): Promise<void> {
    const began = performance.now();
    const cubes = await this.cubesOfTable(await this.plan());
    await this.serve(cubes);
    const sizes = cubes.cubes.map(({ shape, cells }) => ({ ...shape, cells: cells.length }));
    log.info({ event: 'figures.rebuilt', cubes: sizes, durationMs: Math.round(performance.now() - began) });
  }

  /**
   * Compares the cubes with the table. A difference is an error of ours: it is
   * logged with the cells it is in, and the table's figures are served from then on.
   */
  async verify(): Promise<boolean> {
    return this.exclusively(async () => {
      const { cubes } = this.served();
      const fresh: Cube[] = [];
      const differences: string[] = [];
      for (const cube of cubes.cubes) {
        const twin = await this.deals.cubeOf(cube.shape);
        fresh.push(twin);
        for (const difference of cubeDifferences(cube, twin)) {
          if (difference === PAUSE) await nextTurn();
          else if (differences.length < MOST_DIFFERENCES) differences.push(difference);
        }
      }
      if (differences.length === 0) {
        log.info({ event: 'figures.verified', cells: fresh.reduce((sum, { cells }) => sum + cells.length, 0) });
        return true;
      }
      log.error({ event: 'figures.differ', differences }, 'A cube differs from its table; all are made anew.');
      await this.serve(new CubeSet(fresh));
      return false;
    });
  }

  /**
   * Figures of one cut from memory; undefined where no cube can tell them.
   * `key` says all that tells the cut from others. Throws TooManyGroups.
   */
  slice(key: string, predicate: CubePredicate, groupBy: readonly GroupDimension[]): readonly FigureGroup[] | undefined {
    return this.served().slices.read(key, predicate, groupBy);
  }

  state(): DatasetState {
    const { epoch, counter, dataTime } = this.served();
    return { version: `${epoch}.${counter}`, dataTime };
  }

  private served(): Dataset {
    if (this.dataset === undefined) {
      throw new AppError('UNAVAILABLE', 'FIGURES_NOT_READY', 'The figures are being built; try again in a moment.');
    }
    return this.dataset;
  }

  private async serve(cubes: CubeSet): Promise<void> {
    const [epoch, dataTime] = [await this.epochs.next(), await this.deals.newestOccurTime()];
    this.dataset = { cubes, slices: new SliceStore(cubes), epoch, counter: 0, dataTime };
  }

  /** Which cubes to keep over as many deals as there are. */
  private async plan(): Promise<CubeShape[]> {
    if ((await this.deals.count()) <= CELLS_BY_DAY) return [WHOLE];
    const rollUps = rollUpsWithin(CELLS_BY_MONTH, await this.deals.cellsByMonth(ROLL_UPS));
    const shapes: CubeShape[] = [];
    for (const without of rollUps)
      shapes.push({ without, coarseBefore: await this.deals.firstMonthByDay(without, CELLS_BY_DAY) });
    return shapes;
  }

  private async cubesOfTable(shapes: readonly CubeShape[]): Promise<CubeSet> {
    const cubes: Cube[] = [];
    for (const shape of shapes) cubes.push(await this.deals.cubeOf(shape));
    return new CubeSet(cubes);
  }
}
