import { expect, test } from 'vitest';
import type { OutputAudioContent, RealtimeAssistantMessageItem } from '../../src/protocol/items.ts';
import { acceptsAudio } from '../../src/session/step.ts';
import type { ScriptedInput } from './conversation.ts';
import {
  cancelled,
  Conversation,
  createResponse,
  done,
  FRAMES_PER_MS,
  historyUpdated,
  interrupted,
  message,
  report,
  sent,
  spoken,
  told,
  truncate,
  userSpeechStarted,
} from './conversation.ts';

const cancel = sent({ type: 'cancelResponse', responseId: 'r1' });

function flushed(interruptId: string): object[] {
  return [
    { type: 'flushPlayout', interruptId },
    { type: 'startInterruptTimer', interruptId, delayMs: 250 },
  ];
}

/** The deadline of an interrupt: milliseconds of a1 rendered, by the last published positions, of milliseconds received. */
function overdue(interruptId: string, renderedMs: number, receivedMs: number): ScriptedInput {
  const frames = { renderedFrames: renderedMs * FRAMES_PER_MS, receivedFrames: receivedMs * FRAMES_PER_MS };
  const positions = [{ itemId: 'a1', contentIndex: 0, responseId: 'r1', ...frames }];
  return { type: 'interruptOverdue', interruptId, positions, sampleRate: FRAMES_PER_MS * 1000 };
}

/** Response r1 is speaking item a1. */
function speaking(): Conversation {
  const conversation = new Conversation();
  conversation.speaks('r1', 'a1');
  return conversation;
}

test('audio_start comes with the first audio of a response, audio_stopped with the end of its audio', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  const first = { type: 'audioStarted', responseId: 'r1', itemId: 'a1', contentIndex: 0 } as const;
  expect(conversation.on(first, first, { ...first, itemId: 'a2' })).toEqual([
    told({ type: 'audioStart', agentName: 'Front' }),
  ]);
  expect(conversation.on({ type: 'audioDone', responseId: 'r1', itemId: 'a1' })).toEqual([
    told({ type: 'audioStopped', agentName: 'Front' }),
  ]);
});

test('the user interrupts: refuse, tell, cancel, flush, in one step and in this order', () => {
  const conversation = speaking();
  expect(acceptsAudio(conversation.state, 'r1')).toBe(true);
  expect(conversation.on({ type: 'speechStarted', serverInterrupts: false })).toEqual([
    userSpeechStarted,
    interrupted,
    cancel,
    ...flushed('s_1'),
  ]);
  expect(acceptsAudio(conversation.state, 'r1')).toBe(false);
});

test('a response that the server cancels by itself is not cancelled again', () => {
  expect(speaking().on({ type: 'speechStarted', serverInterrupts: true })).toEqual([
    userSpeechStarted,
    interrupted,
    ...flushed('s_1'),
  ]);
});

test('what plays on after the response is done is interrupted without a cancel', () => {
  const conversation = speaking();
  conversation.on(done('r1'));
  expect(conversation.on({ type: 'interrupt' })).toEqual([interrupted, ...flushed('s_1')]);
  expect(acceptsAudio(conversation.state, 'r1')).toBe(false);
});

test('with nothing live nothing is interrupted', () => {
  const conversation = speaking();
  const heard = { itemId: 'a1', contentIndex: 0, responseId: 'r1', receivedFrames: 24, renderedFrames: 24 };
  conversation.on(done('r1'), { type: 'playoutDone', position: heard });
  expect(conversation.on({ type: 'interrupt' }, { type: 'speechStarted', serverInterrupts: false })).toEqual([
    userSpeechStarted,
  ]);
  expect(conversation.state.responses.isUserSpeaking).toBe(true);
});

test('the audible item is truncated where it stopped, later ones at 0, and the next request goes', () => {
  const conversation = speaking();
  conversation.on({ type: 'audioStarted', responseId: 'r1', itemId: 'a2', contentIndex: 0 });
  conversation.on({ type: 'interrupt' }, message);
  expect(conversation.on(cancelled('r1'))).toEqual([told({ type: 'agentEnd', agentName: 'Front', output: '' })]);
  expect(conversation.on(report('s_1', ['a1', 1234, 4000], ['a2', 0, 500]))).toEqual([
    truncate('a1', 1234),
    truncate('a2', 0),
    historyUpdated,
    createResponse('s_2'),
  ]);
});

test('truncates at the last rendered frame, rounded down, never beyond what was received', () => {
  const exact = speaking();
  exact.on({ type: 'interrupt' });
  const items = [{ itemId: 'a1', contentIndex: 0, responseId: 'r1', renderedFrames: 2399, receivedFrames: 4000 }];
  const rounded = exact.on({ type: 'playoutReport', report: { interruptId: 's_1', items }, sampleRate: 24000 });
  expect(rounded[0]).toEqual(truncate('a1', 99));

  const beyond = speaking();
  beyond.on({ type: 'interrupt' });
  expect(beyond.on(report('s_1', ['a1', 900, 400]))[0]).toEqual(truncate('a1', 400));
});

