import type { WireItemStatus } from '../protocol/client-events.ts';
import type { KeptItem } from './conversation.ts';
import type { ItemAudio } from './item-audio.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { Pace } from './pace.ts';
import type { Emit, InResponse } from './sent-event.ts';

/** One item that a response makes: the response announces, runs and finishes it, in whatever state it has reached. */
export interface ResponseOutput {
  readonly audio: ItemAudio | null;
  /** The item as far as it is made. */
  item(status: WireItemStatus): KeptItem;
  /** Sends the deltas, one step at a time. */
  run(): Promise<void>;
  /** Sends the closing events of what was begun: after `run`, or in the middle of it when the response is cancelled. */
  finish(): void;
}

/** What every output of a response is made with. */
export interface OutputParts {
  readonly responseId: string;
  readonly itemId: string;
  readonly outputIndex: number;
  readonly emit: Emit;
  /** Takes speech instead of the deltas, when the server plays it itself. */
  readonly output: OutputBuffer | null;
  readonly pace: Pace;
  /** Waits for work; throws if the response has ended meanwhile, so that nothing is sent afterwards. */
  readonly live: <T>(work: Promise<T>) => Promise<T>;
  /** Marks work that takes real time, which a virtual clock waits for. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
  /** Counts tokens; throws when the response has none left. */
  readonly spend: (tokens: number) => void;
}

/** Where the item stands, as each of its events says. */
export function placeOf({ responseId, itemId, outputIndex }: OutputParts): InResponse {
  return { response_id: responseId, item_id: itemId, output_index: outputIndex };
}
