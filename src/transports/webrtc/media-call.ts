// The call itself: microphone in, speaker out, and the channel for events between. It knows nothing of the protocol.

import type { Clock, Timer } from '../../clock.ts';
import { deferred } from '../../deferred.ts';
import { TransportConnectionError } from '../../errors.ts';
import type { CallStats } from './call-stats.ts';
import { callStats } from './call-stats.ts';

/** From the offer to an open channel. Asking the user for the microphone is not counted. */
const CONNECT_DEADLINE_MS = 10_000;

/** A network that changes takes a moment; after that the call is over. */
const DISCONNECTED_GRACE_MS = 5000;

/** Longest piece of a refusal that is quoted. */
const QUOTED_CHARS = 200;

/** Where the caller's voice comes from. */
export type MicrophoneSource = MediaStream | MediaStreamTrack | MediaTrackConstraints;

/** What a call is made of. */
export interface MediaCallOptions {
  readonly clock: Clock;
  readonly url: string;
  readonly apiKey: string;
  readonly microphone: MicrophoneSource;
  readonly isMuted: boolean;
  /** What plays the agent; null where there is nothing to play on. */
  readonly audioElement: HTMLAudioElement | null;
  readonly changePeerConnection:
    | ((peerConnection: RTCPeerConnection) => RTCPeerConnection | Promise<RTCPeerConnection>)
    | undefined;
  readonly signal: AbortSignal;
  readonly onMessage: (message: { readonly data: unknown }) => void;
  /** The call ended without `close`. Once. */
  readonly onLost: (reason: string) => void;
}

/** One call over WebRTC; made by `MediaCall.open`. */
export class MediaCall {
  readonly peerConnection: RTCPeerConnection;
  readonly dataChannel: RTCDataChannel;
  readonly #options: MediaCallOptions;
  #callId: string | undefined;
  #sender: RTCRtpSender | null = null;
  #track: MediaStreamTrack;
  /** The track was opened here, so it is ended here. */
  #isOwnTrack: boolean;
  #grace: Timer | null = null;
  #isOver = false;

  private constructor(
    options: MediaCallOptions,
    parts: { peerConnection: RTCPeerConnection; dataChannel: RTCDataChannel; microphone: OpenMicrophone },
  ) {
    this.#options = options;
    this.peerConnection = parts.peerConnection;
    this.dataChannel = parts.dataChannel;
    this.#track = parts.microphone.track;
    this.#isOwnTrack = parts.microphone.isOwn;
  }

  /**
   * Takes the microphone, makes the offer and waits for the channel to open. Rejects when the user refuses the microphone,
   * the server the call, nothing opens within 10 s, or `signal` is aborted.
   */
  static async open(options: MediaCallOptions): Promise<MediaCall> {
    const { signal } = options;
    const microphone = await openMicrophone(options.microphone, options.isMuted);
    let call: MediaCall | undefined;
    let made: RTCPeerConnection | undefined;
    try {
      signal.throwIfAborted();
      made = new RTCPeerConnection();
      // Before the hook, so that whatever it wraps has the channel.
      const dataChannel = made.createDataChannel('oai-events');
      playOn(options.audioElement, made);
      const sender = made.addTrack(microphone.track);
      const peerConnection = (await options.changePeerConnection?.(made)) ?? made;
      call = new MediaCall(options, { peerConnection, dataChannel, microphone });
      call.#sender = sender;
      signal.throwIfAborted();
      await call.#connect();
      return call;
    } catch (error) {
      if (call !== undefined) call.close();
      else {
        made?.close();
        endTrack(microphone);
      }
      throw error;
    }
  }

  /** The service's name for the call, out of the `Location` of its answer. */
  get callId(): string | undefined {
    return this.#callId;
  }

  send(text: string): void {
    this.dataChannel.send(text);
  }

  set isMuted(isMuted: boolean) {
    this.#track.enabled = !isMuted;
  }

