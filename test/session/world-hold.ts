// The part of `holdBack` outside the core, in a world: audio that waits, and what was read of each response, so that it can
// be said of whatever is heard whether it was read.

import type { SessionEffect } from '../../src/session/effect.ts';
import type { HoldBackJob } from '../../src/session/hold-back.ts';
import type { Untimed } from './rehearsal.ts';
import type { Delivery } from './simulated-server.ts';

interface Waiting {
  readonly delivery: Extract<Delivery, { type: 'audio' | 'audioDone' }>;
  readonly sequence: number;
  /** Characters of the transcript that were known when it arrived. */
  readonly neededLength: number;
}

type Run = Extract<SessionEffect, { readonly type: 'runGuardrail' }>;

/** Audio held back on one connection. */
export class WorldHold {
  readonly #isStrict: boolean;
  #waiting: Waiting[] = [];
  #sequence = 0;
  readonly #saidLengths: Map<string, number> = new Map();
  readonly #runs: Map<string, Run> = new Map();
  /** Characters read of a response, by guardrail. */
  readonly #readLengths: Map<string, number[]> = new Map();

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  said(responseId: string, delta: string): void {
    this.#saidLengths.set(responseId, (this.#saidLengths.get(responseId) ?? 0) + delta.length);
  }

  /** Holds a delivery; the input that tells the core of it. */
  take(delivery: Waiting['delivery']): Untimed {
    const { responseId, itemId } = delivery;
    const sequence = ++this.#sequence;
    this.#waiting.push({ delivery, sequence, neededLength: this.#saidLengths.get(responseId) ?? 0 });
    const frames = delivery.type === 'audio' ? delivery.frames : 0;
    const detail = { sequence, responseId, itemId, contentIndex: 0, frames };
    return { type: 'featureInput', feature: 'holdBack', detail };
  }

  /** What passes; what is dropped is gone. */
  release(job: HoldBackJob): readonly Waiting[] {
    const limit = job.type === 'pass' ? job.upToSequence : Number.POSITIVE_INFINITY;
    const isMeant = ({ delivery, sequence }: Waiting): boolean =>
      delivery.responseId === job.responseId && sequence <= limit;
    const meant = this.#waiting.filter(isMeant);
    this.#waiting = this.#waiting.filter((each) => !isMeant(each));
    return job.type === 'pass' ? meant : [];
  }

  reads(run: Run): void {
    this.#runs.set(run.runId, run);
  }

  hasRead(runId: string): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    const lengths = this.#readLengths.get(run.responseId) ?? [];
    lengths[run.guardrail] = Math.max(lengths[run.guardrail] ?? 0, run.text.length);
    this.#readLengths.set(run.responseId, lengths);
  }

  /** What is wrong with hearing that much of a response, if anything. */
  unread(responseId: string, neededLength: number, guardrailCount: number): string | undefined {
    if (!this.#isStrict) return undefined;
    const lengths = this.#readLengths.get(responseId) ?? [];
    for (let guardrail = 0; guardrail < guardrailCount; guardrail++) {
      const read = lengths[guardrail] ?? 0;
      if (read < neededLength) return `${responseId}: guardrail ${guardrail} has read ${read} of ${neededLength}`;
    }
    return undefined;
  }
}
