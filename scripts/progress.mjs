// Progress of long work on a terminal or in a log: a step that takes longer than two seconds is shown, a shorter one is
// not worth a line. No dependency and no newer syntax than Node 20 knows: it runs before anything is installed.

const SHOW_AFTER_MS = 2_000;
const HEARTBEAT_MS = 15_000;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(milliseconds < 9_950 ? 1 : 0)} s`;

/** A list of running steps on `stream`; several may run at once. */
export function createProgress(stream = process.stdout, now = Date.now) {
  const running = new Set();
  let drawn = 0;
  let timer;

  const clear = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    const width = (stream.columns ?? 80) - 1;
    const lines = [...running]
      .filter((step) => now() - step.startedAt >= SHOW_AFTER_MS)
      .map((step) => {
        const frame = FRAMES[Math.floor(now() / 100) % FRAMES.length];
        return `  ${frame} ${describe(step)} ${seconds(now() - step.startedAt)}`.slice(0, width);
      });
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const tick = () => {
    if (stream.isTTY) {
      clear();
      draw();
      return;
    }
    for (const step of running) {
      if (now() < step.nextLineAt) continue;
      step.nextLineAt = now() + HEARTBEAT_MS;
      stream.write(`  … ${describe(step)} ${seconds(now() - step.startedAt)}\n`);
    }
  };
  const line = (text) => {
    if (stream.isTTY) clear();
    stream.write(`${text}\n`);
    if (stream.isTTY) draw();
  };

  return {
    /** Writes a line above the running steps. */
    line,
    /** Runs `work`, showing `title` and what it passes to `update` while it lasts. */
    async step(title, work) {
      const step = { title, detail: '', startedAt: now(), nextLineAt: now() + SHOW_AFTER_MS };
      running.add(step);
      timer ??= setInterval(tick, stream.isTTY ? 100 : 250);
      let mark = '✗';
      try {
        const result = await work((detail) => {
          step.detail = detail;
        });
        mark = '✓';
        return result;
      } finally {
        running.delete(step);
        const took = now() - step.startedAt;
        if (took >= SHOW_AFTER_MS || mark === '✗') line(`  ${mark} ${title} ${seconds(took)}`);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      }
    },
  };
}

function describe(step) {
  return step.detail ? `${step.title} (${step.detail})` : step.title;
}
