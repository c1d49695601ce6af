import type { WireEntry } from './wire-entry.ts';

/** A WebSocket that shows each frame of both directions. */
export class TappedSocket extends WebSocket {
  readonly #tap: (direction: WireEntry['direction'], text: string) => void;

  constructor(url: string, apiKey: string, tap: (direction: WireEntry['direction'], text: string) => void) {
    super(url, ['realtime', `openai-insecure-api-key.${apiKey}`]);
    this.#tap = tap;
    this.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') tap('received', data);
    });
  }

  override send(text: string): void {
    this.#tap('sent', text);
    super.send(text);
  }
}
