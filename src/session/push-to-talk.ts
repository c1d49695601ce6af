// Turns that the app marks: a button is held while the user speaks. Beginning one interrupts the agent, ending one commits
// what was said and asks for the answer.

import { send } from './effect.ts';
import type { FeatureCore } from './feature.ts';
import { featureCore } from './feature.ts';

/** What the shell tells the core. */
export type PushToTalkMark = { readonly type: 'begin' } | { readonly type: 'end'; readonly isHeard: boolean };

/** Name of the feature. */
const PUSH_TO_TALK = 'pushToTalk';

/** The pure part of `pushToTalk`; its slice says whether a turn is open. */
export function pushToTalkCore(): FeatureCore {
  return featureCore<boolean>(PUSH_TO_TALK, false, (isOpen, input, passage) => {
    if (input.type !== 'featureInput' || input.feature !== PUSH_TO_TALK) {
      passage.pass(input);
      return isOpen;
    }
    const { atMs } = input;
    const mark = input.detail as PushToTalkMark;
    if (passage.state.connection !== 'open' || isOpen === (mark.type === 'begin')) return isOpen;
    if (mark.type === 'begin') {
      passage.pass({ type: 'speechStarted', serverInterrupts: false, atMs });
      passage.add(send({ type: 'event', event: { type: 'input_audio_buffer.clear' } }));
      return true;
    }
    const type = mark.isHeard ? 'input_audio_buffer.commit' : 'input_audio_buffer.clear';
    passage.add(send({ type: 'event', event: { type } }));
    passage.pass({ type: 'speechStopped', isTentative: true, atMs });
    passage.pass({ type: 'turnEnded', needsAnswer: mark.isHeard, atMs });
    return false;
  });
}
