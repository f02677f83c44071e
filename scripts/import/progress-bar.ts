// A progress bar on a terminal; a line at the start and one at the end elsewhere.
const WIDTH = 30;

export class ProgressBar {
  readonly #label: string;
  readonly #total: number;
  readonly #startedAt = Date.now();
  readonly #live = process.stdout.isTTY;
  #done = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
    this.#draw();
  }

  advance(count: number): void {
    this.#done += count;
    this.#draw();
  }

  finish(): void {
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1);
    if (this.#live) process.stdout.write('\r\u001b[2K');
    console.log(`${this.#label}: ${this.#done} of ${this.#total} in ${seconds} s`);
  }

  #draw(): void {
    if (!this.#live) return;
    const filled = this.#total === 0 ? WIDTH : Math.round((this.#done / this.#total) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    process.stdout.write(`\r\u001b[2K${this.#label} ${bar} ${this.#done}/${this.#total}`);
  }
}
