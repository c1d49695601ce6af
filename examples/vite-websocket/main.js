import { RealtimeAgent, RealtimeSession, tool } from 'bargein';
import { browserAudio } from 'bargein/browser';
import { z } from 'zod';

const button = document.querySelector('#call');
const status = document.querySelector('#status');
const transcript = document.querySelector('#transcript');

const holdRoom = tool({
  name: 'hold_room',
  description: 'Holds a room for a guest.',
  parameters: z.object({ day: z.string() }),
  execute: ({ day }) => `A room is held for ${day}.`,
});
const agent = new RealtimeAgent({ name: 'Front desk', instructions: 'Be brief and friendly.', tools: [holdRoom] });
let session = null;

async function call() {
  // Microphone, echo canceller and speaker: what is heard is counted here, so a barge-in truncates at the right word.
  const audio = browserAudio();
  session = new RealtimeSession(agent, { transport: 'websocket', audio });
  session.on('history_updated', show);
  session.on('audio_interrupted', () => (status.textContent = 'Interrupted: go on.'));
  session.on('playback_done', () => (status.textContent = 'Your turn.'));
  session.on('error', ({ error }) => (status.textContent = error.message ?? String(error)));
  const { key, url } = await (await fetch('/key')).json();
  await session.connect({ apiKey: key, url });
  status.textContent = 'Speak.';
  button.textContent = 'Hang up';
  session.sendMessage('Say hello.');
}

function hangUp() {
  session.close();
  session = null;
  status.textContent = 'Press the button and speak.';
  button.textContent = 'Call';
}

function show(history) {
  const messages = history.filter(({ type, role }) => type === 'message' && role !== 'system');
  transcript.replaceChildren(...messages.map(line));
}

/** Words that were not heard any more are struck through. */
function line({ role, content }) {
  const item = document.createElement('li');
  item.append(`${role === 'user' ? 'You' : 'Agent'}: `);
  for (const { text, transcript: spoken, unheardTranscript } of content) {
    const unheard = document.createElement('s');
    unheard.append(unheardTranscript ?? '');
    item.append(text ?? spoken ?? '…', unheard);
  }
  return item;
}

button.addEventListener('click', () => {
  if (session !== null) return hangUp();
  call().catch((error) => (status.textContent = error.message));
});
