import { BUCKET_MS, type Timeline } from './timeline.ts';

const BAR_PX = 3;
const STEP_PX = 4;
/** Where the present is, as a share of the width: the past on its left, what waits to be heard on its right. */
const PRESENT = 0.72;
const MIN_BAR_PX = 2;
const LABEL_PX = 11;

/** What the waveform shows. */
export interface WaveformFrame {
  readonly timeline: Timeline;
  readonly nowMs: number;
  /** When the agent was interrupted. */
  readonly bargeInsMs: readonly number[];
}

interface Palette {
  readonly you: string;
  readonly heard: string;
  readonly unheard: string;
  readonly cut: string;
  readonly line: string;
  readonly ink: string;
}

/** The user above the line, the agent below it. */
export class Waveform {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #palette: Palette;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('this browser draws no canvas');
    this.#canvas = canvas;
    this.#context = context;
    this.#palette = paletteOf(canvas);
  }

  /** The theme has changed. */
  repaint(): void {
    this.#palette = paletteOf(this.#canvas);
  }

  draw({ timeline, nowMs, bargeInsMs }: WaveformFrame): void {
    const { width, height } = this.#fit();
    const context = this.#context;
    const palette = this.#palette;
    const presentX = Math.round(width * PRESENT);
    const middle = Math.round(height / 2);
    const nowBucket = Math.floor(nowMs / BUCKET_MS);
    const offsetPx = ((nowMs % BUCKET_MS) / BUCKET_MS) * STEP_PX;
    context.clearRect(0, 0, width, height);
    context.fillStyle = palette.line;
    context.fillRect(0, middle, width, 1);
    const first = nowBucket - Math.ceil(presentX / STEP_PX) - 1;
    const last = nowBucket + Math.ceil((width - presentX) / STEP_PX) + 1;
    for (let bucket = Math.max(0, first); bucket <= last; bucket++) {
      const x = presentX + (bucket - nowBucket) * STEP_PX - offsetPx;
      this.#bar(x, middle - 2, -timeline.user(bucket), palette.you);
      const colour = timeline.isCut(bucket) ? palette.cut : bucket > nowBucket ? palette.unheard : palette.heard;
      this.#bar(x, middle + 3, timeline.agent(bucket), colour);
    }
    context.font = `600 ${LABEL_PX}px ui-sans-serif, system-ui, sans-serif`;
    for (const atMs of bargeInsMs) {
      const x = presentX + ((atMs - nowMs) / BUCKET_MS) * STEP_PX;
      if (x < 0 || x > width) continue;
      context.fillStyle = palette.cut;
      context.fillRect(Math.round(x), LABEL_PX + 6, 1, height);
      context.fillText('barge-in', Math.min(x + 1, width - 52), LABEL_PX);
    }
    context.fillStyle = palette.ink;
    context.fillRect(presentX, 0, 1, height);
  }

  #bar(x: number, y: number, height: number, colour: string): void {
    if (height === 0) return;
    const room = this.#canvas.clientHeight / 2 - LABEL_PX - 8;
    const length = Math.sign(height) * Math.max(MIN_BAR_PX, Math.abs(height) * room);
    this.#context.fillStyle = colour;
    this.#context.fillRect(x, y, BAR_PX, length);
  }

  #fit(): { readonly width: number; readonly height: number } {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = window.devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { width, height };
  }
}

/** The colours of the present theme. A token is read as the value of a property, which makes one colour of its two. */
function paletteOf(canvas: HTMLCanvasElement): Palette {
  const colour = (name: string): string => {
    canvas.style.color = `var(--${name})`;
    return getComputedStyle(canvas).color;
  };
  return {
    you: colour('you'),
    heard: colour('heard'),
    unheard: colour('unheard'),
    cut: colour('cut'),
    line: colour('line'),
    ink: colour('ink'),
  };
}
