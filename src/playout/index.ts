// Sinks for the agent's audio: give one to a transport as `playout`, and the session knows from it what was heard.

export type { ItemPosition, PlayoutListener, PlayoutPacket, PlayoutReport, SessionPlayout } from './playout.ts';
export { PullPlayout, type PullPlayoutOptions } from './pull-playout.ts';
export { type PlaybackReport, VirtualPlayout } from './virtual-playout.ts';
