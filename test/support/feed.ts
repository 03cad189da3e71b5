/** What came in, in order, and a way to wait for what is still to come. */
export class Feed<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: T): void {
    this.items.push(item);
    for (const look of this.#waiting) look();
  }

  /** The first item that holds, whether it is here already or still comes. */
  async until(holds: (item: T) => boolean, what: string, timeoutMs = 20_000): Promise<T> {
    const found = Promise.withResolvers<T>();
    const look = () => {
      const item = this.items.find(holds);
      if (item !== undefined) found.resolve(item);
    };
    const timer = setTimeout(
      () => found.reject(new Error(`Did not come in ${timeoutMs} ms: ${what}; the last were ${this.#last()}`)),
      timeoutMs,
    );
    this.#waiting.add(look);
    look();
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  #last(): string {
    return JSON.stringify(this.items.slice(-5), (_key, value: unknown) =>
      value instanceof Uint8Array ? `${value.length} bytes` : value,
    ).slice(0, 3000);
  }
}
