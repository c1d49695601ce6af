import { MicrophoneUplink, PhoneDownlink, PhoneUplink, SpeakerDownlink } from '../../src/audio/index.ts';

/** Float at the device's rate to base64 PCM16 at 24 kHz; blocks of one packet. */
export function ownMicrophonePath(deviceRate: number): (block: Float32Array) => string {
  const uplink = new MicrophoneUplink({ deviceRate });
  let text = '';
  const onPacket = (packet: string): void => {
    text = packet;
  };
  return (block) => {
    uplink.push(block, onPacket);
    return text;
  };
}

/** Base64 PCM16 at 24 kHz to float at the device's rate. */
export function ownPlaybackPath(deviceRate: number): (text: string) => Float32Array {
  const downlink = new SpeakerDownlink({ deviceRate });
  return (text) => downlink.convert(text);
}

/** Base64 µ-law at 8 kHz to base64 PCM16 at 24 kHz. */
export function ownTelephonyIn(): (text: string) => string {
  const uplink = new PhoneUplink();
  return (text) => uplink.convert(text);
}

/** Base64 PCM16 at 24 kHz to base64 µ-law at 8 kHz. */
export function ownTelephonyOut(): (text: string) => string {
  const downlink = new PhoneDownlink();
  return (text) => downlink.convert(text);
}
