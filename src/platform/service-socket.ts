// The socket to the Realtime service on Node. Loaded with the first connection, because it loads `ws`.

import { WebSocket } from 'ws';

/** A retrieved item carries all its audio, 64 kB a second: this holds eight minutes. */
const MAX_PAYLOAD_BYTES = 32 << 20;

const MISSED_PINGS = 2;

/** A WebSocket that notices when the other end is gone, shows no key, and sends a text in one piece. */
export class ServiceSocket extends WebSocket {
  constructor(url: string, options: { headers: Readonly<Record<string, string>>; pingIntervalMs: number }) {
    super(url, {
      headers: options.headers,
      // Base64 of speech does not compress, and trying costs five times the CPU of everything else.
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
    });
    // While it opens it holds its request, and with that the key.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), {
      value: () => `WebSocket { readyState: ${this.readyState} }`,
    });
    this.#keepAlive(options.pingIntervalMs);
  }

  /** As octets a frame is masked into one piece behind its head; as text it would be two, for a gathered write. */
  override send(text: string): void {
    super.send(Buffer.from(text), { binary: false });
  }

  /**
   * Ends a connection whose other end is gone without a word: two pings without a sign of life are the
   * end. A caller who hears nothing for 5 s is lost anyway; a new connection may still save the call.
   */
  #keepAlive(pingIntervalMs: number): void {
    let unanswered = 0;
    const alive = (): void => {
      unanswered = 0;
    };
    this.on('open', () => {
      const timer = setInterval(() => {
        if (unanswered >= MISSED_PINGS) return this.terminate();
        unanswered += 1;
        this.ping();
      }, pingIntervalMs);
      timer.unref();
      this.on('close', () => clearInterval(timer));
    });
    this.on('pong', alive);
    this.on('message', alive);
  }
}
