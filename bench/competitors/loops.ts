// What applications write themselves: the loops that web SDKs and samples use.

/** Float to PCM16 as it is usually written: clamped, scaled by sign, truncated. */
export function loopPcm16FromFloat(samples: Float32Array, output: Int16Array): void {
  for (let i = 0; i < samples.length; i++) {
    const sample = Math.max(-1, Math.min(1, samples[i] ?? 0));
    output[i] = sample < 0 ? sample * 0x8000 : sample * 0x7fff;
  }
}

/** PCM16 to float as it is usually written. */
export function loopFloatFromPcm16(samples: Int16Array, output: Float32Array): void {
  for (let i = 0; i < samples.length; i++) output[i] = (samples[i] ?? 0) / 32_768;
}

/** Root mean square and sample peak in one pass. */
export function loopLevel(samples: Float32Array): { readonly rms: number; readonly peak: number } {
  let squares = 0;
  let peak = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    squares += sample * sample;
    const magnitude = Math.abs(sample);
    if (magnitude > peak) peak = magnitude;
  }
  return { rms: Math.sqrt(squares / samples.length), peak };
}

/** Base64 of bytes by `String.fromCharCode` and `btoa`. */
export function btoaEncode(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i] ?? 0);
  return btoa(binary);
}

/** Bytes of base64 by `atob` and `charCodeAt`. */
export function atobDecode(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
