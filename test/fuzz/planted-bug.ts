import type { FuzzTarget } from './guided-fuzz.ts';

/** A reader with a bug behind four doors, each of which one change of its text in hundreds opens. */
export const plantedBug: FuzzTarget = {
  name: 'planted bug',
  corpus: ['{"event":"start","version":"1.0.0","start":{"tracks":["inbound"],"callSid":"CA1"}}'],
  run(text) {
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    const { event, version, start } = (frame ?? {}) as Record<string, unknown>;
    if (event !== 'start') return;
    if (version !== null) return;
    const { tracks } = (start ?? {}) as Record<string, unknown>;
    if (!Array.isArray(tracks)) return;
    if (tracks.length !== 2) return;
    if (tracks[1] !== 8000) return;
    throw new TypeError('the bug');
  },
};
