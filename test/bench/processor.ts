/** Processor time of processes: of all figures the one that depends least on who else uses the machine. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** `/proc/<pid>/stat` counts in ticks, 100 a second on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const msPerTick = 10;

interface Ticks {
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended. */
  readonly ended: number;
}

function read(pid: number | string): Ticks | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [
      fields[1],
      fields[11],
      fields[12],
      fields[13],
      fields[14],
    ];
    return { parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return null;
  }
}

/** Milliseconds that a process and its children have used so far; null where the system does not say. */
function processorMs(pid: number): number | null {
  const self = read(pid);
  if (!self) return null;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .filter((ticks) => ticks?.parent === pid);
  return children.reduce((sum, child) => sum + (child?.own ?? 0), self.own + self.ended) * msPerTick;
}

/** The sum over several processes. */
export function totalMs(pids: readonly number[]): number | null {
  return pids.reduce<number | null>((sum, pid) => {
    const used = processorMs(pid);
    return sum === null || used === null ? null : sum + used;
  }, 0);
}

export function perItem(from: number | null, to: number | null, items: number): number | null {
  return from === null || to === null || items === 0 ? null : (to - from) / items;
}
