interface Waiting {
  readonly size: number;
  readonly enter: () => void;
}

/**
 * Lets tasks run at once as long as their sizes together are within a limit; the others wait in their order. A task asks for no room while
 * it has some, and waits for nobody outside the hub: so each ends, and each that waits gets its turn.
 */
export class Room {
  private free: number;
  private readonly limit: number;
  private readonly waiting: Waiting[] = [];

  constructor(limit: number) {
    this.limit = limit;
    this.free = limit;
  }

  /**
   * @param size one that is larger than the limit has the room to itself
   * @param signal ends the wait, not a task that has begun; rejects with its reason
   */
  async run<T>(size: number, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const taken = Math.min(size, this.limit);
    // Nobody passes who waits, so that a large one gets its turn.
    if (this.waiting.length === 0 && taken <= this.free) this.free -= taken;
    else await this.turn(taken, signal);
    try {
      return await task();
    } finally {
      this.free += taken;
      this.letIn();
    }
  }

  private turn(size: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.waiting.splice(this.waiting.indexOf(one), 1);
      reject(signal?.reason);
      // Whoever waited behind a large one may fit.
      this.letIn();
    };
    const one = {
      size,
      enter() {
        signal?.removeEventListener('abort', leave);
        resolve();
      },
    };
    this.waiting.push(one);
    signal?.addEventListener('abort', leave, { once: true });
    return promise;
  }

  private letIn(): void {
    for (let [next] = this.waiting; next && next.size <= this.free; [next] = this.waiting) {
      this.waiting.shift();
      this.free -= next.size;
      next.enter();
    }
  }
}
