// The ABI of the detector of barge-ins, which only a microphone that is to hold the agent loads. It lives in the memory of the audio
// core, and has no constants of its own: one build serves all three.
export { bargeInBytes, bargeInInit, bargeInPush, bargeInWasEcho } from './barge-in';
