import * as rtc from 'node-datachannel';
import { Watch } from '../watch.ts';
import type { ClientEvent } from '../../src/protocol/client-events.ts';
import type { SentEvent } from '../../src/server/sent-event.ts';
import { CallCodec } from '../../src/server/call-codec.ts';
import { buildRtp, parseRtp } from '../../src/server/webrtc/rtp.ts';
import type { EventOf } from './scripted-client.ts';

const PAYLOAD_TYPES = { opus: 111, PCMU: 0 } as const;
const SSRC = 4711;

/** A caller without a browser: the same library on the other side of the call. */
export class WebRtcClient {
  readonly events: SentEvent[] = [];
  /** Session audio as it arrived, whole packets. */
  readonly heard: Int16Array[] = [];
  location = '';
  answerSdp = '';
  readonly #codecName: keyof typeof PAYLOAD_TYPES;
  readonly #codec: CallCodec;
  readonly #connection = new rtc.PeerConnection('caller', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    // The offer is made once track and channel are there.
    disableAutoNegotiation: true,
  });
  readonly #channel = this.#connection.createDataChannel('oai-events');
  readonly #track: rtc.Track;
  readonly #watch = new Watch();
  readonly #closed = Promise.withResolvers<void>();
  #packets = 0;
  #isClosed = false;

  static async create(codecName: keyof typeof PAYLOAD_TYPES): Promise<WebRtcClient> {
    return new WebRtcClient(codecName, await CallCodec.load(codecName));
  }

  private constructor(codecName: keyof typeof PAYLOAD_TYPES, codec: CallCodec) {
    this.#codecName = codecName;
    this.#codec = codec;
    const audio = new rtc.Audio('0', 'SendRecv');
    if (codecName === 'opus') audio.addOpusCodec(PAYLOAD_TYPES.opus);
    else audio.addAudioCodec(PAYLOAD_TYPES.PCMU, 'PCMU');
    audio.addSSRC(SSRC, 'caller', 'caller', 'caller-audio');
    this.#track = this.#connection.addTrack(audio);
    this.#track.onMessage((bytes) => {
      // A packet may still be on its way from the library's thread, where nothing that is thrown here can go.
      if (this.#isClosed) return;
      const packet = parseRtp(new Uint8Array(bytes));
      if (packet !== null) this.heard.push(this.#codec.decode(packet.payload).samples);
      this.#watch.wake();
    });
    this.#channel.onMessage((text) => {
      this.events.push(JSON.parse(text as string) as SentEvent);
      this.#watch.wake();
    });
    this.#channel.onClosed(() => this.#closed.resolve());
  }

  /** Resolves when the server has ended the call. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The offer, gathered. */
  async offer(): Promise<string> {
    const gathered = new Promise<void>((resolve) => {
      this.#connection.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    this.#connection.setLocalDescription('offer');
    await gathered;
    return this.#connection.localDescription()?.sdp ?? '';
  }

  /** Offers a call at `baseUrl`; returns the status. */
  async call(baseUrl: string, key = 'local', session?: object): Promise<number> {
    const sdp = await this.offer();
    const form = new FormData();
    form.set('sdp', sdp);
    form.set('session', JSON.stringify(session));
    const response = await fetch(`${baseUrl}/realtime/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...(session === undefined && { 'content-type': 'application/sdp' }) },
      body: session === undefined ? sdp : form,
    });
    this.location = response.headers.get('location') ?? '';
    this.answerSdp = await response.text();
    if (response.status === 201) this.#connection.setRemoteDescription(this.answerSdp, 'answer');
    return response.status;
  }

  /** The first event of a type, or of those after `from` events, that satisfies `accept`. */
  async next<T extends SentEvent['type']>(type: T, from = 0): Promise<EventOf<T>> {
    return this.until(() => this.events.slice(from).find((event): event is EventOf<T> => event.type === type));
  }

  /** Waits until `find` finds something, looking whenever something arrives. */
  until<T>(find: () => T | undefined): Promise<T> {
    return this.#watch.until(find);
  }

  send(...events: ClientEvent[]): void {
    for (const event of events) this.#channel.sendMessage(JSON.stringify(event));
  }

  /** Sends a packet of session audio, 480 frames. */
  speak(packet: Int16Array): void {
    const ticks = (this.#codec.clockRate * 20) / 1000;
    const fields = {
      payloadType: PAYLOAD_TYPES[this.#codecName],
      isMarked: this.#packets === 0,
      sequenceNumber: this.#packets & 0xffff,
      timestamp: this.#packets * ticks,
      ssrc: SSRC,
    };
    this.#packets += 1;
    this.#track.sendMessageBinary(Buffer.from(buildRtp(fields, this.#codec.encode(packet)).buffer));
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
    this.#codec.free();
  }
}
