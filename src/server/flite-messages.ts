/** A sentence for the Flite worker. */
export interface FliteJob {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
  /** Factor of the length of each sound, 1 is normal. */
  readonly durationStretch: number;
  /** Rate of the speech that is wanted, in Hz. */
  readonly sampleRate: number;
}

/** What the worker answers: speech, or why there is none. */
export type FliteResult =
  | { readonly id: number; readonly samples: Int16Array<ArrayBuffer> }
  | { readonly id: number; readonly failure: string };