test('an item heard to its end, one without audio and one that was not flushed are not truncated', () => {
  const conversation = speaking();
  conversation.on({ type: 'audioDone', responseId: 'r1', itemId: 'a1' });
  conversation.on({ type: 'audioStarted', responseId: 'r1', itemId: 'a2', contentIndex: 0 }, { type: 'interrupt' });
  expect(conversation.on(report('s_1', ['a1', 400, 400], ['a2', 0, 0], ['a3', 0, 700]))).toEqual([]);
});

test('the end of its audio that arrives after the interrupt does not make an item complete', () => {
  const conversation = speaking();
  conversation.on({ type: 'interrupt' }, { type: 'audioDone', responseId: 'r1', itemId: 'a1' }, done('r1'));
  expect(conversation.on(report('s_1', ['a1', 400, 400]))[0]).toEqual(truncate('a1', 400));
});

test('an item rendered to its end while the report is under way is not truncated', () => {
  const conversation = speaking();
  conversation.on({ type: 'audioDone', responseId: 'r1', itemId: 'a1' }, { type: 'interrupt' });
  const heard = { itemId: 'a1', contentIndex: 0, responseId: 'r1', receivedFrames: 9600, renderedFrames: 9600 };
  conversation.on({ type: 'playoutDone', position: heard });
  expect(conversation.on(overdue('s_1', 0, 400))).toEqual([]);
});

test('an item of two parts is truncated once, at the first part that was not heard', () => {
  const conversation = speaking();
  conversation.on({ type: 'audioStarted', responseId: 'r1', itemId: 'a1', contentIndex: 1 }, { type: 'interrupt' });
  const frames = { itemId: 'a1', responseId: 'r1', receivedFrames: 4800 };
  const items = [
    { ...frames, contentIndex: 0, renderedFrames: 2400 },
    { ...frames, contentIndex: 1, renderedFrames: 0 },
  ];
  const input = { type: 'playoutReport', report: { interruptId: 's_1', items }, sampleRate: 24000 } as const;
  expect(conversation.on(input)).toEqual([truncate('a1', 100), historyUpdated]);
});

test('at the deadline the last published positions serve, and a later report changes nothing', () => {
  const conversation = speaking();
  conversation.on({ type: 'interrupt' }, message, cancelled('r1'));
  expect(conversation.on(overdue('s_1', 320, 1000))).toEqual([
    truncate('a1', 320),
    historyUpdated,
    createResponse('s_2'),
  ]);
  expect(conversation.on(report('s_1', ['a1', 300, 1000]))).toEqual([]);
});

test('a repeated or foreign report changes nothing', () => {
  const conversation = speaking();
  conversation.on({ type: 'interrupt' });
  expect(conversation.on(report('foreign', ['a1', 300, 1000]))).toEqual([]);
  conversation.on(report('s_1', ['a1', 300, 1000]));
  expect(conversation.on(report('s_1', ['a1', 310, 1000]), overdue('s_1', 320, 1000))).toEqual([]);
});

test('new audio that is interrupted before the first report: each report truncates its own, requests wait for both', () => {
  const conversation = speaking();
  conversation.on({ type: 'interrupt' }, message, cancelled('r1'));
  conversation.speaks('r2', 'a2');
  expect(conversation.on({ type: 'interrupt' })).toEqual([
    interrupted,
    sent({ type: 'cancelResponse', responseId: 'r2' }),
    ...flushed('s_2'),
  ]);
  conversation.on(cancelled('r2'));
  expect(conversation.on(report('s_1', ['a1', 100, 500], ['a2', 7, 500]))).toEqual([
    truncate('a1', 100),
    historyUpdated,
  ]);
  expect(conversation.on(report('s_2', ['a2', 20, 500]))).toEqual([
    truncate('a2', 20),
    historyUpdated,
    createResponse('s_3'),
  ]);
});

test('a second interrupt without new audio does nothing', () => {
  const conversation = speaking();
  conversation.on({ type: 'interrupt' });
  expect(conversation.on({ type: 'interrupt' }, { type: 'speechStarted', serverInterrupts: false })).toEqual([
    userSpeechStarted,
  ]);
});

test('an interrupt before the first audio: nothing to flush, and what then arrives is refused and truncated at 0, once', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  conversation.on({ type: 'itemUpdated', item: spoken('a1', { status: 'in_progress', transcript: 'Hello' }) });
  expect(conversation.on({ type: 'interrupt' })).toEqual([interrupted, cancel]);
  const late = { type: 'audioStarted', responseId: 'r1', itemId: 'a1', contentIndex: 0 } as const;
  expect(conversation.on(late, late)).toEqual([truncate('a1', 0), historyUpdated]);
  expect(conversation.item('a1')).toMatchObject({ content: [{ transcript: '', heardMs: 0 }] });
});

