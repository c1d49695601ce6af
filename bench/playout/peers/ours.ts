// The playout under test, as a worklet or a host that pulls uses it.
import { PullPlayout, type ItemPosition, type PlayoutListener } from '../../../src/playout/index.ts';
import type { Player, SaidPosition } from '../player.ts';

export class Bargein implements Player {
  readonly playout: PullPlayout;
  readonly pause = (): void => this.playout.pause();
  readonly resume = (): void => this.playout.resume();
  #report: SaidPosition[] | null = null;

  constructor(sampleRate: number, isAdaptive = true) {
    this.playout = new PullPlayout({ sampleRate, outputRate: sampleRate, maxBlockFrames: 128, isAdaptive });
    const listener: PlayoutListener = {
      onStarted: () => {},
      onDone: () => {},
      onReport: ({ items }) => {
        this.#report = items.map(said);
      },
    };
    this.playout.listener = listener;
  }

  write(item: number, startFrame: number, samples: Int16Array): void {
    this.playout.write({ itemId: nameOf(item), contentIndex: 0, responseId: `response ${item}`, startFrame, samples });
  }

  end(item: number): void {
    this.playout.end(nameOf(item), 0);
  }

  render(output: Float32Array): void {
    this.playout.render(output);
  }

  interrupt(): void {
    this.playout.flush('barge-in');
  }

  takeReport(): readonly SaidPosition[] | null {
    const report = this.#report;
    this.#report = null;
    return report;
  }
}

function nameOf(item: number): string {
  return `item ${item}`;
}

function said({ itemId, renderedFrames }: ItemPosition): SaidPosition {
  return { item: Number(itemId.slice('item '.length)), renderedFrames };
}
