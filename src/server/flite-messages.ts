/** A sentence for the Flite worker. */
export interface FliteJob {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
  /** Factor of the length of each sound, 1 is normal. */
  readonly durationStretch: number;
}

/** What the worker answers: speech at Flite's own rate, or why there is none. */
export type FliteResult =
  | { readonly id: number; readonly sampleRate: number; readonly samples: Int16Array<ArrayBuffer> }
  | { readonly id: number; readonly failure: string };
