/**
 * What runs in the render thread. `empty` does nothing, and by message takes and sends what the codec does: what it costs is the
 * browser's own.
 */
export type Subject = 'playback' | 'capture' | 'codec' | 'empty';

/** What the bench asks of its page. */
export interface BenchPage {
  start(subject: Subject, isShared: boolean): Promise<void>;
  /** A silent worklet in a context of its own: what it lacks, the machine lacked. */
  control(): Promise<void>;
  /** From here on the page computes for this share of the time, 0…1. */
  beBusy(share: number): void;
  /** Underruns of each context's output so far, as the browser counts them. */
  underruns(): { readonly subject: number; readonly control: number };
}

declare global {
  var bench: BenchPage;
}
