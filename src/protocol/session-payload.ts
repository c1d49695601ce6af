// The session's configuration, from the public API's words to the wire's.

import { AudioError } from '../errors.ts';
import type {
  RealtimeAudioFormat,
  RealtimeAudioFormatDefinition,
  RealtimeToolDefinition,
  RealtimeTurnDetectionConfig,
  SessionConfig,
} from './session-config.ts';

/** Rate of PCM16 on the Realtime wire, in Hz; the service takes no other. */
const PCM_RATE = 24_000;

/** `session` of a `session.update`. In an update, what is absent stays as it was. */
export interface RealtimeSessionPayload {
  type: 'realtime';
  audio?: { input?: SessionPayloadInput; output?: SessionPayloadOutput };
  [key: string]: unknown;
}
export interface SessionPayloadInput {
  format?: RealtimeAudioFormatDefinition;
  noise_reduction?: { type: string } | null;
  transcription?: Record<string, unknown> | null;
  turn_detection?: Record<string, unknown> | null;
}
export interface SessionPayloadOutput {
  format?: RealtimeAudioFormatDefinition;
  voice?: string;
  speed?: number;
}

/** What a connection starts with, where its configuration says nothing else. */
export const DEFAULT_OPENAI_REALTIME_SESSION_CONFIG: SessionConfig = {
  outputModalities: ['audio'],
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: PCM_RATE },
      transcription: { model: 'gpt-4o-mini-transcribe' },
      turnDetection: { type: 'semantic_vad' },
      noiseReduction: null,
    },
    output: { format: { type: 'audio/pcm', rate: PCM_RATE }, speed: 1 },
  },
};

/**
 * A format by any of its names. Unknown names, and rates that are no number, mean PCM at 24 kHz as in the official
 * package; any other rate throws `ERR_SAMPLE_RATE`, because the service would refuse the whole configuration.
 */
export function audioFormat(format: RealtimeAudioFormat): RealtimeAudioFormatDefinition {
  if (typeof format === 'object') {
    if (format.type !== 'audio/pcm') return format;
    if (Number.isFinite(format.rate) && format.rate !== PCM_RATE) {
      throw new AudioError(`audio/pcm has a rate of ${PCM_RATE} Hz on the wire, got ${format.rate}; resample first`, {
        code: 'ERR_SAMPLE_RATE',
      });
    }
    return { type: 'audio/pcm', rate: PCM_RATE };
  }
  if (format === 'g711_ulaw') return { type: 'audio/pcmu' };
  if (format === 'g711_alaw') return { type: 'audio/pcma' };
  return { type: 'audio/pcm', rate: PCM_RATE };
}

/**
 * What `config` says, and nothing it does not say. Both shapes of the configuration are read; where both say something,
 * the new one wins, and where it says null, null wins. `tracing` is left out: it has an update of its own.
 */
export function sessionPayload(config: SessionConfig): RealtimeSessionPayload {
  const input = config.audio?.input ?? {};
  const output = config.audio?.output ?? {};
  const wireInput = defined<SessionPayloadInput>({
    format: mapped(input.format ?? config.inputAudioFormat, audioFormat),
    noise_reduction: newest(input.noiseReduction, config.inputAudioNoiseReduction),
    transcription: newest(input.transcription, config.inputAudioTranscription),
    turn_detection: mapped(newest(input.turnDetection, config.turnDetection), turnDetection),
  });
  const wireOutput = defined<SessionPayloadOutput>({
    format: mapped(output.format ?? config.outputAudioFormat, audioFormat),
    voice: output.voice ?? config.voice,
    speed: output.speed ?? config.speed,
  });
  const audio = defined<NonNullable<RealtimeSessionPayload['audio']>>({
    input: isEmpty(wireInput) ? undefined : wireInput,
    output: isEmpty(wireOutput) ? undefined : wireOutput,
  });
  return {
    type: 'realtime',
    ...defined<Record<string, unknown>>({
      model: config.model,
      instructions: config.instructions,
      output_modalities: config.outputModalities ?? config.modalities,
      audio: isEmpty(audio) ? undefined : audio,
      tools: config.tools?.map(wireTool),
      tool_choice: mapped(config.toolChoice, toolChoice),
      parallel_tool_calls: config.parallelToolCalls,
      reasoning: config.reasoning,
      prompt: mapped(config.prompt, prompt),
    }),
    ...config.providerData,
  };
}

/** `base` with what `update` says; audio is merged field by field, everything else is replaced. */
export function mergeSessionPayload(
  base: RealtimeSessionPayload,
  update: RealtimeSessionPayload,
): RealtimeSessionPayload {
  const input = { ...base.audio?.input, ...update.audio?.input };
  const output = { ...base.audio?.output, ...update.audio?.output };
  return { ...base, ...update, audio: { ...base.audio, ...update.audio, input, output } };
}

/** Settings of turn detection that the public API also takes in camel case. */
const CAMEL_CASE_SETTINGS = [
  'createResponse',
  'interruptResponse',
  'prefixPaddingMs',
  'silenceDurationMs',
  'idleTimeoutMs',
  'modelVersion',
] as const;

/** Where a setting is given in both spellings, camel case wins. */
function turnDetection(config: RealtimeTurnDetectionConfig | null): Record<string, unknown> | null | undefined {
  if (config === null) return null;
  const { type, ...settings } = config;
  for (const name of CAMEL_CASE_SETTINGS) {
    const wireName = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    settings[wireName] = settings[name] ?? settings[wireName];
    delete settings[name];
  }
  const wire = defined<Record<string, unknown>>(settings);
  if (type === undefined && isEmpty(wire)) return undefined;
  return { type: type ?? impliedType(wire), ...wire };
}

/** The service insists on a type; some settings exist for one only. */
function impliedType(wire: Record<string, unknown>): string {
  const isServerVad = ['threshold', 'prefix_padding_ms', 'silence_duration_ms', 'idle_timeout_ms'].some(
    (key) => key in wire,
  );
  return isServerVad ? 'server_vad' : 'semantic_vad';
}

/** Function tools keep the fields that the service documents; `strict`, for one, it refuses. */
function wireTool(tool: RealtimeToolDefinition): Record<string, unknown> {
  if (tool.type !== 'function') return defined<Record<string, unknown>>(tool);
  const { type, name, description, parameters } = tool;
  return defined<Record<string, unknown>>({ type, name, description, parameters });
}

/** A choice by bare name is a function's. */
function toolChoice(choice: unknown): unknown {
  if (typeof choice !== 'string' || choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  return { type: 'function', name: choice };
}

function prompt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('promptId' in value)) return value;
  const { promptId, ...rest } = value;
  return defined<Record<string, unknown>>({ id: promptId, ...rest });
}

/** The first of the two that says something; null says something. */
function newest<A, B>(current: A, deprecated: B): A | B {
  return current === undefined ? deprecated : current;
}

function mapped<A, B>(value: A | undefined, map: (value: A) => B): B | undefined {
  return value === undefined ? undefined : map(value);
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function isEmpty(fields: object): boolean {
  return Object.keys(fields).length === 0;
}
