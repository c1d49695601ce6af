// The autoplay policy: a context may stay silent until the user has touched the page.

import type { Clock, Timer } from '../clock.ts';

/** From asking for sound to the conclusion that the browser waits for a gesture. */
const LOCKED_AFTER_MS = 250;

/** Gestures that browsers let sound begin with. */
const GESTURES = ['pointerdown', 'pointerup', 'touchend', 'keydown'] as const;

/** Wakes a context when something is to be heard, and on the user's next gesture where the browser wants one. */
export class OutputGate {
  readonly #context: AudioContext;
  readonly #clock: Clock;
  readonly #onChange: (isLocked: boolean) => void;
  #isLocked = false;
  /** The app wants silence; gestures don't change that. */
  #isSuspended = false;
  #timer: Timer | null = null;

  /** @param onChange Told when a gesture is needed, and when it is no more. */
  constructor(context: AudioContext, clock: Clock, onChange: (isLocked: boolean) => void) {
    this.#context = context;
    this.#clock = clock;
    this.#onChange = onChange;
    context.addEventListener('statechange', this.#onState);
  }

  /** Whether the browser waits for a gesture. */
  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** Asks for sound; resolves when the context runs, which may take a gesture. */
  async open(): Promise<void> {
    this.#isSuspended = false;
    this.want();
    if (this.#context.state !== 'closed') await this.#context.resume();
  }

  /** Something is to be heard. */
  want(): void {
    if (this.#isSuspended || this.#isLocked || this.#timer !== null) return;
    if (this.#context.state === 'running' || this.#context.state === 'closed') return;
    void this.#context.resume().catch(() => {});
    this.#timer = this.#clock.schedule(LOCKED_AFTER_MS, () => {
      this.#timer = null;
      if (this.#context.state === 'running' || this.#context.state === 'closed') return;
      this.#isLocked = true;
      for (const gesture of GESTURES) document.addEventListener(gesture, this.#onGesture, { capture: true });
      this.#onChange(true);
    });
  }

  /** Gives the device back until the next `open`. */
  async suspend(): Promise<void> {
    this.#isSuspended = true;
    this.#stopWaiting();
    if (this.#context.state === 'running') await this.#context.suspend();
  }

  close(): void {
    this.#stopWaiting();
    this.#context.removeEventListener('statechange', this.#onState);
  }

  readonly #onGesture = (): void => void this.open().catch(() => {});

  readonly #onState = (): void => {
    if (this.#context.state !== 'running') return;
    const wasLocked = this.#isLocked;
    this.#stopWaiting();
    if (wasLocked) this.#onChange(false);
  };

  #stopWaiting(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#isLocked = false;
    for (const gesture of GESTURES) document.removeEventListener(gesture, this.#onGesture, { capture: true });
  }
}
