import type { Clock } from '../clock.ts';
import type { SessionPlayout } from '../playout/playout.ts';
import type { ApiKey } from './transport.ts';

/** Models of the Realtime service; any other name is passed on as well. */
export type OpenAIRealtimeModels =
  | 'gpt-realtime'
  | 'gpt-realtime-1.5'
  | 'gpt-realtime-2'
  | 'gpt-realtime-2.1'
  | 'gpt-realtime-2.1-mini'
  | 'gpt-realtime-mini'
  | (string & {});

/** The model of a connection that names none. */
export const DEFAULT_OPENAI_REALTIME_MODEL: OpenAIRealtimeModels = 'gpt-realtime-2.1';

/** Options of every transport to the Realtime service. */
export interface OpenAIRealtimeBaseOptions {
  model?: OpenAIRealtimeModels;
  apiKey?: ApiKey;
  /** Where the model's audio goes. Default: the app plays it itself from the `audio` events. */
  playout?: SessionPlayout;
  /** Default: the platform's monotonic clock. */
  clock?: Clock;
}
