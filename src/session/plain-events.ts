import type { TurnMetrics } from './turn-metrics.ts';

/** Where an item's audio stands in the conversation. */
export interface PlaybackDone {
  readonly itemId: string;
  readonly contentIndex: number;
  readonly responseId: string;
}

/** Where the connection stands, and why. */
export interface RealtimeConnectionEvent {
  readonly state: 'connecting' | 'connected' | 'reconnecting' | 'disconnected';
  /** Which attempt in a row this is at making a lost connection again; 0 for a connection that the app opens. */
  readonly attempt: number;
  /** Until the attempt, before jitter. */
  readonly delayMs?: number;
  /** Of the connection that was lost. */
  readonly closeCode?: number;
  /** Why it was lost, or why the attempt before failed. */
  readonly reason?: string;
}

/** Events of a session with one argument in plain data: what the session core says is what listeners get. */
export interface PlainSessionEvents {
  /** The connection was opened, lost, made again or ended. */
  connection: RealtimeConnectionEvent;
  /** The user began to speak; `audioStartMs` is in milliseconds of the audio that was sent. */
  user_speech_started: { readonly itemId?: string; readonly audioStartMs?: number };
  /** The user is silent again; `audioEndMs` is in milliseconds of the audio that was sent. */
  user_speech_stopped: { readonly itemId?: string; readonly audioEndMs?: number };
  /** The audio of an item was played to its end, uncut; `audio_stopped` comes when the model has sent it all. */
  playback_done: PlaybackDone;
  /** The agent is paused, or turned down, until it is known whether the user meant to interrupt (`falseInterruption`). */
  audio_paused: { readonly action: 'pause' | 'duck' };
  /** It was no interruption: the agent goes on where it was. */
  audio_resumed: { readonly action: 'pause' | 'duck' };
  /** The guardrails have not read the agent's words in time: its audio waits, or is heard unread (`holdBack`). */
  audio_hold_timeout: { readonly responseId: string; readonly itemId: string };
  /** What the user said was refused and is not answered (`inputGate`). */
  input_refused: { readonly itemId: string | null; readonly text: string | null; readonly reason?: string };
  /** A turn is over, or another one began: how long it took and what it cost (`turnMetrics`). */
  turn_metrics: TurnMetrics;
}

/** Such an event as a notice of the session core. */
export type PlainNotice = {
  [K in keyof PlainSessionEvents]: {
    readonly type: 'event';
    readonly event: K;
    readonly detail: PlainSessionEvents[K];
  };
}[keyof PlainSessionEvents];
