import type { WireItemStatus } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import { type OutputParts, placeOf, type ResponseOutput } from './response-output.ts';
import type { InResponse } from './sent-event.ts';
import { textTokens } from './usage.ts';

const DELTA_CHARACTERS = 16;

/** The function call that an output makes. */
export interface CallOptions {
  readonly callId: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** A function call: its arguments in deltas, then whole. */
export class FunctionCallOutput implements ResponseOutput {
  readonly audio = null;
  readonly #parts: OutputParts;
  readonly #call: CallOptions;
  readonly #place: InResponse & { readonly call_id: string };
  #sent = '';

  constructor(parts: OutputParts, call: CallOptions) {
    this.#parts = parts;
    this.#call = call;
    this.#place = { ...placeOf(parts), call_id: call.callId };
  }

  item(status: WireItemStatus): KeptItem {
    const { callId, name } = this.#call;
    return {
      id: this.#parts.itemId,
      object: 'realtime.item',
      type: 'function_call',
      status,
      call_id: callId,
      name,
      arguments: this.#sent,
    };
  }

  async run(): Promise<void> {
    const { emit, live, spend } = this.#parts;
    for (let at = 0; at < this.#call.arguments.length; at += DELTA_CHARACTERS) {
      const delta = this.#call.arguments.slice(at, at + DELTA_CHARACTERS);
      await live(Promise.resolve());
      spend(textTokens(delta));
      this.#sent += delta;
      emit({ type: 'response.function_call_arguments.delta', ...this.#place, delta });
    }
  }

  finish(): void {
    const { name } = this.#call;
    this.#parts.emit({ type: 'response.function_call_arguments.done', ...this.#place, name, arguments: this.#sent });
  }
}
