'use client';
import { RealtimeAgent, RealtimeSession } from 'bargein';
import { useEffect, useRef, useState } from 'react';

const agent = new RealtimeAgent({ name: 'Front desk', instructions: 'Be brief and friendly.' });

export default function Page() {
  const session = useRef(null);
  const [status, setStatus] = useState('ready');
  const [lines, setLines] = useState([]);
  useEffect(() => () => session.current?.close(), []);

  async function call() {
    setStatus('calling');
    const { key, url } = await (await fetch('/key', { method: 'POST' })).json();
    // The browser has the microphone and the speaker; the server knows what was heard, and truncates there.
    session.current = new RealtimeSession(agent, { transport: 'webrtc' });
    session.current.on('history_updated', (history) => setLines(history.flatMap(lineOf)));
    session.current.on('audio_interrupted', () => setStatus('interrupted'));
    session.current.on('playback_done', () => setStatus('your turn'));
    session.current.on('error', ({ error }) => setStatus(String(error.message ?? error)));
    await session.current.connect({ apiKey: key, url });
    setStatus('in call');
    session.current.sendMessage('Say hello.');
  }

  function hangUp() {
    session.current?.close();
    setStatus('ready');
  }

  return (
    <main>
      <h1>Front desk</h1>
      {status === 'ready' ? (
        <button onClick={() => call().catch((error) => setStatus(error.message))}>Call</button>
      ) : (
        <button onClick={hangUp}>Hang up</button>
      )}
      <p role="status">{status}</p>
      <ol>
        {lines.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ol>
    </main>
  );
}

function lineOf({ type, role, itemId, content }) {
  if (type !== 'message' || role === 'system') return [];
  const words = content.map(({ text, transcript }) => text ?? transcript ?? '…').join(' ');
  return [{ id: itemId, text: `${role === 'user' ? 'You' : 'Agent'}: ${words}` }];
}
