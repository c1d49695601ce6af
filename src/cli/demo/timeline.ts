import type { CallRecord } from './call-record.ts';

const WIDTH = 1200;
const LABEL_WIDTH = 92;
const MARGIN = 16;
const LANE_HEIGHT = 34;
const LANE_GAP = 12;
const TOP = 58;

const COLOURS = {
  spoken: '#3b6ea5',
  sent: '#a9c3dd',
  received: '#d9c58f',
  heard: '#3d8b5f',
  truncated: '#c0504d',
  tools: '#7d5ba6',
} as const;

type LaneName = keyof typeof COLOURS;

interface Bar {
  readonly label: string;
  readonly startFrame: number;
  readonly endFrame: number;
}

/** The call as a picture: who spoke, what was sent, received and heard, and what was cut. Light and dark pages alike. */
export function timelineSvg(record: CallRecord): string {
  const lanes = lanesOf(record);
  const height = TOP + lanes.length * (LANE_HEIGHT + LANE_GAP) + 44;
  const plotWidth = WIDTH - LABEL_WIDTH - 2 * MARGIN;
  const x = (frame: number): number => round(MARGIN + LABEL_WIDTH + (frame / record.lengthFrames) * plotWidth);
  const y = (lane: number): number => TOP + lane * (LANE_HEIGHT + LANE_GAP);
  const bottom = y(lanes.length);
  const seconds = record.lengthFrames / record.sampleRate;

  const grid: string[] = [];
  for (let second = 0; second <= seconds; second += 5) {
    const at = x(second * record.sampleRate);
    grid.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${bottom}"/>`,
      `<text class="tick" x="${at}" y="${bottom + 18}">${second} s</text>`,
    );
  }
  const bars = lanes.flatMap(([name, spans], lane) => [
    `<text class="lane" x="${MARGIN}" y="${y(lane) + LANE_HEIGHT / 2 + 5}">${name}</text>`,
    ...spans.map((bar) => {
      const width = Math.max(1.5, round(x(bar.endFrame) - x(bar.startFrame)));
      const barSeconds = ((bar.endFrame - bar.startFrame) / record.sampleRate).toFixed(2);
      return (
        `<rect x="${x(bar.startFrame)}" y="${y(lane)}" width="${width}" height="${LANE_HEIGHT}" rx="3" ` +
        `fill="${COLOURS[name]}"><title>${escapeXml(bar.label)} (${barSeconds} s)</title></rect>`
      );
    }),
    // Tools are quick: their bars are too narrow to be found without a name.
    ...(name === 'tools' ? spans : []).map(
      (bar) =>
        `<text class="tick tool" x="${x(bar.endFrame) + 6}" y="${y(lane) + LANE_HEIGHT / 2 + 4}">${escapeXml(bar.label)}</text>`,
    ),
  ]);
  const interrupts = record.bargeIns.map(({ cause, frame }) => {
    const at = x(frame);
    const text = cause === 'user' ? 'barge-in' : 'guardrail';
    return (
      `<line class="cut" x1="${at}" x2="${at}" y1="${TOP - 14}" y2="${bottom}"/>` +
      `<text class="cutLabel" x="${at}" y="${TOP - 20}">${text}</text>`
    );
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="Timeline of a call">
<style>
  .lane { font-size: 15px; fill: #57606a } .tick { font-size: 12px; fill: #8b949e; text-anchor: middle }
  .tool { text-anchor: start } .grid { stroke: #8b949e; stroke-opacity: .25 } .cut { stroke: #c0504d; stroke-width: 1.5; stroke-dasharray: 4 3 }
  .cutLabel { font-size: 13px; fill: #c0504d; text-anchor: middle } .title { font-size: 16px; font-weight: 600; fill: #57606a }
  @media (prefers-color-scheme: dark) { .lane, .title { fill: #d0d7de } .cutLabel { fill: #e0827c } .cut { stroke: #e0827c } }
</style>
<text class="title" x="${MARGIN}" y="22">One call of ${seconds.toFixed(0)} s: the model is told of what was heard, to the frame</text>
${[...grid, ...bars, ...interrupts].join('\n')}
</svg>
`;
}

/** The truncated lane shows what the model had generated and nobody heard: it would have gone on from each cut. */
function lanesOf(record: CallRecord): [LaneName, readonly Bar[]][] {
  const truncated = record.truncations.map(({ itemId, audioEndMs }): Bar => {
    const receivedFrames = record.received.find(({ label }) => label === itemId)?.audioFrames ?? 0;
    const cutFrame = record.heard.findLast((run) => run.itemId === itemId)?.endFrame ?? 0;
    const unheardFrames = receivedFrames - Math.round((audioEndMs * record.sampleRate) / 1000);
    const endFrame = Math.min(record.lengthFrames, cutFrame + unheardFrames);
    return { label: `never heard: ${itemId}, cut at ${audioEndMs} ms`, startFrame: cutFrame, endFrame };
  });
  return [
    ['spoken', record.spoken.map((line) => ({ ...line, label: line.text }))],
    ['sent', record.sent],
    ['received', record.received],
    ['heard', record.heard.map((run) => ({ ...run, label: run.itemId }))],
    ['truncated', truncated],
    ['tools', record.tools],
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
