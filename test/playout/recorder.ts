import type { ItemPosition, PlayoutListener, PlayoutPacket, PlayoutReport } from '../../src/playout/playout.ts';

/** Writes down what a playout tells its listener, one line an event. */
export class Recorder implements PlayoutListener {
  readonly lines: string[] = [];

  onReport({ interruptId, items }: PlayoutReport): void {
    this.lines.push(`report ${interruptId}: ${items.map(describePosition).join(', ')}`);
  }

  onStarted(position: ItemPosition): void {
    this.lines.push(`started ${position.itemId}`);
  }

  onDone(position: ItemPosition): void {
    this.lines.push(`done ${describePosition(position)}`);
  }

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

export function describePosition({ itemId, renderedFrames, receivedFrames }: ItemPosition): string {
  return `${itemId} ${renderedFrames}/${receivedFrames}`;
}

/** A packet of `frames` frames that count up from `first`. */
export function packet(itemId: string, frames: number, first = 1, responseId = `of ${itemId}`): PlayoutPacket {
  return { itemId, contentIndex: 0, responseId, samples: Int16Array.from({ length: frames }, (_, i) => first + i) };
}
