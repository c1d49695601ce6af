/** Lets a test wait for what it can see, without a clock: whoever changes something wakes those who wait. */
export class Watch {
  readonly #waiting = new Set<() => void>();

  readonly wake = (): void => {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  };

  /** Waits until `find` finds something, looking whenever it is woken. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }
}
