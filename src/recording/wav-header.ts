// `wavefile`, which the command line uses, builds a file in memory once it is complete. A recording is written while the call
// lasts, so it needs only the 44 bytes before the samples.

/** Bytes before the samples. */
export const WAV_HEADER_BYTES = 44;

/** Length of a stream that has not ended, as `sox` and `ffmpeg` write and read it. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/**
 * The header of a WAV file of PCM16 (RIFF, `WAVE_FORMAT_PCM`). Without `frames` the length is unknown: players read to the end
 * of the stream. To make the file exact, write the header again when the length is known.
 */
export function wavHeader(options: { sampleRate: number; channels: number; frames?: number }): Uint8Array<ArrayBuffer> {
  const { sampleRate, channels, frames } = options;
  const frameBytes = channels * 2;
  const dataBytes = frames === undefined ? UNKNOWN_LENGTH : frames * frameBytes;
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const ascii = (offset: number, text: string): void => {
    for (let at = 0; at < text.length; at++) view.setUint8(offset + at, text.charCodeAt(at));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, Math.min(UNKNOWN_LENGTH, dataBytes + WAV_HEADER_BYTES - 8), true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}
