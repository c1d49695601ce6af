import type {
  WireAudioFormat,
  WireModality,
  WireNoiseReduction,
  WireResponseRequest,
  WireSession,
  WireTool,
  WireToolChoice,
  WireTranscription,
  WireTurnDetection,
  WireVoice,
} from '../protocol/client-events.ts';
import { Refusal } from './refusal.ts';

/** A session's configuration with every default filled in. */
export interface SessionConfig extends WireSession {
  output_modalities: WireModality[];
  instructions: string;
  tools: WireTool[];
  tool_choice: WireToolChoice;
  max_output_tokens: number | 'inf';
  audio: {
    input: {
      format: WireAudioFormat;
      noise_reduction: WireNoiseReduction | null;
      transcription: WireTranscription | null;
      turn_detection: WireTurnDetection | null;
    };
    output: { format: WireAudioFormat; voice: string; speed: number };
  };
}

/** What a response is asked to be. */
export interface ResponseSettings {
  readonly instructions: string;
  readonly tools: readonly WireTool[];
  readonly modality: WireModality;
  readonly format: WireAudioFormat;
  readonly voiceName: string;
  readonly speed: number;
  readonly maxOutputTokens: number | 'inf';
  readonly metadata: Record<string, string> | null;
}

/** Little-endian PCM16 at 24 kHz: what a session speaks unless it is told otherwise, and what a call's audio is inside the server. */
export const PCM_FORMAT: WireAudioFormat = { type: 'audio/pcm', rate: 24_000 };

/** The configuration that a session starts with. */
export function defaultConfig(model: string | undefined): SessionConfig {
  return {
    type: 'realtime',
    ...(model !== undefined && { model }),
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    prompt: null,
    truncation: 'auto',
    audio: {
      input: {
        format: PCM_FORMAT,
        noise_reduction: null,
        transcription: null,
        turn_detection: withDefaults({ type: 'server_vad' }),
      },
      output: { format: PCM_FORMAT, voice: 'marin', speed: 1 },
    },
  };
}

/**
 * The configuration after an update. As on the service, the model is fixed once it is known, and the voice once the
 * assistant has spoken; what the update does not name stays as it was.
 */
export function mergeConfig(config: SessionConfig, update: WireSession, hasSpoken: boolean): SessionConfig {
  const { audio, model, ...rest } = update;
  if (model !== undefined && config.model !== undefined && model !== config.model) {
    throw new Refusal(`The model of a session can't be changed: it is '${config.model}', got '${model}'.`, {
      code: 'invalid_value',
      param: 'session.model',
    });
  }
  const voice = audio?.output?.voice === undefined ? config.audio.output.voice : voiceName(audio.output.voice);
  if (hasSpoken && voice !== config.audio.output.voice) {
    throw new Refusal("Cannot update a conversation's voice if assistant audio is present.", {
      code: 'cannot_update_voice',
      param: 'session.audio.output.voice',
    });
  }
  if (config.tracing && update.tracing && JSON.stringify(update.tracing) !== JSON.stringify(config.tracing)) {
    throw new Refusal('The tracing of a session can only be ended, not changed.', {
      code: 'invalid_value',
      param: 'session.tracing',
    });
  }
  const input = { ...config.audio.input, ...audio?.input };
  return {
    ...config,
    ...rest,
    model: model ?? config.model,
    audio: {
      input: {
        ...input,
        format: completeFormat(input.format),
        turn_detection: input.turn_detection === null ? null : withDefaults(input.turn_detection),
      },
      output: {
        format: completeFormat(audio?.output?.format ?? config.audio.output.format),
        speed: audio?.output?.speed ?? config.audio.output.speed,
        voice,
      },
    },
  };
}

/** The configuration with the overrides of one `response.create`. */
export function responseSettings(config: SessionConfig, request: WireResponseRequest): ResponseSettings {
  const output = request.audio?.output;
  return {
    instructions: request.instructions ?? config.instructions,
    tools: (request.tool_choice ?? config.tool_choice) === 'none' ? [] : (request.tools ?? config.tools),
    modality: (request.output_modalities ?? config.output_modalities)[0] ?? 'audio',
    format: output?.format ?? config.audio.output.format,
    voiceName: output?.voice === undefined ? config.audio.output.voice : voiceName(output.voice),
    speed: config.audio.output.speed,
    maxOutputTokens: request.max_output_tokens ?? config.max_output_tokens,
    metadata: request.metadata ?? null,
  };
}

/** The one voice name behind the two ways to give one. */
function voiceName(voice: WireVoice): string {
  return typeof voice === 'string' ? voice : voice.id;
}

function completeFormat(format: WireAudioFormat): WireAudioFormat {
  return format.type === 'audio/pcm' ? PCM_FORMAT : format;
}

function withDefaults(detection: WireTurnDetection): WireTurnDetection {
  const answering = { create_response: true, interrupt_response: true };
  if (detection.type === 'semantic_vad') return { eagerness: 'auto', ...answering, ...detection };
  return {
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: 500,
    idle_timeout_ms: null,
    ...answering,
    ...detection,
  };
}
