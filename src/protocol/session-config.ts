/** Format of audio on the wire. */
export type RealtimeAudioFormatDefinition =
  | { type: 'audio/pcm'; rate: number }
  | { type: 'audio/pcmu' }
  | { type: 'audio/pcma' };

/** A format, or one of the deprecated names of the first protocol. */
export type RealtimeAudioFormat = 'pcm16' | 'g711_ulaw' | 'g711_alaw' | (string & {}) | RealtimeAudioFormatDefinition;

/** Turn detection; both spellings of each key are accepted. */
export interface RealtimeTurnDetectionConfig {
  type?: 'semantic_vad' | 'server_vad' | (string & {});
  createResponse?: boolean;
  create_response?: boolean;
  eagerness?: 'auto' | 'low' | 'medium' | 'high';
  interruptResponse?: boolean;
  interrupt_response?: boolean;
  prefixPaddingMs?: number;
  prefix_padding_ms?: number;
  silenceDurationMs?: number;
  silence_duration_ms?: number;
  threshold?: number;
  idleTimeoutMs?: number;
  idle_timeout_ms?: number;
  modelVersion?: string;
  model_version?: string;
  [key: string]: unknown;
}

/** How the service transcribes the user: `language` as ISO 639-1, `prompt` with words to expect. */
export interface RealtimeInputAudioTranscriptionConfig {
  model?: string;
  language?: string;
  prompt?: string;
  [key: string]: unknown;
}

/** Audio of both directions: formats, turn detection and transcription in, voice and speed out. */
export interface RealtimeAudioConfig {
  input?: {
    format?: RealtimeAudioFormat;
    noiseReduction?: { type: 'near_field' | 'far_field' | (string & {}) } | null;
    transcription?: RealtimeInputAudioTranscriptionConfig | null;
    turnDetection?: RealtimeTurnDetectionConfig | null;
  } | null;
  output?: {
    format?: RealtimeAudioFormat;
    voice?: string;
    /** Factor of the speaking rate, 1 is normal. */
    speed?: number;
  } | null;
}

/** Traces at the service: `'auto'` for its defaults, or names and metadata of your own. */
export type RealtimeTracingConfig =
  | 'auto'
  | { workflow_name?: string; group_id?: string; metadata?: Record<string, unknown> };

/** A function the model may call, in wire form. */
export interface FunctionToolDefinition {
  type: 'function';
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  strict?: boolean;
}

/** A tool server that the service itself calls. */
export interface HostedMcpToolDefinition {
  type: 'mcp';
  server_label: string;
  server_url?: string;
  headers?: Record<string, string>;
  allowed_tools?: string[] | { tool_names?: string[] };
  require_approval?: 'never' | 'always' | Record<string, unknown>;
  [key: string]: unknown;
}

/** A tool that the model may use, in wire form. */
export type RealtimeToolDefinition = FunctionToolDefinition | HostedMcpToolDefinition;

/** How long a reasoning model thinks before it answers. */
export type RealtimeReasoningEffort = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
/** Settings of models that reason. */
export interface RealtimeReasoningConfig {
  effort?: RealtimeReasoningEffort;
}

/** Configuration of a session in the public API's words. */
export interface RealtimeSessionConfigDefinition {
  model?: string;
  instructions?: string;
  toolChoice?: unknown;
  tools?: RealtimeToolDefinition[];
  parallelToolCalls?: boolean;
  reasoning?: RealtimeReasoningConfig;
  tracing?: RealtimeTracingConfig | null;
  providerData?: Record<string, unknown>;
  prompt?: unknown;
  outputModalities?: ('text' | 'audio')[];
  audio?: RealtimeAudioConfig;
  voice?: string;
}

/** The flat shape of the first protocol, still accepted. */
export interface RealtimeSessionConfigDeprecated {
  modalities?: ('text' | 'audio')[];
  inputAudioFormat?: RealtimeAudioFormat;
  outputAudioFormat?: RealtimeAudioFormat;
  inputAudioTranscription?: RealtimeInputAudioTranscriptionConfig;
  turnDetection?: RealtimeTurnDetectionConfig | null;
  inputAudioNoiseReduction?: { type: string } | null;
  speed?: number;
}

/** Both shapes; where both say something, the new one wins. */
export type RealtimeSessionConfig = RealtimeSessionConfigDefinition & RealtimeSessionConfigDeprecated;

/** What the session core passes through without looking inside. */
export type SessionConfig = Partial<RealtimeSessionConfig>;