  /** Another microphone, without a new call. */
  async useMicrophone(source: MicrophoneSource, isMuted: boolean): Promise<void> {
    const next = await openMicrophone(source, isMuted);
    if (this.#isOver || this.#sender === null) return endTrack(next);
    await this.#sender.replaceTrack(next.track);
    if (this.#isOwnTrack) this.#track.stop();
    this.#track = next.track;
    this.#isOwnTrack = next.isOwn;
  }

  /** How it is doing. */
  async stats(): Promise<CallStats> {
    return callStats(await this.peerConnection.getStats());
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#grace?.cancel();
    this.dataChannel.close();
    this.peerConnection.close();
    if (this.#isOwnTrack) this.#track.stop();
    const { audioElement } = this.#options;
    if (audioElement !== null) audioElement.srcObject = null;
  }

  async #connect(): Promise<void> {
    const { clock, signal, onMessage } = this.#options;
    const { peerConnection, dataChannel } = this;
    const opened = deferred<void>();
    // Whoever loses the race has nobody left to tell.
    opened.promise.catch(() => {});
    let isOpen = false;
    const fail = (reason: string): void => {
      if (isOpen) this.#lost(reason);
      else
        opened.reject(
          new TransportConnectionError(`the call could not be made: ${reason}`, { code: 'ERR_CONNECT_FAILED' }),
        );
    };
    dataChannel.addEventListener('open', () => {
      isOpen = true;
      opened.resolve();
    });
    dataChannel.addEventListener('message', (event: MessageEvent<unknown>) => onMessage({ data: event.data }));
    dataChannel.addEventListener('close', () => fail('the channel was closed by the server'));
    peerConnection.addEventListener('connectionstatechange', () => this.#onState(fail));
    const abandon = (): void => opened.reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    const deadline = clock.schedule(CONNECT_DEADLINE_MS, () =>
      opened.reject(
        new TransportConnectionError(`no call within ${CONNECT_DEADLINE_MS} ms`, { code: 'ERR_CONNECT_TIMEOUT' }),
      ),
    );
    try {
      await peerConnection.setLocalDescription(await peerConnection.createOffer());
      const answer = await this.#offer(peerConnection.localDescription?.sdp ?? '');
      await peerConnection.setRemoteDescription({ type: 'answer', sdp: answer });
      await opened.promise;
    } finally {
      deadline.cancel();
      signal.removeEventListener('abort', abandon);
    }
  }

  /** Sends the offer; the answer's SDP. */
  async #offer(sdp: string): Promise<string> {
    const { url, apiKey, signal } = this.#options;
    const quoted = (text: string): string => text.slice(0, QUOTED_CHARS).replaceAll(apiKey, '[key]');
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        body: sdp,
        headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${apiKey}` },
        signal,
      });
      text = await response.text();
    } catch (error) {
      signal.throwIfAborted();
      // No cause: some engines quote the header that they do not like, and with it the key.
      throw new TransportConnectionError(`the call did not reach the server: ${quoted(String(error))}`, {
        code: 'ERR_CONNECT_FAILED',
      });
    }
    if (!response.ok) {
      throw new TransportConnectionError(`the server answered the call with ${response.status}: ${quoted(text)}`, {
        code: response.status === 401 || response.status === 403 ? 'ERR_CONNECT_REFUSED' : 'ERR_CONNECT_FAILED',
      });
    }
    this.#callId = response.headers.get('Location')?.split('/').pop();
    return text;
  }

  #onState(fail: (reason: string) => void): void {
    const { connectionState } = this.peerConnection;
    this.#grace?.cancel();
    this.#grace = null;
    if (connectionState === 'failed' || connectionState === 'closed') fail(`the peer connection is ${connectionState}`);
    if (connectionState !== 'disconnected') return;
    this.#grace = this.#options.clock.schedule(DISCONNECTED_GRACE_MS, () =>
      fail(`the network was gone for ${DISCONNECTED_GRACE_MS} ms`),
    );
  }

  #lost(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#options.onLost(reason);
  }
}

interface OpenMicrophone {
  readonly track: MediaStreamTrack;
  readonly isOwn: boolean;
}

/** A muted track is silent before it is part of a call, so no word leaves early. */
async function openMicrophone(source: MicrophoneSource, isMuted: boolean): Promise<OpenMicrophone> {
  const isTrack = 'stop' in source && 'kind' in source;
  const isStream = 'getAudioTracks' in source;
  const track = isTrack ? source : firstTrack(isStream ? source : await openDevice(source));
  track.enabled = !isMuted;
  return { track, isOwn: !isTrack && !isStream };
}

async function openDevice(constraints: MediaTrackConstraints): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: constraints });
  } catch (error) {
    throw new TransportConnectionError(
      `the microphone can't be opened: ${error instanceof Error ? error.message : String(error)}; ask for it in a secure ` +
        'context, after a gesture of the user, or pass a mediaStream',
      { code: 'ERR_MICROPHONE', cause: error },
    );
  }
}

function firstTrack(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getAudioTracks();
  if (track !== undefined) return track;
  throw new TransportConnectionError('the mediaStream has no audio track: pass one with a microphone', {
    code: 'ERR_MICROPHONE',
  });
}

function endTrack({ track, isOwn }: OpenMicrophone): void {
  if (isOwn) track.stop();
}

function playOn(audioElement: HTMLAudioElement | null, peerConnection: RTCPeerConnection): void {
  if (audioElement === null) return;
  audioElement.autoplay = true;
  peerConnection.addEventListener('track', ({ streams, track }) => {
    audioElement.srcObject = streams[0] ?? new MediaStream([track]);
  });
}
