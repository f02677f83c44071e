import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import { logger } from '@rapport/service-kit/telemetry';
import type { DealChange } from '../deals-projection/deal-row.js';
import { DealsTable } from '../deals-projection/deals-table.queries.js';
import { cubeDifferences, PAUSE } from './cube-difference.js';
import type { CubePredicate } from './cube-predicate.js';
import { Cube } from './cube.js';
import { DatasetEpochs } from './dataset-epochs.queries.js';
import type { FigureGroup, GroupDimension } from './figure-row.js';
import { Serial } from './serial.js';
import { SliceStore } from './slice-store.js';

const log = logger('figures');

/** A log line need not name more of them. */
const MOST_DIFFERENCES = 20;

/** How many cells may be by day before older months are kept as months: about 100 MB. */
const CELLS_BY_DAY = 1_000_000;

/** One state of the figures; only its counter and its cube's contents move. */
interface Dataset {
  readonly cube: Cube;
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
 * Holds the cube that serves, and moves it with the table: a batch is written
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
    for (const { before, after } of changes) dataset.cube.apply(before, after);
    dataset.counter++;
    for (const { row } of changes) {
      const occurTime = new Date(row.occur_time);
      if (dataset.dataTime === undefined || occurTime > dataset.dataTime) dataset.dataTime = occurTime;
    }
  }

  /**
   * Makes the cube anew from the table and serves it; the old one serves until
   * then. To be called within `exclusively`.
   */
  async rebuild(): Promise<void> {
    const began = performance.now();
    const cube = await this.cubeOfTable(await this.deals.firstMonthByDay(CELLS_BY_DAY));
    await this.serve(cube);
    log.info({ event: 'figures.rebuilt', cells: cube.cells.length, coarseBefore: cube.coarseBefore, durationMs: Math.round(performance.now() - began) });
  }

  /**
   * Compares the cube with the table. A difference is an error of ours: it is
   * logged with the cells it is in, and the table's figures are served from then on.
   */
  async verify(): Promise<boolean> {
    return this.exclusively(async () => {
      const { cube } = this.served();
      const fresh = await this.cubeOfTable(cube.coarseBefore);
      const differences: string[] = [];
      for (const difference of cubeDifferences(cube, fresh)) {
        if (difference === PAUSE) await nextTurn();
        else if (differences.length < MOST_DIFFERENCES) differences.push(difference);
      }
      if (differences.length === 0) {
        log.info({ event: 'figures.verified', cells: fresh.cells.length });
        return true;
      }
      log.error({ event: 'figures.differ', differences }, 'The cube differs from its table; it is made anew.');
      await this.serve(fresh);
      return false;
    });
  }

  /** Figures of one cut from memory. `key` says all that tells the cut from others. */
  slice(key: string, predicate: () => CubePredicate, groupBy: readonly GroupDimension[]): readonly FigureGroup[] {
    return this.served().slices.read(key, predicate, groupBy);
  }

  /** Whether the cube knows every day, and whether an interval can be told from it. */
  get daysKnown(): boolean {
    return this.served().cube.coarseBefore === '';
  }

  cutsCoarseMonth(from: string, to: string): boolean {
    return this.served().cube.cutsCoarseMonth(from, to);
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

  private async serve(cube: Cube): Promise<void> {
    const [epoch, dataTime] = [await this.epochs.next(), await this.deals.newestOccurTime()];
    this.dataset = { cube, slices: new SliceStore(cube), epoch, counter: 0, dataTime };
  }

  private async cubeOfTable(coarseBefore: string): Promise<Cube> {
    const cube = new Cube(coarseBefore);
    for await (const cells of this.deals.cells(coarseBefore)) {
      for (const cell of cells) cube.load(cell);
    }
    return cube;
  }
}
