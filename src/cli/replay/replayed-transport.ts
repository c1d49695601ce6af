import { OpenAIRealtimeBase } from '../../transports/openai-base.ts';
import type { TappedEvent } from '../../server/tap.ts';

/** A transport whose server is a log: it reads, and nothing that it sends goes anywhere. */
export class ReplayedTransport extends OpenAIRealtimeBase {
  readonly status = 'connected';
  readonly muted = null;

  async connect(): Promise<void> {}
  close(): void {}
  mute(): void {}
  sendEvent(): void {}

  /** The server says this. */
  receive(event: TappedEvent): void {
    this._onMessage({ data: JSON.stringify(event) });
  }
}
