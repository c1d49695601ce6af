// A telephone in this process: a caller who speaks, and hears what a gateway plays.

import { encodeMulaw } from 'bargein/audio';
import { FliteVoice } from 'bargein/server';
import { PhoneSimulator, wireOver } from 'bargein/testing';
import { WebSocket } from 'ws';

const RATE = 8000;
const voice = new FliteVoice();
const clock = {
  nowMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(() => callback(), Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Has the gateway's TwiML say where the stream goes, and opens it, as the provider would. */
export async function dial(gatewayUrl, callSid) {
  const twiml = await (
    await fetch(`${gatewayUrl}/voice`, { method: 'POST', body: new URLSearchParams({ CallSid: callSid }) })
  ).text();
  const address = /url="([^"]+)"/.exec(twiml)?.[1];
  if (address === undefined) throw new Error(`the gateway does not take the call: ${twiml}`);
  // A provider insists on TLS, which a proxy before the gateway would see to.
  const phone = new PhoneSimulator({ clock, wire: wireOver(new WebSocket(address.replace('wss:', 'ws:'))), callSid });
  phone.start();
  return phone;
}

/** Says it, and resolves with the seconds of the answer that were heard, when the agent is silent again. */
export async function ask(phone, text) {
  const before = phone.playedFrames;
  phone.speak(encodeMulaw(await voice.synthesize({ text, voice: 'cedar', speed: 1, sampleRate: RATE })));
  await until(() => phone.playedFrames > before + RATE / 2, phone);
  await until(() => !phone.isPlaying, phone);
  return (phone.playedFrames - before) / RATE;
}

/** Resolves when the line is gone. */
export function lost(phone) {
  return until(() => phone.isClosed);
}

async function until(isTrue, phone) {
  while (!isTrue()) {
    if (phone?.isClosed) throw new Error('the line is gone');
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

export const hangUp = async (phone) => {
  phone.hangUp();
  await voice.close();
};
