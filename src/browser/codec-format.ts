import { WIRE_SAMPLE_RATE } from '../audio/format.ts';
import { AudioError } from '../errors.ts';

/** How the samples of a packet are coded: PCM16 in the byte order of the machine, or one octet a sample of G.711. */
export type CodecFormat = 'pcm16' | 'mulaw' | 'alaw';

const G711_SAMPLE_RATE = 8000;

/** Rate of packets in a format unless the app says otherwise, in Hz. Throws `ERR_CODEC_FORMAT` for what is no format. */
export function defaultPacketRate(format: CodecFormat): number {
  if (format === 'pcm16') return WIRE_SAMPLE_RATE;
  if (format === 'mulaw' || format === 'alaw') return G711_SAMPLE_RATE;
  throw new AudioError(`format must be 'pcm16', 'mulaw' or 'alaw', got ${String(format)}`, {
    code: 'ERR_CODEC_FORMAT',
  });
}
