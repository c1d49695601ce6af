import type { RealtimeTurnDetectionConfig, SessionConfig } from '../protocol/session-config.ts';

/** Where a feature changes how the server detects turns; push-to-talk (`null`) stays as it is. */
export function withTurnDetection(
  config: SessionConfig,
  changes: Pick<RealtimeTurnDetectionConfig, 'interruptResponse' | 'createResponse'>,
): SessionConfig {
  const { turnDetection: current, ...input } = config.audio?.input ?? {};
  const turnDetection = current === undefined ? config.turnDetection : current;
  if (turnDetection === null) return config;
  return {
    ...config,
    audio: { ...config.audio, input: { ...input, turnDetection: { ...turnDetection, ...changes } } },
  };
}

/** Whether the service writes down what the user says; it does unless the configuration switches it off. */
export function transcribesUser(config: SessionConfig): boolean {
  const transcription = config.audio?.input?.transcription;
  return (transcription === undefined ? config.inputAudioTranscription : transcription) !== null;
}
