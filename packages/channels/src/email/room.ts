interface Waiting {
  readonly size: number;
  readonly enter: () => void;
}

/** Lets tasks run at once as long as their sizes together are within a limit; the others wait in their order. */
export class Room {
  private free: number;
  private readonly limit: number;
  private readonly waiting: Waiting[] = [];

  constructor(limit: number) {
    this.limit = limit;
    this.free = limit;
  }

  /** @param size one that is larger than the limit has the room to itself */
  async run<T>(size: number, task: () => Promise<T>): Promise<T> {
    const taken = Math.min(size, this.limit);
    // Nobody passes who waits, so that a large one gets its turn.
    if (this.waiting.length === 0 && taken <= this.free) this.free -= taken;
    else await new Promise<void>((enter) => this.waiting.push({ size: taken, enter }));
    try {
      return await task();
    } finally {
      this.free += taken;
      this.letIn();
    }
  }

  private letIn(): void {
    for (let [next] = this.waiting; next && next.size <= this.free; [next] = this.waiting) {
      this.waiting.shift();
      this.free -= next.size;
      next.enter();
    }
  }
}
