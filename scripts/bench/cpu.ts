// Processor time of processes, from /proc; Linux counts it in hundredths of a second.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Seconds that one process has used, with those of its children that have ended. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid);
  // After the name: state is the 3rd field of proc_pid_stat(5), so utime, stime, cutime, cstime are 14 to 17.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** The same for a process and all that it has started: PostgreSQL serves every connection by a child. */
export function cpuSecondsOfTree(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuSecondsIfAlive(each), 0);
}

function cpuSecondsIfAlive(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return 0; // it has ended since it was listed: its parent counts it
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(statOf(pid)[1]) === parent;
      } catch {
        return false;
      }
    });
}

/** The fields after the program's name, which may hold spaces and parentheses. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
