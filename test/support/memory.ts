/** What a process holds of the machine's memory. Linux only: elsewhere there are no samples. */
import { readFileSync } from 'node:fs';

/** Resident bytes (`VmRSS` of proc(5)); 0 where the system does not say or the process is gone. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export interface MemorySamples extends Disposable {
  readonly bytes: readonly number[];
}

export function sampleMemory(pid: number, everyMs: number): MemorySamples {
  const bytes: number[] = [];
  const timer = setInterval(() => {
    const now = residentBytes(pid);
    if (now > 0) bytes.push(now);
  }, everyMs);
  return { bytes, [Symbol.dispose]: () => clearInterval(timer) };
}

/** The middle one of the samples in a fifth of them, the first being 1. */
export function medianOfFifth(samples: readonly number[], fifth: number): number {
  const from = Math.floor((samples.length * (fifth - 1)) / 5);
  const to = Math.floor((samples.length * fifth) / 5);
  const some = samples.slice(from, to).toSorted((a, b) => a - b);
  return some[Math.floor(some.length / 2)] ?? 0;
}
