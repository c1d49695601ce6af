// What a telephone provider's media stream says and is told, whatever its JSON looks like. One dialect a provider; the
// transport, the playout and the padding know only these words.

/** How a phone line codes its samples: G.711, 8 kHz, mono. */
export type PhoneEncoding = 'audio/pcmu' | 'audio/pcma';

/** One frame from the provider. */
export type PhoneMessage =
  /** The stream begins: the first frame with content, once. */
  | {
      readonly type: 'start';
      readonly streamId: string;
      readonly callId: string | undefined;
      readonly encoding: PhoneEncoding;
      /** What the app put into the answer to the call; untrusted text. */
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'media';
      /** Whose audio it is: only the caller's is of use to the model. */
      readonly isCaller: boolean;
      /** Milliseconds from the start of the stream to the first octet. */
      readonly timestampMs: number;
      /** Base64 of G.711 octets, checked. */
      readonly payload: string;
      /** Octets in `payload`, one a sample. */
      readonly frames: number;
    }
  /** Playback has reached a mark, or `clear` has returned it. */
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'dtmf'; readonly digit: string }
  | { readonly type: 'stop' }
  /** A frame that needs no answer. */
  | { readonly type: 'other' };

/** The frames of one provider. */
export interface PhoneDialect {
  /** Of the event in which the app sees every frame: `<name>_message`. */
  readonly name: string;
  /** Reads one frame that was JSON; throws `ERR_PHONE_FRAME` when it is not what the provider's protocol says. */
  read(frame: unknown): PhoneMessage;
  /**
   * What `read` says of a frame of audio, from its text alone; `null` for every frame that has to be parsed. A dialect without
   * it works as well: it spares the bridge 2 µs a packet.
   */
  readMedia?(text: string): PhoneMessage | null;
  /** Audio to play behind what was sent before, base64 of G.711 octets. */
  media(streamId: string, payload: string): string;
  /** Comes back when playback reaches it. */
  mark(streamId: string, name: string): string;
  /** Empties the play buffer; pending marks come back. */
  clear(streamId: string): string;
}