test('history keeps the heard words, the rest apart, and no later update brings it back', () => {
  const conversation = speaking();
  const full = 'Your table is booked for eight';
  conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: full }) }, { type: 'interrupt' });
  conversation.on(report('s_1', ['a1', 500, 1000]));
  const heard = {
    ...spoken('a1', { status: 'incomplete' }),
    content: [
      {
        type: 'output_audio',
        transcript: 'Your table is',
        heardMs: 500,
        unheardTranscript: ' booked for eight',
      },
    ],
  };
  expect(conversation.item('a1')).toEqual(heard);
  conversation.on(
    { type: 'itemUpdated', item: spoken('a1', { transcript: full }) },
    { type: 'itemUpdated', item: spoken('a1', { status: 'in_progress', transcript: full }) },
    { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1', delta: ' sharp' },
  );
  expect(conversation.item('a1')).toEqual(heard);
});

test.each([0, 0.1, 0.34, 0.5, 0.77, 1])(
  'heard %d of it, what was heard and what was not are all that was said',
  (part) => {
    const full = ' Your  table is booked, for eight.\n';
    const conversation = speaking();
    conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: full }) }, { type: 'interrupt' });
    conversation.on(report('s_1', ['a1', 1000 * part, 1000]));
    const item = conversation.item('a1') as RealtimeAssistantMessageItem;
    const { transcript, unheardTranscript = '' } = item.content[0] as OutputAudioContent;
    expect(`${transcript}${unheardTranscript}`).toBe(full);
  },
);

test('words that are told after the cut are kept with the unheard ones', () => {
  const conversation = speaking();
  conversation.on(
    { type: 'transcriptDelta', responseId: 'r1', itemId: 'a1', delta: 'one two ' },
    { type: 'interrupt' },
  );
  conversation.on(report('s_1', ['a1', 500, 1000]));
  expect(conversation.item('a1')).toMatchObject({ content: [{ transcript: 'one', unheardTranscript: ' two ' }] });
  conversation.on({ type: 'itemUpdated', item: spoken('a1', { status: 'incomplete', transcript: 'one two three' }) });
  expect(conversation.item('a1')).toMatchObject({ content: [{ transcript: 'one', unheardTranscript: ' two three' }] });
});

test('audio that was played to its end is told of, once; audio that was cut never', () => {
  const conversation = speaking();
  const position = { itemId: 'a1', contentIndex: 0, responseId: 'r1', receivedFrames: 24, renderedFrames: 24 };
  const isDone = { type: 'playoutDone', position } as const;
  const detail = { itemId: 'a1', contentIndex: 0, responseId: 'r1' };
  expect(conversation.on(done('r1'), isDone).slice(1)).toEqual([
    told({ type: 'event', event: 'playback_done', detail }),
  ]);
  expect(conversation.on(isDone)).toEqual([]);
  conversation.speaks('r2', 'a2');
  conversation.on({ type: 'interrupt' }, report('s_1', ['a2', 10, 20]));
  expect(conversation.on({ type: 'playoutDone', position: { ...position, itemId: 'a2' } })).toEqual([]);
});

test("an interrupt after the end has a player of the app stop, which may lag behind its model, and no other's", () => {
  const conversation = speaking();
  const position = { itemId: 'a1', contentIndex: 0, responseId: 'r1', receivedFrames: 24, renderedFrames: 24 };
  conversation.on(done('r1'), { type: 'playoutDone', position });
  expect(conversation.on({ type: 'interrupt' })).toEqual([]);
  conversation.speaks('r2', 'a2');
  conversation.on(done('r2'), { type: 'playoutDone', position: { ...position, itemId: 'a2' }, isModelled: true });
  expect(conversation.on({ type: 'interrupt' })).toEqual([interrupted]);
  expect(conversation.on({ type: 'interrupt' })).toEqual([]);
});

test('an item that arrives after it was cut is cut as it arrives', () => {
  const conversation = new Conversation();
  conversation.on({ type: 'responseStarted', responseId: 'r1' });
  conversation.on({ type: 'audioStarted', responseId: 'r1', itemId: 'a1', contentIndex: 0 }, { type: 'interrupt' });
  expect(conversation.on(report('s_1', ['a1', 250, 1000]))[0]).toEqual(truncate('a1', 250));
  conversation.on({ type: 'itemUpdated', item: spoken('a1', { transcript: 'one two three four' }) });
  expect(conversation.item('a1')).toMatchObject({
    status: 'incomplete',
    content: [{ transcript: 'one', heardMs: 250, unheardTranscript: ' two three four' }],
  });
});

test('a transport that is not driven is only asked to interrupt, obeyed, and never truncated', () => {
  const conversation = new Conversation({ isDriven: false });
  conversation.speaks('r1', 'a1');
  expect(conversation.on({ type: 'speechStarted', serverInterrupts: false })).toEqual([userSpeechStarted]);
  expect(conversation.on({ type: 'interrupt' })).toEqual([sent({ type: 'interrupt' })]);
  expect(conversation.on({ type: 'playbackInterrupted' })).toEqual([interrupted]);
  expect(conversation.on(report('s_1', ['a1', 250, 1000]))).toEqual([]);
});

test('a sink that can not count was not heard', () => {
  const conversation = new Conversation();
  conversation.speaks('r1', 'a1');
  conversation.on({ type: 'interrupt' });
  expect(conversation.on(report('s_1', ['a1', Number.NaN, 400]))[0]).toEqual(truncate('a1', 0));
});
