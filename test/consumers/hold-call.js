// What each bundler builds: one call by microphone and speaker, out of the packed package.
import { RealtimeAgent, RealtimeSession } from 'bargein';
import { browserAudio } from 'bargein/browser';

/** Has one answer spoken to its end and resolves with what was heard of it; the server's address is in the page's. */
async function holdCall(audioOptions) {
  const audio = browserAudio(audioOptions);
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Desk' }), {
    transport: 'websocket',
    audio,
    config: { audio: { input: { turnDetection: null } } },
  });
  const heardToTheEnd = new Promise((resolve, reject) => {
    session.on('playback_done', resolve);
    session.on('error', ({ error }) => reject(error));
    audio.on('error', reject);
  });
  await session.connect({ apiKey: 'ek_local', url: new URLSearchParams(location.search).get('server') });
  session.sendMessage('Hello.');
  await heardToTheEnd;
  const answer = session.history.find((item) => item.role === 'assistant');
  session.close();
  return answer.content[0].heardMs ?? 'all of it';
}

/** Puts the outcome where the test looks for it. */
export function report(audioOptions) {
  holdCall(audioOptions).then(
    (heard) => (document.title = `heard ${heard}`),
    (error) => (document.title = `failed: ${error.code ?? ''} ${error.message}`),
  );
}
